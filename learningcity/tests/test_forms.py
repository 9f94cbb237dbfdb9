"""Days, hours and lines of text as people write them."""

from datetime import date, time

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation

from .. import clock
from ..forms import DayField, HourField, LineField, NameField


class Appointment(forms.Form):
    day = DayField(required=False)
    hour = HourField(required=False)


def day_of(first, month, year):
    form = Appointment({"day_0": first, "day_1": month, "day_2": year})
    return form.cleaned_data["day"] if form.is_valid() else form.errors.as_data()["day"][0].code


def hour_of(text):
    form = Appointment({"hour": text})
    return form.cleaned_data["hour"] if form.is_valid() else form.errors.as_data()["hour"][0].code


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("parts", "meant"),
    [
        (("16", "5", "2026"), date(2026, 5, 16)),
        (("٠١", "٠٢", "٢٠٢٧"), date(2027, 2, 1)),
        ((" 1 ", "1", "2027 "), date(2027, 1, 1)),
        (("29", "2", "2028"), date(2028, 2, 29)),
        (("", "", ""), None),
        (("31", "2", "2027"), "date"),
        (("", "2", "2027"), "date"),
        (("1er", "2", "2027"), "date"),
        (("²", "2", "2027"), "date"),
        (("0", "2", "2027"), "date"),
        (("1", "1", "27"), "year"),
        (("1", "1", ""), "year"),
        (("1", "1", "9999"), "far"),
        (("1", "1", "0001"), "far"),
        (("9" * 15, "1", "2027"), "date"),
    ],
    ids=str,
)
def test_a_day_has_three_parts(parts, meant, monkeypatch):
    monkeypatch.setattr(clock, "local_day", lambda at: date(2026, 11, 22))

    assert day_of(*parts) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("10:30", time(10, 30)),
        ("10 h 30", time(10, 30)),
        ("10\u00a0h\u00a030", time(10, 30)),
        ("10h30", time(10, 30)),
        ("10H", time(10)),
        ("9 h", time(9)),
        ("9", time(9)),
        ("1030", time(10, 30)),
        ("930", time(9, 30)),
        ("18.05", time(18, 5)),
        ("١٠:٣٠", time(10, 30)),
        ("00:00", time(0)),
        ("", None),
        ("  ", None),
        ("24:00", "hour"),
        ("10:60", "hour"),
        ("10:3", "hour"),
        ("midi", "hour"),
        ("²", "hour"),
        ("9" * 5000, "hour"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_an_hour_is_read_as_it_is_written(text, meant):
    assert hour_of(text) == meant


def test_midnight_is_an_hour_when_one_is_needed():
    form = forms.Form({"hour": "0 h"})
    form.fields["hour"] = HourField()

    assert form.is_valid()


def test_what_is_stored_is_shown_again_as_it_would_be_typed():
    form = Appointment(initial={"day": date(2026, 5, 16), "hour": time(9, 5)})

    assert 'value="09:05"' in str(form["hour"])
    assert [f'value="{part}"' in str(form["day"]) for part in (16, 5, 2026)] == [True] * 3


@pytest.mark.parametrize("text", [*"\x01\t\n\x0b\r\x1b\x1f\x7f\x85\x9f\u2028\u2029\ufffe\uffff"])
def test_a_line_holds_no_character_of_control(text):
    with pytest.raises(forms.ValidationError) as refused:
        LineField().clean(f"a{text}b")

    assert len(refused.value.messages) == 1


@pytest.mark.parametrize("text", ["Arts, culture; 1.5 € – « oui »", "الخياطة\u200f", "1\u00a0000", "👩\u200d🏫"])
def test_a_line_holds_whatever_people_write_otherwise(text):
    assert LineField().clean(f" {text}\n") == text


@pytest.mark.parametrize(
    ("typed", "told"), [("a", "Write at least 2 letters"), ("a" * 161, "Write at most 160 letters")]
)
def test_the_length_of_a_name_is_told_in_our_words(typed, told):
    with pytest.raises(ValidationError) as refused:
        NameField(max_length=160).clean(typed)
    with translation.override("en"):
        assert refused.value.messages == [told]
