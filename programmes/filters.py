"""The catalogue's question in the address bar, `?q=&arr=&theme=…`: read, written, and offered as filters."""

import re
from contextlib import suppress
from functools import cache, partial
from typing import NamedTuple
from urllib.parse import urlencode

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from . import facets
from .search import DATE, PLACES, Question, without

HIGHEST_AGE = 110
LONGEST_TEXT = 200
TURNS_WRITING = dict.fromkeys(map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
POSITION = re.compile(r"(-?\d{1,3}(?:\.\d{1,20})?),(-?\d{1,3}(?:\.\d{1,20})?)", re.ASCII)


class Link(NamedTuple):
    label: str
    href: str
    total: int | None = None  # courses behind it


class KnownValues(forms.MultipleChoiceField):
    """Unknown values are left out, the others count."""

    def to_python(self, value):
        return [known for known in super().to_python(value) if self.valid_value(known)]


class Position(forms.CharField):
    """`33.57,-7.59`, rounded to two decimals (about a kilometre): nobody needs to know where someone lives."""

    def clean(self, value):
        match = POSITION.fullmatch(super().clean(value))
        latitude, longitude = map(float, match.groups()) if match else (99, 0)
        return (round(latitude, 2), round(longitude, 2)) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


class KnownValuesFilter(django_filters.MultipleChoiceFilter):
    field_class = KnownValues


class PositionFilter(django_filters.CharFilter):
    field_class = Position


class AgeFilter(django_filters.Filter):
    field_class = forms.IntegerField


def _choices(name):
    return [(option.value, option.label) for option in facets.group(name).options]


class AddressFilter(django_filters.FilterSet):
    """Reads only: what was asked for is found by `search.ask`."""

    q = django_filters.CharFilter()
    vars().update({name: KnownValuesFilter(choices=partial(_choices, name)) for name in facets.NAMES})
    age = AgeFilter(min_value=0, max_value=HIGHEST_AGE)
    pres = PositionFilter()
    autour = KnownValuesFilter(choices=[(facets.YES, "")])
    tri = django_filters.ChoiceFilter(choices=[(DATE, ""), (PLACES, "")])


@cache
def _fields():
    """Made once: copies of sixteen fields for every page would take longer than the search."""
    return {name: declared.field for name, declared in AddressFilter.base_filters.items()}


def _known(data):
    """{name: value} of what is valid in a QueryDict."""
    known = {}
    for name, field in _fields().items():
        if name not in data:
            continue
        with suppress(ValidationError):
            known[name] = field.clean(field.widget.value_from_datadict(data, {}, name))
    return known


def read(data):
    """The `Question` of a QueryDict; what is unknown in it is left out."""
    said = _known(data)
    chosen = {name: frozenset(said[name]) for name in facets.NAMES if said.get(name)}
    return Question(
        text=" ".join(said.get("q", "").translate(TURNS_WRITING).split())[:LONGEST_TEXT],
        chosen=chosen,
        age=said.get("age"),
        near=said.get("pres"),
        around=bool(said.get("autour")) and facets.WHERE in chosen,
        order=said.get("tri") or PLACES,
    )


def address(question, *, without=None, page=None):
    """`?q=…`, the same for the same question; `?` alone for everything. `without` is (name, value or None for all)."""
    if without:
        question = question.without(*without)
    pairs = [("q", question.text)] if question.text else []
    pairs += [(group.name, option.value) for group, option in chosen_options(question)]
    pairs += [("age", question.age)] if question.age is not None else []
    pairs += [("pres", "{:.2f},{:.2f}".format(*question.near))] if question.near else []
    pairs += [("autour", facets.YES)] if question.around else []
    pairs += [("tri", question.order)] if question.order != PLACES else []
    pairs += [("page", page)] if page and page > 1 else []
    return "?" + urlencode(pairs, safe=",")


def chosen_options(question):
    for group in facets.groups():
        for option in group.options:
            if option.value in question.chosen.get(group.name, ()):
                yield group, option


def links(question):
    """One link per choice, to the same list without it."""
    parts = [(("q", None), question.text)] if question.text else []
    parts += [((group.name, option.value), option.label) for group, option in chosen_options(question)]
    parts += [((name, None), label) for name, label in _other_labels(question).items()]
    return [Link(str(label), address(question, without=part)) for part, label in parts]


def _other_labels(question):
    labels = {}
    if question.around:
        labels["autour"] = _("And the neighbouring districts")
    if question.age is not None:
        label = ngettext("For someone %(age)s year old", "For someone %(age)s years old", question.age)
        labels["age"] = label % {"age": question.age}
    if question.near:
        labels["pres"] = _("Near me")
    return labels


def ways_out(question):
    """What to leave out when nothing fits, and how many courses there are then."""
    labels = {"q": question.text, **_other_labels(question)}
    for group, option in chosen_options(question):
        labels.setdefault(group.name, []).append(str(option.label))
    between = pgettext("between two names, one or the other", " or ")
    said = {name: label if isinstance(label, str) else between.join(label) for name, label in labels.items()}
    return [Link(said[name], address(wider), total) for wider, name, total in without(question)]


def panel(question, answer):
    """The groups of filters as a page shows them; an option that leads nowhere cannot be chosen."""
    return [
        {
            "name": group.name,
            "label": group.label,
            "many": group.many,
            "options": [_option(question, answer, group.name, option) for option in group.options],
        }
        for group in facets.groups()
    ]


def _option(question, answer, name, option):
    count, checked = answer.counts[name, option.value], option.value in question.chosen.get(name, ())
    shown = {"value": option.value, "label": option.label, "count": count}
    return shown | {"checked": checked, "disabled": not (count or checked)}
