"""The offer for other programs: calendars (RFC 5545), the feed of new courses (RSS 2.0), the map of the site.

Every text depends on the records and on the civil day alone, never on the instant of writing: its ETag lasts.
"""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from learningcity import clock
from learningcity.context import NAME
from learningcity.i18n import long_date
from learningcity.models import District

from .models import Course, CourseRun, Meeting, Organisation, Pathway, Venue
from .services import timetable

KEPT_DAYS = 30  # a calendar still shows what took place that long ago
MOST_MEETINGS = 1000
MOST_NEWS = 30
LINE_BREAK = re.compile("\r\n?|[\x85\u2028\u2029]")
UNPRINTABLE = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
OFF = {CourseRun.Decision.CANCELLED, CourseRun.Decision.POSTPONED}


def absolute(path):
    return settings.SITE_URL + path


# --- Calendars ----------------------------------------------------------------------------------------


def of_run(run):
    return _meetings(run=run)


def of_course(course, today):
    return _meetings(run__course=course, date__gte=today - timedelta(days=KEPT_DAYS))


def of_place(venue, today):
    public = CourseRun.objects.public().filter(venue=venue)
    return _meetings(run__in=public, date__gte=today - timedelta(days=KEPT_DAYS))


def _meetings(**which):
    meetings = Meeting.objects.filter(**which).exclude(run__decision=CourseRun.Decision.DRAFT)
    meetings = meetings.select_related("run__course__organisation", "run__venue__district", "run__room")
    return meetings.select_related("room__venue__district").order_by("date", "starts_at", "pk")[:MOST_MEETINGS]


def calendar(name, meetings, today):
    """The bytes of an iCalendar with one event per meeting, cancelled ones included."""
    meetings = list(meetings)
    years = [meeting.date.year for meeting in meetings] or [today.year]
    book = Calendar()
    book.add("prodid", f"-//{_host()}//{NAME}//{settings.LANGUAGE_CODE.upper()}")
    book.add("version", "2.0")
    book.add("method", "PUBLISH")
    for label in ("name", "x-wr-calname"):
        book.add(label, vText(printable(name)))  # of no type that the library knows, so that it would escape nothing
    book.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    book.add_component(_zone(min(years), max(years)))
    reasons = timetable.reasons(meetings)
    for meeting in meetings:
        book.add_component(_event(meeting, reasons.get(meeting.pk, "")))
    return book.to_ical()


@lru_cache
def _zone(first_year, last_year):
    """The clock law of Casablanca by the pinned tzdata, the hour change of 2026-09-20 included."""
    years = {"first_date": date(first_year, 1, 1), "last_date": date(last_year + 1, 12, 31)}
    return Timezone.from_tzinfo(clock.CASABLANCA, clock.CASABLANCA.key, **years)


def _event(meeting, reason):
    run, course = meeting.run, meeting.run.course
    is_off = not meeting.takes_place or (run.decision in OFF and meeting.state != Meeting.State.HELD)
    event = Event()
    event.add("uid", f"meeting-{meeting.pk}@{_host()}")
    event.add("dtstamp", _changed_at(meeting))
    event.add("sequence", meeting.revision)
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    event.add("dtstart", _local(meeting.date, meeting.starts_at))
    event.add("dtend", _local(meeting.date, meeting.ends_at))
    event.add("summary", printable(_("Cancelled: %(title)s") % {"title": course.title} if is_off else course.title))
    event.add("location", printable(_location(meeting)))
    event.add("url", absolute(reverse("course", args=[course.slug])))
    organiser = vCalAddress(settings.SITE_URL)
    organiser.params["CN"] = " ".join(printable(course.organisation.name).split())
    event.add("organizer", organiser)
    if notes := _notes(meeting, reason):
        event.add("description", printable(notes))
    return event


def _host():
    return urlsplit(settings.SITE_URL).hostname


