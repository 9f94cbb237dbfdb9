from datetime import date, time

import pytest
from django.utils.translation import override

from learningcity import i18n

SATURDAY = date(2026, 5, 16)
ARABIC_MONTHS = "يناير فبراير مارس أبريل ماي يونيو يوليوز غشت شتنبر أكتوبر نونبر دجنبر"


def test_arabic_months_are_those_of_morocco():
    with override("ar"):
        assert " ".join(i18n.month_year(date(2026, month, 1)).split()[0] for month in range(1, 13)) == ARABIC_MONTHS


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("fr", ["samedi 16 mai 2026", "samedi 16 mai", "16 mai 2026", "mai 2026", "samedi"]),
        ("ar", ["السبت 16 ماي 2026", "السبت 16 ماي", "16 ماي 2026", "ماي 2026", "السبت"]),
        ("en", ["Saturday 16 May 2026", "Saturday 16 May", "16 May 2026", "May 2026", "Saturday"]),
    ],
)
def test_dates_are_written_in_words(language, written):
    with override(language):
        ways = (i18n.long_date, i18n.day_month, i18n.short_date, i18n.month_year, i18n.weekday)
        assert [way(SATURDAY) for way in ways] == written


def test_the_first_of_a_month_is_an_ordinal_in_french_alone():
    first = date(2026, 5, 1)
    with override("fr"):
        assert i18n.long_date(first) == "vendredi 1er mai 2026"
        assert i18n.date_range(first, date(2026, 6, 1)) == ("1er mai", "1er juin 2026")
        assert i18n.short_date(date(2026, 5, 21)) == "21 mai 2026"
    with override("en"):
        assert i18n.day_month(first) == "Friday 1 May"


@pytest.mark.parametrize(
    ("language", "first", "written"),
    [
        ("fr", date(2026, 4, 2), ("2 avril", "16 mai 2026")),
        ("fr", date(2025, 12, 2), ("2 décembre 2025", "16 mai 2026")),
        ("ar", date(2026, 4, 2), ("2 أبريل", "16 ماي 2026")),
        ("en", date(2026, 4, 2), ("2 April", "16 May 2026")),
    ],
)
def test_a_range_of_dates_says_a_shared_year_once(language, first, written):
    with override(language):
        assert i18n.date_range(first, SATURDAY) == written


@pytest.mark.parametrize(
    ("language", "half_past", "full"), [("fr", "10 h 30", "9 h"), ("ar", "10:30", "09:00"), ("en", "10:30", "09:00")]
)
def test_hours_use_the_clock_of_24_hours(language, half_past, full):
    with override(language):
        assert (i18n.time_of(time(10, 30)), i18n.time_of(time(9))) == (half_past, full)


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("fr", ["1\u00a0204\u00a0567", "4,1", "-3"]),
        ("ar", ["1.204.567", "4,1", "-3"]),
        ("en", ["1,204,567", "4.1", "-3"]),
    ],
)
def test_numbers_have_the_marks_of_the_language_and_the_digits_0_to_9(language, written):
    with override(language):
        assert [i18n.number(1_204_567), i18n.number(4.06, 1), i18n.number(-3)] == written


def test_arabic_keyboards_may_type_their_own_digits():
    assert i18n.ascii_digits("٠٦١٢ ۳۴۵ 678 é") == "0612 345 678 é"
