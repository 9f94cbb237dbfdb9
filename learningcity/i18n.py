"""The words, dates and digits of the three languages. Babel knows ar-MA; digits are always 0-9 (CLDR default there)."""

import os
from datetime import date, datetime, time
from pathlib import Path

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from django.utils.translation import get_language

LOCALES = {"fr": "fr", "ar": "ar_MA", "en": "en_GB"}
CATALOGUES = Path(__file__).parent / "locale"
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


def locale():
    return LOCALES[get_language() or "fr"]


def ascii_digits(text):
    """Arabic-Indic and extended digits as 0-9; everything else untouched."""
    return text.translate(DIGITS)


def number(value, decimals=0):
    """`1 204,5` in French (no-break space), `1.204,5` in Arabic, `1,204.5` in English."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(value, format=pattern, locale=locale()).replace("\u202f", "\u00a0")


def _dated(day, pattern):
    """A date whose only figures before the year are the day's; French counts `1er mai, 2 mai`."""
    written = format_date(day, pattern, locale=locale())
    return written.replace("1 ", "1er ", 1) if locale() == "fr" and day.day == 1 else written


def long_date(day: date):
    """`samedi 16 mai 2026`, السبت 16 ماي 2026, `Saturday 16 May 2026`."""
    return _dated(day, "EEEE d MMMM y")


def day_month(day: date):
    return _dated(day, "EEEE d MMMM")


def short_date(day: date):
    return _dated(day, "d MMMM y")


def date_range(first: date, last: date):
    """Two dates for one sentence; the year of the first is left out when it is that of the last."""
    pattern = "d MMMM" if first.year == last.year else "d MMMM y"
    return _dated(first, pattern), short_date(last)


def month_year(day: date):
    return format_date(day, "LLLL y", locale=locale())


def weekday(day: date):
    return format_date(day, "EEEE", locale=locale())


def time_of(moment: time | datetime):
    """`10 h 30` in French, `10:30` elsewhere; 24-hour clock."""
    if locale() != "fr":
        return f"{moment:%H:%M}"
    return f"{moment.hour} h" + (f" {moment:%M}" if moment.minute else "")


def compile_catalogues():
    """Write the .mo file of every .po that is newer than it; no GNU tool is needed. Returns the files written."""
    written = []
    for source in CATALOGUES.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as text:
            catalogue = read_po(text, locale=source.parts[-3], abort_invalid=True)
        part = target.with_suffix(f".{os.getpid()}.part")
        with part.open("wb") as binary:
            write_mo(binary, catalogue)
        part.replace(target)
        written.append(target)
    return written
