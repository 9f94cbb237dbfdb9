"""What one can join of a course, what to say when there is nothing, and what else there is."""

from math import cos, radians
from typing import NamedTuple

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F, Q, prefetch_related_objects
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from learningcity import clock

from . import facets, filters, search
from .models import Course, CourseRun, Venue
from .models.runs import RunStatus
from .services import timetable

MOST_RUNS = 60  # of one course, those to come first
MOST_OTHERS = 3
ORDER = [RunStatus.OPEN, RunStatus.FEW, RunStatus.FULL_WAIT, RunStatus.SOON, RunStatus.FULL]
ORDER += [RunStatus.POSTPONED, RunStatus.CANCELLED]
RANK = {status: max(0, place - 1) for place, status in enumerate(ORDER)}  # open and few stand equal
HAS_PLACES = {RunStatus.OPEN, RunStatus.FEW}
JOINABLE = HAS_PLACES | {RunStatus.FULL_WAIT}
TO_COME = JOINABLE | {RunStatus.SOON, RunStatus.FULL}

# Courses of the same theme that follow this one in the order of their numbers, each with its first group with places:
# every course has other neighbours, and none costs more than a few rows.
NEIGHBOURS = """
    SELECT run.id FROM programmes_course course
    JOIN LATERAL (
        SELECT id FROM programmes_courserun
        WHERE course_id = course.id AND decision = 'planned' AND enrolment_opens_at <= %(at)s
            AND enrolment_closes_at > %(at)s AND waiting_count = 0 AND offered_count = 0
            AND seats_taken < capacity - desk_seats + desk_taken
        ORDER BY starts_on, id LIMIT 1
    ) run ON true
    WHERE course.id {side} %(pk)s AND course.theme = %(theme)s AND course.state = 'published'
        AND course.kind = 'regular'
    ORDER BY course.id LIMIT %(most)s
"""
SIMILAR = f"({NEIGHBOURS.format(side='>')}) UNION ALL ({NEIGHBOURS.format(side='<')}) LIMIT %(most)s"


class Openings(NamedTuple):
    runs: list  # groups to show, those one can join first, with place and meetings
    first: CourseRun | None  # the one chosen beforehand
    status: str  # of the course as a whole, one of `RunStatus`
    notice: str = ""  # why there is nothing to join; empty when there is
    tone: str = ""  # of the notice

    @property
    def has_places(self):
        return self.status in HAS_PLACES


def published(slug):
    """The course behind an address, archived ones too. Raises DoesNotExist."""
    return Course.objects.shown().select_related("organisation").get(slug=slug)


def of(course, at):
    """Groups on offer, and those called off whose time has not passed."""
    today = clock.local_day(at)
    runs = list(
        course.runs.exclude(decision=CourseRun.Decision.DRAFT)
        .select_related("venue__district", "room")
        .annotate(is_over=ExpressionWrapper(Q(ends_on__lt=today), BooleanField()))
        .order_by("is_over", "starts_on", "pk")[:MOST_RUNS]
    )
    for run in runs:
        run.course = course
    statuses = {run.pk: run.status(at, today) for run in runs}
    shown = [] if course.state == Course.State.ARCHIVED else [run for run in runs if is_shown(run, statuses, today)]
    shown.sort(key=lambda run: (RANK[statuses[run.pk]], run.starts_on, run.pk))
    prefetch_related_objects(shown, "meetings")
    say_why([meeting for run in shown for meeting in run.meetings.all()])
    first = next((run for run in shown if statuses[run.pk] in JOINABLE), None)
    best = statuses[shown[0].pk] if shown else None
    if best in TO_COME:
        return Openings(shown, first, best)
    return Openings(shown, None, *closed(course, {statuses[run.pk] for run in shown or runs}))


def say_why(meetings):
    """In the language of the reader; what the rows keep is the French name of a holiday."""
    reasons = timetable.reasons(meetings)
    for meeting in meetings:
        meeting.reason = reasons.get(meeting.pk, "")


