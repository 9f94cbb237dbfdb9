"""Courses in lists and groups to choose from: what is said of a group in little space.

A card is drawn once for each thing it can say: the key of a drawing is everything that stands on it, so a change of a
seat, a date, a title or a name is a new drawing and no old one can be wrong.
"""

import json
from collections import Counter
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from learningcity import clock
from learningcity.i18n import long_date
from learningcity.models import District

from . import wording
from .models import Course, CourseRun, Meeting, Venue
from .models.meetings import TAKING_PLACE
from .openings import JOINABLE

MOST_DRAWINGS = 8192  # about a kilobyte each

OF_STATUS = {"decision", "capacity", "desk_seats", "desk_taken", "seats_taken", "waiting_count", "waiting_places"}
OF_STATUS |= {"offered_count", "enrolment_opens_at", "enrolment_closes_at", "starts_on", "ends_on"}
STATUS = [field.attname for field in CourseRun._meta.concrete_fields if field.attname in OF_STATUS]
STATUS_QUERY = ", ".join(f"run.{name}" for name in STATUS)
READ = {"DateTimeField": datetime.fromisoformat, "DateField": date.fromisoformat}
READERS = [READ.get(CourseRun._meta.get_field(name).get_internal_type(), lambda value: value) for name in STATUS]
QUERY = """
    WITH slot AS (
        SELECT run_id, extract(isodow FROM date)::int AS day, starts_at, ends_at, count(*) AS times
        FROM programmes_meeting WHERE run_id = ANY(%s) AND state = ANY(%s) GROUP BY 1, 2, 3, 4
    ), week AS (
        SELECT run_id, string_agg(concat_ws('/', day, starts_at, ends_at, times), ' ' ORDER BY day, starts_at, ends_at)
            AS slots
        FROM slot GROUP BY 1
    )
    SELECT run.id, json_build_array({status})::text,
        (run.enrolment_opens_at <= %s)::int + (run.enrolment_closes_at <= %s)::int, json_build_array(
        course.slug, {title}, {level}, course.fee, course.minimum_age, course.maximum_age, course.language,
        run.language, run.mode, run.women_only, {venue}, venue.childcare, venue.step_free, {district},
        run.starts_on, run.ends_on, week.slots
    )::text
    FROM unnest(%s) WITH ORDINALITY AS asked (id, place)
    JOIN programmes_courserun run USING (id)
    JOIN programmes_course course ON course.id = run.course_id
    JOIN programmes_venue venue ON venue.id = run.venue_id
    LEFT JOIN learningcity_district district ON district.id = venue.district_id
    LEFT JOIN week ON week.run_id = run.id
    ORDER BY asked.place
"""


class Card(NamedTuple):
    run: int  # pk
    href: str
    title: str
    status: str
    html: str


class Shown(NamedTuple):
    """What a card says besides its status, in the order of QUERY."""

    slug: str
    title: str
    level: str
    fee: float
    minimum_age: int | None
    maximum_age: int | None
    course_language: str
    language: str
    mode: str
    women_only: bool
    venue: str
    childcare: bool | None
    step_free: bool | None
    district: str | None
    starts_on: str  # `2026-05-16`
    ends_on: str
    slots: str | None  # `6/10:30:00/12:00:00/7`: day of the week, from, to, how often; several with spaces between


# --- Lists --------------------------------------------------------------------------------------------


def of_runs(pks, at):
    """The cards of these groups in this order, in one statement: a tuple. `at` decides their status."""
    language, pks = get_language(), list(pks)
    if not pks:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(query(language), [pks, list(TAKING_PLACE), at, at, pks])
        rows = cursor.fetchall()
    today = clock.local_day(at)
    return tuple(_card(language, today, *row) for row in rows)


@lru_cache
def query(language):
    """Texts in the language of the page, in French where they are missing."""

    def text(table, field):
        return f"coalesce(nullif({table}.{field}_{language}, ''), {table}.{field}_fr)"

    named = {"title": text("course", "title"), "level": text("course", "level")}
    named |= {"venue": text("venue", "name"), "district": text("district", "name")}
    return QUERY.format(status=STATUS_QUERY, **named)


def _card(language, today, pk, state, turns, said):
    tag = _tag(language, today, state, turns)
    href, title, html = drawing(language, *tag, said)
    return Card(pk, href, title, tag[0], html)


