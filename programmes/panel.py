"""The filters of a list as boxes to tick. There are some fifty on every page, and a template takes as long for them as
for all the rest: each row is drawn once for what it says, and so is the whole.
"""

from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language

from learningcity.i18n import number

from . import facets, filters

ROW = '<label class="choice"><input type="checkbox" name="{}" value="{}" {}><span>{} <bdi>({})</bdi></span></label>'

MOST_ROWS, MOST_PANELS = 8192, 256  # about a quarter of a kilobyte, and twenty


class Part(NamedTuple):
    """A question with its boxes: one group of filters, or several that a page asks in one."""

    name: str  # of the first group
    label: str
    boxes: str


def drawn(question, answer, *, clear):
    """The panel as markup. `clear` names the page without any choice."""
    return _drawn(get_language(), question, replace(answer, runs=(), corrected={}, unknown=()), clear)


@facets.remembered(MOST_PANELS)
def _drawn(language, question, answer, clear):
    context = {
        "panel": parts(language, question, answer),
        "question": question,
        "total": answer.total,
        "shown": number(answer.total),
        "search": filters.address(question),
        "clear": reverse(clear),
    }
    return render_to_string("components/filter_panel.html", context)


def parts(language, question, answer):
    asked = groupby(filters.panel(question, answer), lambda group: str(group["label"]))
    return [_part(language, label, list(several)) for label, several in asked]


@lru_cache
def labels(language):
    """The words of every option that is the same in the whole city: translating them is most of the work."""
    return {(group.name, option.value): str(option.label) for group in facets.STATIC for option in group.options}


def _part(language, label, groups):
    known = labels(language)
    rows = []
    for group in groups:
        name = group["name"]
        options = [(known.get((name, each["value"])) or str(each["label"]), each) for each in group["options"]]
        if name == facets.WHERE:
            options.sort(key=itemgetter(0))  # in the order of the language of the page
        rows += [[row(language, name, each["value"], state(each), words, each["count"])] for words, each in options]
    return Part(groups[0]["name"], label, format_html_join("\n", "{}", rows))


@lru_cache(MOST_ROWS)
def row(language, name, value, state, label, count):
    return format_html(ROW, name, value, state, label, number(count))


def state(option):
    return "checked" if option["checked"] else "disabled" if option["disabled"] else ""
