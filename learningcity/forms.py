"""Fields that know how people here write: names in both scripts, Moroccan phones, dates in three parts, hours."""

import re
import unicodedata
from datetime import date, time

import phonenumbers
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from . import clock
from .i18n import ascii_digits

BIDI_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
INVISIBLE = re.compile("(?<!\\w)[\u200c\u200d]|[\u200c\u200d](?!\\w)|[\u200b\u2060\ufeff\x00-\x1f\x7f]")
WEB_ADDRESS = re.compile(r"\w\w[.．。]\w")
MOST_DIGITS = 3
STACKED_MARKS = 3
OLDEST = 110
FAR_YEARS = 20
MONTH_OR_NONE = re.compile("(?:0?[1-9]|1[0-2])?")
HOUR = re.compile(r"([0-9]{1,2}) ?(?:[:h.] ?([0-9]{2})?)?|([0-9]{1,2})([0-9]{2})", re.I)
PREMIUM_MOROCCO = re.compile(r"\+21289")


def clean_name(text):
    """One name in NFC, single spaces. Refuses what cannot be seen or would turn the text around it; also a web address
    or a phone number: the city repeats the name in its messages, to a phone that anyone can type."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks >= STACKED_MARKS:
            raise ValidationError(_("Write the name with letters only."), code="marks")
    if BIDI_CONTROLS.search(text) or INVISIBLE.search(text):
        raise ValidationError(_("Write the name with letters only."), code="invisible")
    if WEB_ADDRESS.search(text) or sum(letter.isdigit() for letter in text) > MOST_DIGITS:
        raise ValidationError(_("Write the name with letters only."), code="letters")
    return text


class NameField(forms.CharField):
    """2 to 80 characters; Arabic, Latin, apostrophe, hyphen."""

    messages = {"min_length": _("Write at least 2 letters"), "max_length": _("Write at most %(limit_value)s letters")}

    def __init__(self, *, error_messages=None, **options):
        said = self.messages | (error_messages or {})
        super().__init__(**{"max_length": 80, "min_length": 2, "error_messages": said} | options)

    def clean(self, value):
        return super().clean(clean_name(value or ""))


class LineField(forms.CharField):
    """Text that stands on one line wherever it is shown: no line break, tab or other character of control."""

    default_validators = [
        RegexValidator("[\x01-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]", _("Write this on one line"), inverse_match=True)
    ]


class PhoneField(forms.CharField):
    """A phone as people write it, to E.164. Foreign numbers are kept; premium ones are refused."""

    widget = forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"})
    message = _("Enter a 10-digit Moroccan number, or one starting with +")

    def to_python(self, value):
        text = ascii_digits(super().to_python(value)).strip()
        if not text:
            return ""
        try:
            number = phonenumbers.parse(text, settings.PHONENUMBER_DEFAULT_REGION)
        except phonenumbers.NumberParseException:
            raise ValidationError(self.message, code="invalid") from None
        written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if not phonenumbers.is_valid_number(number) or PREMIUM_MOROCCO.match(written):
            raise ValidationError(self.message, code="invalid")
        return written


class LabelledNumberInput(forms.TextInput):
    """One part of a date: text, not a number spinner, so that every keyboard's digits can be typed."""

    def __init__(self, label, autocomplete, size):
        self.label = label
        super().__init__(
            attrs={"inputmode": "numeric", "autocomplete": autocomplete, "size": size, "maxlength": size + 1}
        )


class BirthDateWidget(forms.MultiWidget):
    def __init__(self):
        super().__init__(
            [
                LabelledNumberInput(_("Day"), "bday-day", 2),
                LabelledNumberInput(_("Month"), "bday-month", 2),
                LabelledNumberInput(_("Year"), "bday-year", 4),
            ]
        )

    def decompress(self, value):
        year, month, day = [*(value or "").split("-"), "", "", ""][:3]
        return [day, month, year]


class BirthDateField(forms.MultiValueField):
    """Day, month, year; without the day it is the year that counts. Value: `2008-03-27` or `2008`, or ''."""

    widget = BirthDateWidget

    def __init__(self, **options):
        parts = [forms.CharField(required=False, max_length=20) for _part in range(3)]
        super().__init__(fields=parts, require_all_fields=False, **options)

    def compress(self, values):
        day, month, year = [ascii_digits(value.strip()) for value in values or ["", "", ""]]
        if not re.fullmatch(r"[0-9]{4}", year):
            raise ValidationError(_("Enter the year with 4 digits"), code="year")
        today = clock.local_day(clock.now())
        if int(year) > today.year:
            raise ValidationError(_("The date of birth is in the future. Correct the year."), code="future")
        if int(year) < today.year - OLDEST:
            raise ValidationError(_("Check the year of birth."), code="old")
        if not day and MONTH_OR_NONE.fullmatch(month):
            return year
        return self._full_date(day, month, year, today)

    def _full_date(self, day, month, year, today):
        try:
            if not (re.fullmatch(r"[0-9]{1,2}", day) and re.fullmatch(r"[0-9]{1,2}", month)):
                raise ValueError
            born = date(int(year), int(month), int(day))
        except ValueError:
            raise ValidationError(_("This date does not exist. Check the day and the month."), code="date") from None
        if born > today:
            raise ValidationError(_("The date of birth is in the future. Correct the year."), code="future")
        return born.isoformat()


class DayWidget(forms.MultiWidget):
    def __init__(self):
        labels = [(_("Day"), 2), (_("Month"), 2), (_("Year"), 4)]
        super().__init__([LabelledNumberInput(label, "off", size) for label, size in labels])

    def decompress(self, value):
        return [value.day, value.month, value.year] if value else ["", "", ""]


class DayField(forms.MultiValueField):
    """A day of the calendar near this one, in three parts. Value: a date, or None."""

    widget = DayWidget

    def __init__(self, **options):
        parts = [forms.CharField(required=False, max_length=20) for _part in range(3)]
        super().__init__(fields=parts, require_all_fields=False, **options)

    def compress(self, values):
        if not any(values or []):
            return None
        day, month, year = [ascii_digits(value.strip()) for value in values]
        if not re.fullmatch(r"[0-9]{4}", year):
            raise ValidationError(_("Enter the year with 4 digits"), code="year")
        if abs(int(year) - clock.local_day(clock.now()).year) > FAR_YEARS:
            raise ValidationError(_("Check the year."), code="far")
        if not (re.fullmatch(r"[0-9]{1,2}", day) and re.fullmatch(r"[0-9]{1,2}", month)):
            raise ValidationError(_("This date does not exist. Check the day and the month."), code="date")
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            raise ValidationError(_("This date does not exist. Check the day and the month."), code="date") from None


class HourField(forms.Field):
    """An hour of the day as people write it: 10:30, 10 h 30, 10h30, 1030, 10 h. Value: a time, or None."""

    widget = forms.TextInput(attrs={"dir": "ltr", "size": 7, "class": "input-time", "autocomplete": "off"})

    def to_python(self, value):
        text = " ".join(ascii_digits(value or "").split())
        if not text:
            return None
        found = HOUR.fullmatch(text)
        hour, minute = (found[1] or found[3], found[2] or found[4] or 0) if found else (99, 0)
        if int(hour) > 23 or int(minute) > 59:
            raise ValidationError(_("Enter an hour like 10:30"), code="hour")
        return time(int(hour), int(minute))

    def prepare_value(self, value):
        return f"{value:%H:%M}" if isinstance(value, time) else value
