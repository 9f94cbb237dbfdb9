from django.contrib.auth.decorators import login_not_required
from django.core.paginator import InvalidPage, Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from learningcity import clock
from learningcity.models import District

from .. import cards, wording
from ..filters import RunFilter
from ..models import Course, CourseRun
from ..models.courses import Theme

PER_PAGE = 20
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


@login_not_required
@require_safe
def home(request):
    at = clock.now()
    coming = Course.objects.with_next_run(CourseRun.objects.on_offer(at), at)[:5]
    context = {
        "tiles": [(theme, TILE_ICONS[theme]) for theme in Theme],
        "districts": District.objects.in_commune().order_by("name"),
        "cards": cards.cards(coming, at),
    }
    return render(request, "programmes/home.html", context)


@login_not_required
@require_safe
def catalogue(request):
    at = clock.now()
    search = RunFilter(request.GET, queryset=CourseRun.objects.on_offer(at))
    chosen = search.chosen()
    paginator = Paginator(Course.objects.with_next_run(search.qs, at), PER_PAGE)
    try:
        page = paginator.page(request.GET.get("page", 1))
    except InvalidPage:
        return redirect(request.path + search.first_page())
    context = {
        "title": wording.catalogue_title(paginator.count, chosen),
        "search": search,
        "chosen": chosen,
        "links": search.links(),
        "page": page,
        "cards": cards.cards(page.object_list, at),
    }
    template = "programmes/catalogue.html#results" if request.htmx else "programmes/catalogue.html"
    return render(request, template, context)


@login_not_required
@require_safe
def course(request, slug):
    course = get_object_or_404(Course.objects.select_related("organisation", "programme"), slug=slug)
    if course.state not in (Course.State.PUBLISHED, Course.State.ARCHIVED):
        raise Http404
    at = clock.now()
    runs = list(course.runs.on_offer(at).for_reading().open_first(at))
    first_open = next((run for run in runs if run.status(at, clock.local_day(at)) in cards.JOINABLE), None)
    context = {
        "course": course,
        "run": runs[0] if runs else None,
        "first_open": first_open,
        "groups": [cards.group(run, at, checked=run == first_open) for run in runs],
        "giving_rule": wording.giving_rule(runs[0]) if runs else "",
        "price": wording.price(course),
        "ages": wording.ages(course),
        "others": [] if runs else cards.cards(other_courses(course, at), at),
    }
    return render(request, "programmes/course.html", context)


def other_courses(course, at):
    """Three courses of the same theme that one can join."""
    runs = CourseRun.objects.on_offer(at).filter(course__theme=course.theme)
    return Course.objects.with_next_run(runs, at).exclude(pk=course.pk)[:3]