def _local(day, hour):
    return datetime.combine(day, hour, clock.CASABLANCA)


def _changed_at(meeting):
    """An instant that grows with each revision; nobody writes down when a meeting was really changed."""
    since = meeting.run.course.published_at or meeting.run.enrolment_opens_at
    return since.replace(microsecond=0) + timedelta(seconds=meeting.revision)


def _location(meeting):
    room = meeting.room or meeting.run.room
    venue = room.venue if room else meeting.run.venue
    parts = [room.name if room else "", venue.name, venue.address, venue.district.name if venue.district else ""]
    return ", ".join(part for part in parts if part)


def _notes(meeting, reason):
    notes = [reason]
    if meeting.moved_from:
        notes.insert(0, _("Moved, was on %(day)s.") % {"day": long_date(meeting.moved_from)})
    return "\n".join(note for note in notes if note)


# --- New courses --------------------------------------------------------------------------------------


class NewCourses(Feed):
    """RSS 2.0 in the language of its address."""

    title = NAME
    description = gettext_lazy("New courses")
    language = None

    def get_object(self, request):
        return absolute(request.path)

    def link(self, address):
        return absolute(reverse("catalogue"))

    def feed_url(self, address):
        return address

    def items(self):
        return Course.objects.published().exclude(published_at=None).order_by("-published_at", "pk")[:MOST_NEWS]

    def item_title(self, course):
        return printable(course.title)

    def item_description(self, course):
        return printable(course.summary)

    def item_link(self, course):
        return absolute(reverse("course", args=[course.slug]))

    def item_pubdate(self, course):
        return course.published_at


def printable(text):
    """Without what XML 1.0 and calendars have no way to write; every break between lines is the one they know."""
    return UNPRINTABLE.sub("", LINE_BREAK.sub("\n", text))


# --- Map of the site ----------------------------------------------------------------------------------


def sitemap():
    """XML of every public page in the three languages, each naming the others."""
    with translation.override(settings.LANGUAGE_CODE):
        pages = list(_pages())
    urls = "".join(_page(path, day) for path, day in pages)
    spaces = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {spaces}>\n{urls}</urlset>\n'


def _pages():
    """(address without its language, day of the last change or None), in a fixed order."""
    for name in ("home", "catalogue", "places", "pathways"):
        yield _bare(name), None
    for slug, at in Course.objects.published().order_by("slug").values_list("slug", "published_at"):
        yield _bare("course", slug), at and clock.local_day(at)
    for name, keys in _kept_pages().items():
        for key in keys:
            yield _bare(name, key), None


def _kept_pages():
    districts, venues = District.objects.in_commune(), Venue.objects.all()
    return {
        "place": venues.order_by("slug").values_list("slug", flat=True),
        "district": districts.order_by("slug").values_list("slug", flat=True),
        "organisation": Organisation.objects.order_by("code").values_list("code", flat=True),
        "pathway": Pathway.objects.order_by("slug").values_list("slug", flat=True),
    }


def _bare(name, *values):
    return reverse(name, args=values).removeprefix(f"/{settings.LANGUAGE_CODE}")


def _page(path, day):
    path = escape(path)
    versions = [(code, f"{settings.SITE_URL}/{code}{path}") for code, _name in settings.LANGUAGES]
    others = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href="{url}"/>'
        for code, url in [*versions, ("x-default", versions[0][1])]
    )
    changed = f"<lastmod>{day.isoformat()}</lastmod>" if day else ""
    return "".join(f"<url><loc>{url}</loc>{changed}{others}</url>\n" for _code, url in versions)


def robots():
    """What no search engine should keep: staff pages, forms half filled, receipts."""
    private = [f"/{code}/{part}/" for code, _name in settings.LANGUAGES for part in ("gestion", "inscription")]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in [*private, "/i/", "/o/"])]
    return "\n".join([*lines, f"Sitemap: {absolute(reverse('sitemap'))}", ""])
