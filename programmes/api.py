"""The offer as JSON, for the programs of others: read-only, described by its own OpenAPI document.

Instants are ISO 8601 with the offset that Casablanca has on that day; hours of meetings are local wall time.
"""

from datetime import date
from functools import cache, wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from ninja import Field, NinjaAPI, Query, Schema
from ninja.errors import ValidationError

from learningcity import clock
from learningcity.public_pages import public_page

from . import facets, filters, search
from .models import Course, CourseRun, Venue
from .schemas import (
    CourseList,
    CourseShape,
    CourseWithRuns,
    MeetingShape,
    PlaceList,
    PlaceShape,
    Problem,
    RunList,
    RunShape,
    RunWithMeetings,
    Texts,
)

ROOT = "/api/v1/"
MOST_PER_PAGE = 100
LAST_PAGE = 10_000
SEARCHED = {"q", "age", "pres", "autour", "tri", *facets.NAMES}
REFUSALS = {404: Problem, 422: Problem}

api = NinjaAPI(
    title="Casablanca apprend",
    version="1",
    description="Courses, groups and places of learning in Casablanca. Read-only, open to every origin.",
    openapi_url=None,
    docs_url=None,
)


class Paging(Schema):
    page: int = Field(1, ge=1, le=LAST_PAGE)
    per_page: int = Field(20, ge=1, le=MOST_PER_PAGE)


class CourseQuestion(Paging):
    """Any of these asks the catalogue: courses with a group on offer that fits, in its order. Values that the
    catalogue does not know are left out."""

    q: str = Field("", description="Words, in French, Arabic or Darija.")
    arr: list[str] = Field([], description="Slugs of arrondissements.")
    theme: list[str] = []
    jour: list[str] = Field([], description="lun, mar, mer, jeu, ven, sam, dim")
    moment: list[str] = Field([], description="matin, apres-midi, soir")
    pour: list[str] = Field([], description="enfants, ados, jeunes, adultes, aines")
    langue: list[str] = Field([], description="darija, arabic, french, english, spanish, amazigh")
    mode: list[str] = Field([], description="on_site, online, hybrid")
    places: str = Field("", description="1: only with places left.")
    age: str = ""
    tri: str = Field("", description="places (default) or date")


class RunQuestion(Paging):
    course: str = Field("", description="Code of a course.")
    place: str = Field("", description="Code of a place.")
    arr: str = Field("", description="Slug of an arrondissement.")
    starts_from: date | None = None
    starts_until: date | None = None
    past: bool = Field(False, description="Also groups that are over.")


class PlaceQuestion(Paging):
    arr: str = Field("", description="Slug of an arrondissement.")
    kind: str = ""


# --- Courses, groups, places --------------------------------------------------------------------------


def courses_shown():
    return Course.objects.published().select_related("programme", "organisation")


@api.get("courses", response={200: CourseList, **REFUSALS}, url_name="api-courses", summary="Published courses")
def courses(request, asked: Query[CourseQuestion]):
    if not SEARCHED.isdisjoint(request.GET):
        return searched(request, asked)
    return listed(request, asked, courses_shown().order_by("code"), CourseShape.of)


def searched(request, asked):
    """The catalogue's own answer: it counts, orders and understands words as the page does."""
    answer = search.ask(filters.read(request.GET), page=asked.page, per_page=asked.per_page)
    runs = CourseRun.objects.filter(pk__in=answer.runs).values_list("pk", "course")
    course_of = dict(runs)
    found = courses_shown().in_bulk(course_of.values())
    items = [CourseShape.of(found[course_of[pk]]) for pk in answer.runs if course_of.get(pk) in found]
    return links(request, asked, answer.total) | {"items": items}


@api.get("courses/{slug:course}", response={200: CourseWithRuns, **REFUSALS}, url_name="api-course", summary="A course")
def course(request, course: str):
    found = get_object_or_404(courses_shown(), code=course)
    current = runs_shown().filter(course=found, ends_on__gte=clock.local_day(clock.now()))
    texts = {name: Texts.of(found, name) for name in ("outcomes", "prerequisites", "to_bring")}
    codes = current.order_by("starts_on", "pk").values_list("code", flat=True)
    return CourseWithRuns.of(found, runs=list(codes), **texts)


