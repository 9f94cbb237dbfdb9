"""Sheets of paper as PDF: tagged for screen readers (PDF/UA-1), in a font that comes with the portal."""

import json
import re
from functools import cache
from importlib.resources import files
from io import BytesIO
from urllib.parse import urlsplit

import qrcode
import typst
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from qrcode.image.svg import SvgPathImage

from learningcity.context import NAME, spoken_phone

from . import wording

STANDARD = "ua-1"
SIZES = ("a4", "a5")
LANGUAGES = ("fr", "ar")
FONTS = files("justmytype_intl_rtl") / "fonts" / "ofl" / "notosansarabic"
POSTER = settings.BASE_DIR / "templates" / "programmes" / "poster.typ"
MOST_GROUPS = 3
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#15222d" stroke-width="2">{}</svg>'
)
ICONS = ("calendar", "person", "check")


def poster(course, runs, size):
    """The PDF of a course; `runs` are its groups on offer with their place and meetings, best first."""
    link = settings.SITE_URL + reverse("short-course", args=[course.code])
    facts = {
        "size": size,
        "address": link.removeprefix(f"{urlsplit(link).scheme}://"),
        "phone": spoken_phone(settings.HELP_PHONE),
        "icons": icons(),
    }
    facts |= code_of(link)
    facts |= {language: in_words(course, runs, language) for language in LANGUAGES}
    return pdf(POSTER, poster=json.dumps(facts))


def in_words(course, runs, language):
    """What the sheet says in one language."""
    with translation.override(language):
        return {
            "site": str(NAME),
            "title": course.title or course.code,
            "scan": _("To learn more and enrol: scan the code, type the address or call."),
            "facts": [
                {"icon": "calendar", "label": _("Where and when"), "lines": groups(runs)},
                {"icon": "person", "label": _("For whom"), "lines": [[audience(course)]]},
                {"icon": "check", "label": _("Price"), "lines": [[wording.price(course)]]},
            ],
        }


def groups(runs):
    """Each group as its lines, the first one strong."""
    lines = [
        [capfirst(wording.schedule(run)), " · ".join([wording.place(run), *wording.own_conditions(run)])]
        for run in runs[:MOST_GROUPS]
    ]
    if not runs:
        return [[_("New dates soon.")]]
    return [*lines, [_("Other groups: see the address below.")]] if len(runs) > MOST_GROUPS else lines


def audience(course):
    return " · ".join(part for part in (wording.ages(course), course.level) if part)


def code_of(link):
    """A QR code as SVG with its quiet zone of four modules, and how many modules wide it is without."""
    drawn = BytesIO()
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=4, image_factory=SvgPathImage)
    code.add_data(link)
    code.make_image().save(drawn)
    return {"qr": drawn.getvalue().decode(), "modules": code.modules_count}


@cache
def icons():
    """Symbols of the pages' own sprite, each as an image."""
    sprite = (settings.BASE_DIR / "static" / "img" / "icons.svg").read_text()
    drawn = dict(re.findall(r'<symbol id="(\w+)"[^>]*>(.*?)</symbol>', sprite))
    return {name: ICON.format(drawn[name]) for name in ICONS}


@cache
def fonts():
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONTS)])


def pdf(template, **inputs):
    """The bytes depend on template and data alone: no date is written. A sign that no font can draw (an emoji in a
    title) shows as an empty box, which the standard forbids: such a sheet is tagged but does not claim it."""
    options = {"root": settings.BASE_DIR, "font_paths": fonts(), "ignore_system_fonts": True, "timestamp": 0}
    try:
        return typst.compile(template, sys_inputs=inputs, pdf_standards=STANDARD, **options)
    except typst.TypstError:
        return typst.compile(template, sys_inputs=inputs, **options)
