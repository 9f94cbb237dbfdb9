from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import icalendar
import pytest
from django.conf import settings
from django.test import Client
from ical.calendar_stream import IcsCalendarStream

from learningcity import clock
from learningcity.models import Holiday

from ..models import Course, CourseRun, Meeting
from . import factories

pytestmark = pytest.mark.django_db
HOST = urlsplit(settings.SITE_URL).hostname
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def strictly(response):
    """The events as a second, strict library reads them."""
    return IcsCalendarStream.calendar_from_ics(response.text).events


def by_own_rules(response):
    """UTC instants by the rules written in the file: under a name never seen, no library can use rules of its own."""
    text = response.text.replace("Africa/Casablanca", f"Somewhere/{next(factories.numbers)}")
    return [event.start.astimezone(UTC) for event in icalendar.Calendar.from_ical(text).events]


def run_around_the_change(**fields):
    """A group that meets at 10:30 before and after the clock change of 2026-09-20."""
    run = factories.run(meetings=0, **fields)
    for day in (date(2026, 8, 1), date(2026, 9, 19), date(2026, 9, 21), date(2027, 1, 15)):
        factories.meeting(run, date=day)
    return run


# --- Calendars ----------------------------------------------------------------------------------------


def test_hours_stay_local_on_both_sides_of_the_clock_change(page):
    run = run_around_the_change()

    response = page(f"/groupes/{run.code}.ics")

    assert "DTSTART;TZID=Africa/Casablanca:20260801T103000" in response.text
    expected = [
        datetime(2026, 8, 1, 9, 30, tzinfo=UTC),
        datetime(2026, 9, 19, 9, 30, tzinfo=UTC),
        datetime(2026, 9, 21, 10, 30, tzinfo=UTC),
        datetime(2027, 1, 15, 10, 30, tzinfo=UTC),
    ]
    assert by_own_rules(response) == expected
    assert [event.dtstart.astimezone(UTC) for event in strictly(response)] == expected


def test_a_clock_change_that_is_not_in_the_file_would_be_noticed(page):
    run = run_around_the_change()
    response = page(f"/groupes/{run.code}.ics")
    response.content = response.content.replace(b"TZOFFSETTO:+0000", b"TZOFFSETTO:+0100")

    assert by_own_rules(response)[-1] == datetime(2027, 1, 15, 9, 30, tzinfo=UTC)