def runs_shown():
    return CourseRun.objects.public().select_related("course", "venue")


@api.get("runs", response={200: RunList, **REFUSALS}, url_name="api-runs", summary="Groups of published courses")
def runs(request, asked: Query[RunQuestion]):
    at = clock.now()
    wanted = {
        "course__code": asked.course,
        "venue__code": asked.place,
        "venue__district__slug": asked.arr,
        "starts_on__gte": asked.starts_from,
        "starts_on__lte": asked.starts_until,
        "ends_on__gte": None if asked.past else clock.local_day(at),
    }
    found = runs_shown().filter(**{name: value for name, value in wanted.items() if value})
    return listed(request, asked, found.order_by("starts_on", "pk"), lambda run: RunShape.of(run, at))


@api.get("runs/{slug:code}", response={200: RunWithMeetings, **REFUSALS}, url_name="api-run", summary="A group")
def run(request, code: str):
    found = get_object_or_404(runs_shown(), code=code)
    meetings = [MeetingShape.of(meeting, found) for meeting in found.meetings.order_by("date", "starts_at")]
    return RunWithMeetings.of(found, clock.now(), meetings=meetings)


@api.get("places", response={200: PlaceList, **REFUSALS}, url_name="api-places", summary="Places of learning")
def places(request, asked: Query[PlaceQuestion]):
    wanted = {name: value for name, value in {"district__slug": asked.arr, "kind": asked.kind}.items() if value}
    found = Venue.objects.select_related("district").filter(**wanted).order_by("code")
    return listed(request, asked, found, PlaceShape.of)


@api.get("places/{slug:venue}", response={200: PlaceShape, **REFUSALS}, url_name="api-place", summary="A place")
def place(request, venue: str):
    return PlaceShape.of(get_object_or_404(Venue.objects.select_related("district"), code=venue))


# --- Lists and refusals -------------------------------------------------------------------------------


def listed(request, asked, records, shape):
    first = (asked.page - 1) * asked.per_page
    items = [shape(record) for record in records[first : first + asked.per_page]]
    return links(request, asked, records.count()) | {"items": items}


def links(request, asked, count):
    last = max(1, -(-count // asked.per_page))
    return {
        "count": count,
        "page": asked.page,
        "previous": page_at(request, min(asked.page - 1, last)) if asked.page > 1 else None,
        "next": page_at(request, asked.page + 1) if asked.page < last else None,
    }


def page_at(request, page):
    query = request.GET.copy()
    query["page"] = page
    return f"{settings.SITE_URL}{request.path}?{query.urlencode()}"


def problem(status, title, detail, fields=()):
    said = {"type": "about:blank", "title": title, "status": status, "detail": detail, "fields": list(fields)}
    return JsonResponse(said, status=status, content_type="application/problem+json")


@api.exception_handler(Http404)
def nothing_there(request, missing):
    return problem(404, _("Not found"), _("There is nothing at this address, or it is not published."))


@api.exception_handler(ValidationError)
def cannot_be_read(request, refusal):
    names = sorted({str(error["loc"][-1]) for error in refusal.errors})
    return problem(422, _("These values cannot be read"), ", ".join(names), names)


# --- Doors --------------------------------------------------------------------------------------------


def door(view):
    """What every address of the API shares: open to all, every origin, the same for everyone, errors as JSON."""

    @wraps(view)
    def answer(request, **values):
        is_head = request.method == "HEAD"
        request.method = "GET" if is_head else request.method  # the library knows no HEAD
        response = view(request, **values)
        request.method = "HEAD" if is_head else request.method
        if isinstance(response, HttpResponseNotAllowed):
            response = problem(405, _("Only reading"), _("Nothing can be changed here."))
            response["Allow"] = "GET, HEAD"
        response["Access-Control-Allow-Origin"] = "*"
        return response

    return login_not_required(public_page(answer))


@require_safe
def openapi(request):
    return JsonResponse(document())


@cache
def document():
    return api.get_openapi_schema(path_prefix=ROOT)


urlpatterns = [path("openapi.json", door(openapi), name="api-document")]
urlpatterns += [
    path(str(pattern.pattern), door(pattern.callback), name=pattern.name)
    for pattern in api.urls[0]
    if pattern.name != "api-root"
]