def is_shown(run, statuses, today):
    return statuses[run.pk] in RANK and (run.ends_on >= today or statuses[run.pk] in TO_COME)


def closed(course, statuses):
    """(status, sentence, tone) of a course that nobody can join, from what its groups are."""
    if course.state == Course.State.ARCHIVED:
        return RunStatus.FINISHED, _("This course is no longer given. Here are others nearby."), "warning"
    if statuses == {RunStatus.CANCELLED}:
        sentence = _("This course is cancelled. You do not need to do anything. Here are others nearby.")
        return RunStatus.CANCELLED, sentence, "error"
    if RunStatus.POSTPONED in statuses:
        sentence = _("This course is postponed. New dates will follow. Here are others nearby.")
        return RunStatus.POSTPONED, sentence, "warning"
    for status in (RunStatus.RUNNING, RunStatus.CLOSED):
        if status in statuses:
            return status, _("Enrolment is closed. Here are other courses nearby."), "warning"
    if RunStatus.FINISHED in statuses:
        return RunStatus.FINISHED, _("This course is over. Here are others nearby."), "warning"
    return RunStatus.CLOSED, _("No group is open now. New dates soon."), ""


def venues(runs):
    """Where these groups meet, each place once; online there is none."""
    return list({run.venue_id: run.venue for run in runs if run.mode != CourseRun.Mode.ONLINE}.values())


# --- What else there is -------------------------------------------------------------------------------


def others(course, now, at):
    """Groups with places of up to three other courses of the theme; close to those that one cannot join any more."""
    found = similar(course, at)
    if now.notice and now.runs:
        found = [*nearby(course, now.runs[0].venue.district, at), *found]
    return list(dict.fromkeys(found))[:MOST_OTHERS]


def similar(course, at):
    with connection.cursor() as cursor:
        cursor.execute(SIMILAR, {"at": at, "theme": course.theme, "pk": course.pk, "most": MOST_OTHERS})
        return [pk for (pk,) in cursor.fetchall()]


def nearby(course, district, at):
    """The same theme in the arrondissement or beside it."""
    if district is None:
        return []
    wanted = {"theme": course.theme, "arr": district.slug, "autour": facets.YES, "places": facets.YES}
    return list(search.ask(filters.read(QueryDict(urlencode(wanted))), per_page=MOST_OTHERS).runs)


# --- Somewhere, by someone ----------------------------------------------------------------------------


def best_runs(at, **which):
    """{course pk: pk of the group to show} for each course that has some on offer: first those with places, then the
    earliest."""
    best = {}
    for run, course in CourseRun.objects.on_offer(at).filter(**which).open_first(at).values_list("pk", "course"):
        best.setdefault(course, run)
    return best


def nearest_place(venue, at):
    """The closest open place with courses on offer, or None: also when nobody knows where this one is."""
    if venue.latitude is None or venue.longitude is None:
        return None
    north, east = F("latitude") - venue.latitude, (F("longitude") - venue.longitude) * cos(radians(venue.latitude))
    busy = Venue.objects.filter(is_open=True, pk__in=CourseRun.objects.on_offer(at).values("venue"))
    busy = busy.exclude(pk=venue.pk).exclude(latitude=None).exclude(longitude=None).select_related("district")
    return busy.order_by(north * north + east * east, "pk").first()


def places_of(organisation, at):
    """Where the groups of a partner meet that have not ended."""
    runs = CourseRun.objects.public().filter(course__organisation=organisation, ends_on__gte=clock.local_day(at))
    return Venue.objects.filter(pk__in=runs.values("venue")).select_related("district").order_by("name")


def search_for(course, now):
    """The question whose answer would be a course like this one, as part of an address."""
    district = now.runs[0].venue.district if now.runs else None
    return "?" + urlencode({"theme": course.theme} | ({"arr": district.slug} if district else {}))