def test_one_event_per_meeting_with_its_state(page):
    run = factories.run(meetings=0)
    days = [date(2026, 10, day) for day in (3, 10, 17, 24, 31)]
    states = [Meeting.State.PLANNED, Meeting.State.MOVED, Meeting.State.CANCELLED, Meeting.State.SKIPPED]
    for day, state in zip(days, states, strict=False):
        factories.meeting(run, date=day, state=state, revision=day.day)
    factories.meeting(run, date=days[4], state=Meeting.State.HELD, held_minutes=90)

    events = strictly(page(f"/groupes/{run.code}.ics"))

    assert [event.status for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED", "CANCELLED", "CONFIRMED"]
    assert [event.sequence for event in events] == [3, 10, 17, 24, 0]
    pks = Meeting.objects.order_by("date").values_list("pk", flat=True)
    assert [event.uid for event in events] == [f"meeting-{pk}@{HOST}" for pk in pks]


def test_a_moved_meeting_keeps_its_name_and_stands_at_its_new_date(page):
    run = factories.run(meetings=0)
    moved = factories.meeting(run, date=date(2026, 10, 3))
    before = strictly(page(f"/groupes/{run.code}.ics"))[0]
    Meeting.objects.filter(pk=moved.pk).update(
        date=date(2026, 10, 5), moved_from=date(2026, 10, 3), state="moved", revision=1, reason="Salle en travaux"
    )

    after = strictly(page(f"/groupes/{run.code}.ics"))[0]

    assert after.uid == before.uid
    assert after.sequence == before.sequence + 1
    assert after.dtstamp > before.dtstamp
    assert after.dtstart.date() == date(2026, 10, 5)
    assert "3 October 2026" in after.description
    assert "Salle en travaux" in after.description


def test_a_holiday_has_its_name_in_the_language_of_the_calendar(page):
    day = date(2026, 10, 3)
    Holiday.objects.create(date=day, name_fr="Fête du travail", name_ar="عيد الشغل")
    run = factories.run(meetings=0)
    factories.meeting(run, date=day, state="skipped", reason="Fête du travail")

    assert strictly(page(f"/groupes/{run.code}.ics", "ar"))[0].description == "عيد الشغل"


def test_commas_of_names_are_escaped_everywhere(page):
    title = "Arts, culture; \\ loisirs"
    run = factories.run(course=factories.course(title_fr=title), venue=factories.venue(name_fr=title))

    for path in (f"/cours/{run.course.slug}/calendrier.ics", f"/lieux/{run.venue.slug}/calendrier.ics"):
        lines = page(path, "fr").text.split("\r\n")
        escaped = "Arts\\, culture\\; \\\\ loisirs"
        assert {f"NAME:{escaped}", f"X-WR-CALNAME:{escaped}"} <= set(lines)


@pytest.mark.parametrize(
    "bad", ["a\rX-EVIL:1", "a\r\nX-EVIL:1\r\nEND:VEVENT", "a\x85b\u2028c\x0bd\x1ce", "\x01\x07\x7f\ufffe"]
)
def test_what_calendars_cannot_write_changes_no_line_of_theirs(page, bad):
    office = factories.organisation(name_fr=f"Asso{bad}", name_en=f"Asso{bad}")
    course = factories.course(title_en=f"T{bad}", organisation=office)
    run = factories.run(course=course, venue=factories.venue(name_en=f"V{bad}"), meetings=0)
    factories.meeting(run, date=factories.today(), state="cancelled", reason=f"R{bad}")

    for path in (f"/groupes/{run.code}.ics", f"/cours/{course.slug}/calendrier.ics"):
        response = page(path)
        assert len(strictly(response)) == 1
        text = response.text.replace("\r\n ", "")
        assert text.splitlines() == text.split("\r\n")[:-1]
        assert not any(line.startswith("X-EVIL") for line in text.splitlines())
        assert not [letter for letter in text.replace("\r\n", "") if letter < " " or letter in "\x7f\ufffe"]


@pytest.mark.parametrize("decision", ["cancelled", "postponed"])
def test_no_meeting_of_a_group_that_does_not_take_place_is_confirmed(page, decision):
    run = factories.run(meetings=2, decision=decision)
    assert {event.status for event in strictly(page(f"/groupes/{run.code}.ics"))} == {"CANCELLED"}


def test_an_event_says_what_where_and_how_to_learn_more(page):
    run = factories.run(meetings=1)

    event = strictly(page(f"/groupes/{run.code}.ics", "ar"))[0]

    assert event.summary == run.course.title_ar
    assert run.venue.name_ar in event.location
    assert run.venue.district.name_ar in event.location
    assert str(event.url) == f"{settings.SITE_URL}/ar/cours/{run.course.slug}/"


def test_a_meeting_in_a_room_of_another_place_is_announced_there(page):
    run = factories.run(meetings=0)
    elsewhere = factories.venue()
    room = elsewhere.rooms.create(name_fr="Salle bleue", name_en="Blue room", capacity=20)
    factories.meeting(run, date=date(2026, 10, 3), room=room)

    event = strictly(page(f"/groupes/{run.code}.ics"))[0]

    assert event.location.startswith(f"Blue room, {elsewhere.name_en}")


def test_lines_are_folded_at_75_octets_and_arabic_survives(page):
    title = "استعمال الهاتف والحاسوب " * 4 + "، للمبتدئين"
    run = factories.run(course=factories.course(title_ar=title))

    response = page(f"/groupes/{run.code}.ics", "ar")

    assert response.content.endswith(b"END:VCALENDAR\r\n")
    assert max(len(line) for line in response.content.split(b"\r\n")) <= 75
    assert strictly(response)[0].summary == title
    for line in response.content.split(b"\r\n"):
        line.decode()  # no letter is cut in two


def test_the_file_has_its_type_and_name(page):
    run = factories.run()
    response = page(f"/cours/{run.course.slug}/calendrier.ics")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="{run.course.slug}.ics"'
    assert "METHOD:PUBLISH" in response.text


def test_the_same_calendar_is_not_sent_twice():
    path = f"/fr/cours/{factories.run().course.slug}/calendrier.ics"
    first = Client().get(path)
    assert "public" in first["Cache-Control"]
    assert Client().get(path, headers={"if-none-match": first["ETag"]}).status_code == 304


def test_a_course_and_a_place_show_all_their_public_groups(page):
    place, course = factories.venue(), factories.course()
    shown = [factories.run(course=course, venue=place), factories.run(course=course, venue=place)]
    factories.run(course=course, venue=place, decision=CourseRun.Decision.DRAFT)
    uids = {f"meeting-{run.meetings.get().pk}@{HOST}" for run in shown}

    for path in (f"/cours/{course.slug}/calendrier.ics", f"/lieux/{place.slug}/calendrier.ics"):
        assert {event.uid for event in strictly(page(path))} == uids


def test_a_place_says_nothing_of_courses_that_are_not_published(page):
    run = factories.run(course=factories.course(state=Course.State.DRAFT))
    assert strictly(page(f"/lieux/{run.venue.slug}/calendrier.ics")) == []
    page(f"/groupes/{run.code}.ics", status=404)
    page(f"/cours/{run.course.slug}/calendrier.ics", status=404)


def test_the_calendar_of_a_course_forgets_what_is_long_past(page):
    today = clock.local_day(clock.now())
    run = factories.run(meetings=0)
    for days in (-300, -10, 10):
        factories.meeting(run, date=today + timedelta(days=days))

    assert len(strictly(page(f"/cours/{run.course.slug}/calendrier.ics"))) == 2
    assert len(strictly(page(f"/groupes/{run.code}.ics"))) == 3


@pytest.mark.parametrize("kind", ["cours", "groupes", "lieux"])
def test_a_calendar_costs_the_same_whatever_its_length(page, queries_of, kind):
    def path(meetings):
        run = factories.run(meetings=meetings)
        paths = {"groupes": f"/groupes/{run.code}.ics", "cours": f"/cours/{run.course.slug}/calendrier.ics"}
        return paths.get(kind, f"/lieux/{run.venue.slug}/calendrier.ics")

    assert queries_of(page, path(1)) == queries_of(page, path(3)) <= 3


# --- Short links --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cookie", "language"), [(None, "fr"), ("ar", "ar"), ("en", "en"), ("xx", "fr")])
def test_a_short_link_leads_to_the_course_in_the_chosen_language(client, cookie, language):
    course = factories.course(code="C017")
    if cookie:
        client.cookies["langue"] = cookie

    for code in ("C017", "c017"):
        assert client.get(f"/c/{code}")["Location"] == f"/{language}/cours/{course.slug}/"


def test_a_short_link_that_leads_nowhere_says_so(client):
    factories.course(code="C018", state=Course.State.DRAFT)
    assert client.get("/c/C018").status_code == client.get("/c/none").status_code == 404


def test_the_short_link_of_an_archived_course_still_works(client):
    factories.course(code="C019", state=Course.State.ARCHIVED)
    assert client.get("/c/C019").status_code == 302


# --- News, and the map of the site --------------------------------------------------------------------


def test_new_courses_come_first_in_the_language_of_the_address(page):
    at = clock.now()
    old = factories.course(published_at=at - timedelta(days=9))
    new = factories.course(published_at=at, title_ar="درس \x0b جديد")
    factories.course(state=Course.State.DRAFT)

    response = page("/cours/nouveautes.xml", "ar")

    assert response["Content-Type"] == "application/rss+xml; charset=utf-8"
    channel = ElementTree.fromstring(response.content).find("channel")
    assert [item.findtext("link") for item in channel.findall("item")] == [
        f"{settings.SITE_URL}/ar/cours/{course.slug}/" for course in (new, old)
    ]
    assert channel.findtext("item/title") == "درس  جديد"
    assert channel.findtext("language") == "ar"
    assert channel.findtext("link") == f"{settings.SITE_URL}/ar/cours/"


@pytest.mark.parametrize("bad", ["\uffff", "\ufffe", "\x7f", "\x1b", "\x85", "\r\n", "]]>", "<b>"])
def test_the_news_are_well_formed_whatever_the_title(page, bad):
    factories.course(title_en=f"T{bad}", summary_en=f"S{bad}")

    title = ElementTree.fromstring(page("/cours/nouveautes.xml").content).findtext("channel/item/title")

    assert title.startswith("T")
    assert title.endswith(bad if bad in ("]]>", "<b>") else ("T", "\n"))


def test_pages_tell_readers_of_feeds_where_it_is(page):
    assert '<link rel="alternate" type="application/rss+xml"' in page("/").text
    assert 'href="/en/cours/nouveautes.xml"' in page("/").text


def test_the_news_cost_the_same_whatever_their_length(page, queries_of):
    factories.course()
    one = queries_of(page, "/cours/nouveautes.xml")
    for _number in range(2):
        factories.course()
    assert queries_of(page, "/cours/nouveautes.xml") == one == 1


def test_the_same_feed_is_not_sent_twice():
    factories.course()
    first = Client().get("/fr/cours/nouveautes.xml")
    assert Client().get("/fr/cours/nouveautes.xml", headers={"if-none-match": first["ETag"]}).status_code == 304


def test_the_map_names_every_public_page_in_its_three_languages(client):
    course = factories.course()
    hidden = factories.course(state=Course.State.DRAFT)
    venue = factories.venue()

    response = client.get("/sitemap.xml")

    assert response["Content-Type"] == "application/xml; charset=utf-8"
    assert response["Cache-Control"] == "public, max-age=3600"
    urls = ElementTree.fromstring(response.content).findall(f"{MAP}url")
    places = [url.findtext(f"{MAP}loc") for url in urls]
    assert len(places) == len(set(places))
    for path in ("", "cours/", f"cours/{course.slug}/", f"lieux/{venue.slug}/"):
        for language in ("fr", "ar", "en"):
            assert f"{settings.SITE_URL}/{language}/{path}" in places
    assert hidden.slug not in response.text
    others = urls[0].findall("{http://www.w3.org/1999/xhtml}link")
    assert [link.get("hreflang") for link in others] == ["fr", "ar", "en", "x-default"]
    assert [link.get("href") for link in others] == [
        f"{settings.SITE_URL}/{code}/" for code in ("fr", "ar", "en", "fr")
    ]


def test_pages_of_the_map_are_there(client):
    factories.run()
    for url in ElementTree.fromstring(client.get("/sitemap.xml").content).iter(f"{MAP}loc"):
        assert client.get(url.text.removeprefix(settings.SITE_URL)).status_code == 200


def test_the_map_costs_the_same_whatever_its_length(client, queries_of):
    factories.run()
    client.get("/sitemap.xml")
    one = queries_of(client.get, "/sitemap.xml")
    for _number in range(2):
        factories.run()
    assert queries_of(client.get, "/sitemap.xml") == one


def test_robots_stay_out_of_what_is_private_and_find_the_map(client):
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    rules = RobotFileParser()
    rules.parse(response.text.splitlines())
    assert rules.site_maps() == [f"{settings.SITE_URL}/sitemap.xml"]
    for path in ("/fr/gestion/", "/ar/inscription/G1/1/", "/i/abc/", "/o/abc/"):
        assert not rules.can_fetch("robot", path)
    for path in ("/", "/fr/", "/ar/cours/couture/", "/c/C1"):
        assert rules.can_fetch("robot", path)
