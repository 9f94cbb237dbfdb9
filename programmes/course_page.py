"""The page of a course, put together once for each state of the records behind it.

One statement reads the version of every row that the page shows (`xmin` and `ctid` change with each write) and the
seats of its groups. The same versions, the same statuses, the same day: the same page.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language

from learningcity import clock
from learningcity.context import NAME, OWN_NAMES

from . import access, cards, openings, structured, wording
from .models import Course, CourseRun, Pathway

MOST_DRAWN = 512  # pages of some forty kilobytes each
ATTEMPTS = 3
STATUS_QUERY = ", ".join(f"run.{name}" for name in cards.STATUS)


def version(*tables):
    return " || ".join(f"coalesce({table}.xmin::text || {table}.ctid::text, '')" for table in tables)


VERSIONS = f"""
    WITH course AS MATERIALIZED (
        SELECT course.id, course.kind, {version("course", "organisation")}
            || coalesce((SELECT string_agg({version("clip")}, ' ' ORDER BY id)
                FROM programmes_voiceclip clip WHERE clip.course_id = course.id), '')
            || coalesce((SELECT string_agg({version("step", "pathway")}, ' ' ORDER BY step.id)
                FROM programmes_pathwaystep step JOIN programmes_pathway pathway ON pathway.id = step.pathway_id
                WHERE step.course_id = course.id), '') AS version
        FROM programmes_course course
        JOIN programmes_organisation organisation ON organisation.id = course.organisation_id
        WHERE course.slug = %s AND course.kind <> 'template'
            AND (course.state = 'published' OR course.state = 'archived' AND course.published_at IS NOT NULL)
    )
    SELECT clock_timestamp(), course.id, course.kind, course.version,
        {version("run", "venue", "district", "room")}
        || coalesce((SELECT string_agg({version("meeting", "holiday")}, ' ' ORDER BY meeting.id, holiday.id)
            FROM programmes_meeting meeting
            LEFT JOIN learningcity_holiday holiday ON holiday.date = meeting.date AND meeting.reason <> ''
            WHERE meeting.run_id = run.id), ''),
        {STATUS_QUERY}
    FROM course
    LEFT JOIN programmes_courserun run ON run.course_id = course.id AND run.decision <> 'draft'
    LEFT JOIN programmes_venue venue ON venue.id = run.venue_id
    LEFT JOIN programmes_room room ON room.id = run.room_id
    LEFT JOIN learningcity_district district ON district.id = venue.district_id
    ORDER BY run.id
"""


class Changed(Exception):
    """A record was written while the page was being put together."""


@dataclass(frozen=True)
class Look:
    """Everything a page depends on. Two looks at the same state are equal, whenever they happened on that day."""

    language: str
    course: int  # pk
    today: date
    versions: tuple
    statuses: tuple  # of the groups, in the order of their versions
    slug: str = field(compare=False)
    kind: str = field(compare=False)
    at: datetime = field(compare=False)


@dataclass(frozen=True, eq=False)
class Page:
    course: Course
    openings: openings.Openings
    head: str
    body: str


def look(slug):
    """Raises Course.DoesNotExist for what the public never saw."""
    with connection.cursor() as cursor:
        cursor.execute(VERSIONS, [slug])
        rows = cursor.fetchall()
    if not rows:
        raise Course.DoesNotExist
    at, pk, kind, version_of_course = rows[0][:4]
    today = clock.local_day(at)
    groups = [row[4:] for row in rows if row[5] is not None]
    runs = [CourseRun.from_db(None, cards.STATUS, values) for _version, *values in groups]
    versions = (version_of_course, *(group[0] for group in groups))
    statuses = tuple(run.status(at, today) for run in runs)
    return Look(get_language(), pk, today, versions, statuses, slug=slug, kind=kind, at=at)


def page(slug):
    """(Look, Page). While its records are being written it is put together again, at last without being kept."""
    for _attempt in range(ATTEMPTS):
        seen = look(slug)
        with suppress(Changed):
            return seen, drawn(seen)
    return seen, draw(seen)


@lru_cache(MOST_DRAWN)
def drawn(seen):
    page = draw(seen)
    if look(seen.slug) != seen:
        raise Changed
    return page


# --- What it says -------------------------------------------------------------------------------------


def draw(seen):
    course = openings.published(seen.slug)
    now = openings.of(course, seen.at)
    context = {
        "course": course,
        "openings": now,
        "groups": [cards.group(run, seen.at, checked=run == now.first) for run in now.runs],
        "places": [(venue, access.of_venue(venue)) for venue in openings.venues(now.runs)],
        "clips": [recording(course, clip) for clip in course.clips.defer("sound")],
        "pathways": Pathway.objects.filter(steps__course=course),
        "structured": structured.graph(course, now.runs),
        "language": seen.language,
        "site": {"name": NAME, "url": settings.SITE_URL, "languages": [{"code": code} for code in OWN_NAMES]},
        "url": settings.SITE_URL + reverse("course", args=[course.slug]),
        **sentences(course, now),
    }
    head = render_to_string("components/head_course.html", context)
    return Page(course, now, head, render_to_string("programmes/course_body.html", context))


def recording(course, clip):
    address = reverse("clip", args=[course.slug, clip.language, clip.digest[:8]])
    return {"clip": clip, "address": address, "kilobytes": max(1, round(clip.size / 1000))}


def sentences(course, now):
    return {
        "price": wording.price(course),
        "ages": wording.ages(course),
        "giving_rules": wording.giving_rules(now.runs),
        "required": wording.required(course),
        "share_text": wording.share_text(course, now.first or next(iter(now.runs), None)),
        "alert": openings.search_for(course, now),
    }
