"""The way in, the list of courses, and its filters as a page of their own for phones."""

from django.core.paginator import Paginator
from django.http import QueryDict
from django.shortcuts import redirect, render

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
        "tiles": [(theme, TILE_ICONS[theme]) for theme in Theme],
        "districts": sorted(facets.districts(), key=lambda district: district.name),
        "cards": cards.of_runs(answer.runs, answer.at),
    }
    return render(request, "programmes/home.html", context)


@public
def catalogue(request):
    question, page = filters.read(request.GET), page_number(request.GET.get("page", "1"))
    answer = search.ask(question, page=page, per_page=PER_PAGE) if page else None
    if answer is None or (page > 1 and not answer.runs):
        return redirect(request.path + filters.address(question))
    context = {
        **asked(question, answer),
        "answer": answer,
        "cards": cards.of_runs(answer.runs, answer.at),
        "page": Paginator(range(answer.total), PER_PAGE).page(page),
    }
    if not answer.total:
        context |= rescue(request, question, answer)
    template = "programmes/catalogue.html#results" if request.htmx else "programmes/catalogue.html"
    return render(request, template, context)


@public
def filter_page(request):
    question = filters.read(request.GET)
    answer = search.ask(question, per_page=1)
    return render(request, "programmes/filters.html", asked(question, answer))


def page_number(text):
    """Counted from 1; None for what is no page at all."""
    try:
        number = int(text)
    except ValueError:
        return None
    return number if 0 < number <= LAST_PAGE else None


def asked(question, answer):
    """What the list and the page of its filters both print of a question."""
    links = filters.links(question)
    return {
        "question": question,
        "title": wording.catalogue_title(answer.total, question),
        "total": answer.total,
        "shown": number(answer.total),
        "links": links,
        "panel": panel.parts(question, answer),
        "search": filters.address(question),
    }


def rescue(request, question, answer):
    """When nothing is found: what each choice takes away, and what comes close. The city hears what was looked for."""
    demand.note_search(question, client=request.META["REMOTE_ADDR"])
    near = search.nearest(question)
    return {"without": filters.ways_out(question), "nearest": cards.of_runs(near, answer.at)}
