"""The way in, the list of courses, and its filters as a page of their own for phones."""

from functools import lru_cache

from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect

from learningcity.clients import client_address
from learningcity.drawing import drawn
from learningcity.i18n import number

from .. import cards, facets, filters, panel, search, wording
from ..models.courses import Theme
from ..services import demand
from .public import public

PER_PAGE, ON_HOME = 20, 5
LAST_PAGE = 9999
TILE_ICONS = {
    Theme.READING: "book",
    Theme.DIGITAL: "phone",
    Theme.TRADE: "tools",
    Theme.LANGUAGE: "globe",
    Theme.CHILD: "family",
    Theme.JOB: "briefcase",
    Theme.CULTURE: "brush",
    Theme.LIVING: "leaf",
}


@public
def home(request):
    answer = search.ask(filters.read(QueryDict()), per_page=ON_HOME)
    context = {
        "tiles": tuple((theme, TILE_ICONS[theme]) for theme in Theme),
        "districts": tuple(sorted((district.name, district.slug) for district in facets.districts())),
        "cards": cards.of_runs(answer.runs, answer.at),
    }
    return HttpResponse(drawn(request, "programmes/home.html", context))


@public
def catalogue(request):
    question, page = filters.read(request.GET), page_number(request.GET.get("page", "1"))
    answer = search.ask(question, page=page, per_page=PER_PAGE) if page else None
    if answer is None or (page > 1 and not answer.runs):
        return redirect(request.path + filters.address(question))
    context = {
        **asked(question, answer, clear="catalogue"),
        "answer": answer,
        "cards": cards.of_runs(answer.runs, answer.at),
        "page": page_of(answer.total, page),
    }
    if not answer.total:
        context |= rescue(request, question, answer)
    return HttpResponse(drawn(request, "programmes/catalogue.html", context))


@public
def filter_page(request):
    question = filters.read(request.GET)
    answer = search.ask(question, per_page=1)
    return HttpResponse(drawn(request, "programmes/filters.html", asked(question, answer, clear="catalogue-filters")))


def page_number(text):
    """Counted from 1; None for what is no page at all."""
    try:
        number = int(text)
    except ValueError:
        return None
    return number if 0 < number <= LAST_PAGE else None


@lru_cache
def page_of(total, number):
    return Paginator(range(total), PER_PAGE).page(number)


def asked(question, answer, *, clear):
    """What the list and the page of its filters both print of a question."""
    return {
        "question": question,
        "title": wording.catalogue_title(answer.total, question),
        "total": answer.total,
        "shown": number(answer.total),
        "links": tuple(filters.links(question)),
        "panel": panel.drawn(question, answer, clear=clear),
        "search": filters.address(question),
    }


def rescue(request, question, answer):
    """When nothing is found: what each choice takes away, and what comes close. The city hears what was looked for."""
    demand.note_search(question, client=client_address(request))
    near = search.nearest(question)
    return {"without": tuple(filters.ways_out(question)), "nearest": cards.of_runs(near, answer.at)}