@lru_cache(MOST_DRAWINGS)
def _tag(language, today, state, turns):
    """The values of `wording.status`. Between two turns, the opening and the closing of enrolment, the hour changes
    nothing: any moment there will do."""
    run = CourseRun.from_db(None, STATUS, [read(value) for read, value in zip(READERS, json.loads(state), strict=True)])
    before = run.enrolment_opens_at - timedelta(seconds=1)
    at = (before, run.enrolment_opens_at, run.enrolment_closes_at)[turns]
    return tuple(wording.status(run, at, today).values())


@lru_cache(MOST_DRAWINGS)
def drawing(language, status, n, day, said):
    """(address, title, markup). Depends on its arguments alone; `language` is that of the page, `said` a `Shown` in
    JSON."""
    shown = Shown(*json.loads(said))
    run, href = as_run(shown), reverse("course", args=[shown.slug])
    facts = [
        {"icon": "pin", "text": wording.place(run)},
        {"icon": "calendar", "text": wording.timetable(read_slots(shown.slots), run.starts_on, run.ends_on)},
        {"icon": "person", "text": wording.audience(run)},
        {"icon": "speech", "text": wording.language(run)},
        {"icon": "check", "text": wording.comforts(run)},
    ]
    context = {"href": href, "title": shown.title, "price": wording.price(run.course)}
    context |= {"status": status, "n": n, "date": day, "facts": [fact for fact in facts if fact["text"]]}
    return href, shown.title, render_to_string("components/course_card.html", context)


def as_run(shown):
    """The records behind a card, as far as the card knows them."""
    course = Course(title=shown.title, level=shown.level, fee=shown.fee, language=shown.course_language)
    course.minimum_age, course.maximum_age = shown.minimum_age, shown.maximum_age
    district = District(name=shown.district) if shown.district else None
    venue = Venue(name=shown.venue, district=district, childcare=shown.childcare, step_free=shown.step_free)
    own = {"language": shown.language, "mode": shown.mode, "women_only": shown.women_only}
    own |= {"starts_on": date.fromisoformat(shown.starts_on), "ends_on": date.fromisoformat(shown.ends_on)}
    return CourseRun(course=course, venue=venue, **own)


def read_slots(text):
    slots = Counter()
    for slot in (text or "").split():
        day, starts_at, ends_at, times = slot.split("/")
        slots[int(day), time.fromisoformat(starts_at), time.fromisoformat(ends_at)] = int(times)
    return slots


# --- A group to choose --------------------------------------------------------------------------------


def group(run, at, *, checked):
    """A group of a course page: what `components/group_card.html` needs."""
    tag = wording.status(run, at)
    week = wording.days_and_hours(wording.slots(run.meetings.all()))
    dates = wording.dates_between(run.starts_on, run.ends_on)
    lines = [
        dates if week else "",
        wording.place(run),
        wording.language(run) if run.language and run.language != run.course.language else "",
        wording.comforts(run),
        " · ".join(wording.own_conditions(run)),
        wording.places(run, tag["status"]),
        wording.minimum(run, clock.local_day(at)),
    ]
    return {
        "value": run.code,
        "label": run.label,
        "title": week or dates,
        "span": dates if week else "",
        "lines": [line for line in lines if line],
        "checked": checked,
        "disabled": tag["status"] not in JOINABLE,
        "dates": [sitting(meeting) for meeting in run.meetings.all()],
        **tag,
    }


def sitting(meeting):
    """A line of the list of all dates: {"text", "note"}; the note says what became of it and why."""
    notes = {
        Meeting.State.MOVED: pgettext("meeting", "moved"),
        Meeting.State.CANCELLED: pgettext("meeting", "cancelled"),
        Meeting.State.SKIPPED: pgettext("meeting", "not held"),
    }
    note = notes.get(meeting.state, "")
    if meeting.state == Meeting.State.MOVED and meeting.moved_from:
        note = _("instead of %(day)s") % {"day": long_date(meeting.moved_from)}
    if note and meeting.reason:
        note = _("%(note)s: %(reason)s") % {"note": note, "reason": meeting.reason}
    text = _("%(day)s, %(hours)s") % {"day": long_date(meeting.date), "hours": wording.hours(meeting)}
    return {"text": text, "note": note or meeting.reason, "is_on": meeting.takes_place}
