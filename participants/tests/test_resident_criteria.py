"""What an enrolment has to keep to, whatever page it goes through: the criteria that need no browser."""

from datetime import date, time, timedelta

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext
from icalendar import Calendar

from learningcity import clock
from learningcity.i18n import long_date
from learningcity.models import OutboxMessage
from learningcity.services.wording import text_of
from programmes.models import CourseRun
from programmes.services import runs
from programmes.tests.factories import course, meeting, member, offered, run

from ..models import Enrolment, EnrolmentDraft
from ..services import drafts, queue, reminders
from ..services.enrolment import enrol
from ..services.refusals import EnrolmentRefused
from .factories import draft, enrolment, participant
from .journey import PERSON, SEND, WHO, address, answer
from .lines import let_pass, month_ahead, places_in
from .lines import offered as an_offer

pytestmark = pytest.mark.django_db
LANGUAGES = ["fr", "ar"]
SECOND = timedelta(seconds=1)
WITHOUT_AN_ANSWER = (
    "Without an answer, the place goes to the next person; you can then join the list again, at its end."
)


# --- Sent more than once ----------------------------------------------------------------------------------------


def test_a_form_sent_five_times_is_one_place_one_message_and_one_receipt(client):
    kept = draft()

    receipts = {answer(client, "enrol-check", kept, SEND)["Location"] for _time in range(5)}
    back = client.get(address("enrol-check", kept.run, kept.token))

    assert receipts == {back["Location"]}
    assert Enrolment.objects.count() == OutboxMessage.objects.count() == 1


# --- Ages -------------------------------------------------------------------------------------------------------


def person_page(client, group, language, born, **changes):
    """The page of the person, sent. `born` is a date."""
    kept = drafts.keep(None, run=group, answers=WHO | changes)
    typed = {f"birth_{place}": part for place, part in enumerate((born.day, born.month, born.year))}
    return client.post(address("enrol-person", group, kept.token, language), PERSON | typed)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("limits", "born", "age"),
    [
        ({"minimum_age": 30}, date(1997, 5, 17), 29),
        ({"minimum_age": 30}, date(1997, 5, 16), None),
        ({"maximum_age": 29}, date(1997, 5, 16), 30),
        ({"maximum_age": 29}, date(1997, 5, 17), None),
    ],
)
def test_who_misses_an_age_by_one_day_learns_her_age_and_where_she_fits(client, language, limits, born, age):
    group = offered(course=course(**limits), starts_on=date(2027, 5, 16))
    fitting = offered(course=course(minimum_age=18))

    page = person_page(client, group, language, born)

    assert page.status_code == (302 if age is None else 409)
    if age is None:
        return
    assert f'<html lang="{language}"' in page.text
    assert "data-error-summary" not in page.text
    with translation.override(language):
        assert long_date(group.starts_on) in page.text
    assert page.context["age"] == age
    courses = client.get(f"/{language}/cours/?age={age}")
    assert f'href="/{language}/cours/?age={age}"' in page.text
    assert [f"/cours/{each.course.slug}/" in courses.text for each in (fitting, group)] == [True, False]
    assert f'href="{page.context["person_url"]}"' in page.text
    assert 'value="Yasmine"' in client.get(page.context["person_url"]).text


# --- What was typed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("month", ["", "3", "٠٣", "12"])
def test_who_does_not_know_the_day_gives_the_year_with_or_without_the_month(client, month):
    kept = draft()

    sent = answer(client, "enrol-person", kept, PERSON | {"birth_0": "", "birth_1": month})

    kept.refresh_from_db()
    assert (sent.status_code, kept.answers["birth"]) == (302, "1998")


@pytest.mark.parametrize("month", ["0", "13", "mars", "003"])
def test_a_month_that_does_not_exist_is_told_also_without_a_day(client, month):
    assert answer(client, "enrol-person", draft(), PERSON | {"birth_0": "", "birth_1": month}).status_code == 422


@pytest.mark.parametrize("typed", ["06 12-34.56 78", "+212612345678", "00212612345678", "٠٦١٢٣٤٥٦٧٨"])
def test_a_phone_is_kept_for_machines_and_shown_again_as_it_was_typed(client, typed):
    kept = draft()

    answer(client, "enrol-contact", kept, {"phone": typed, "channel": "sms", "language": "ar"})
    page = client.get(address("enrol-contact", kept.run, kept.token))
    answer(client, "enrol-check", kept, SEND)

    assert f'value="{typed}"' in page.text
    assert str(Enrolment.objects.get().participant.phone) == "+212612345678"


# --- Back to the first page -------------------------------------------------------------------------------------


def test_who_comes_back_to_the_first_page_finds_her_answers(client):
    group = run()
    first = client.get("/fr/inscription/", {"groupe": group.code})["Location"]
    client.get(first)
    second = client.post(first, {"who": "child"})["Location"]

    page = client.get(first)
    again = client.post(first, {"who": "me"})["Location"]

    assert page.context["form"]["who"].value() == "child"
    assert again == second
    assert EnrolmentDraft.objects.get().answers["who"] == "me"


def test_the_same_address_in_another_browser_begins_anew():
    group, browsers = run(), [Client(), Client()]
    first = browsers[0].get("/fr/inscription/", {"groupe": group.code})["Location"]
    for browser in browsers:
        assert browser.get(first).context["form"]["who"].value() is None
        browser.post(first, WHO)

    assert EnrolmentDraft.objects.count() == 2


# --- The calendar -----------------------------------------------------------------------------------------------


def around_the_change(**fields):
    """A group that meets at 10:30 while Casablanca is at UTC+01:00, and again once it is at UTC+00:00."""
    group = run(meetings=0, **fields)
    for day in (date(2026, 8, 1), date(2027, 1, 15)):
        meeting(group, date=day, starts_at=time(10, 30), ends_at=time(12, 30))
    return group


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_calendar_of_a_receipt_is_one_that_a_strict_reader_takes(client, language):
    group = around_the_change()
    meeting(group, date=date(2027, 1, 22), starts_at=time(10, 30), ends_at=time(12, 30), state="cancelled")
    place = enrolment(group, participant(given_name="ياسمين"))

    content = client.get(f"/i/{place.token}/calendrier.ics?langue={language}").content
    book = Calendar.from_ical(content)

    lines = content.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-2:] == [b"END:VCALENDAR", b""]
    assert max(map(len, lines)) <= 75
    assert b"\n" not in b"".join(lines)
    assert [part.errors for part in book.walk()] == [[]] * len(book.walk())
    assert [str(zone["TZID"]) for zone in book.walk("VTIMEZONE")] == ["Africa/Casablanca"]
    events = book.walk("VEVENT")
    assert all({"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS"} <= set(event) for event in events)
    assert len({event["UID"] for event in events}) == group.meetings.count() == 3
    assert [event["DTSTART"].params["TZID"] for event in events] == ["Africa/Casablanca"] * 3
    assert [str(event["STATUS"]) for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_meeting_at_half_past_ten_is_at_half_past_ten_on_both_sides_of_the_change_of_clocks(client, language):
    group = around_the_change()
    place = enrolment(group)

    page = client.get(f"/i/{place.token}/?langue={language}")
    calendar = client.get(f"/i/{place.token}/calendrier.ics").content

    said = [sitting["text"].replace("\N{NO-BREAK SPACE}", " ") for sitting in page.context["dates"]]
    hour = {"fr": "10 h 30", "ar": "10:30"}[language]
    assert [hour in text for text in said] == [True, True]
    for day in ("20260801", "20270115"):
        assert f"DTSTART;TZID=Africa/Casablanca:{day}T103000".encode() in calendar


@pytest.mark.parametrize(
    ("eve", "day"),
    [
        (clock.datetime(2026, 7, 31, 10, tzinfo=clock.CASABLANCA), date(2026, 8, 1)),
        (clock.datetime(2027, 1, 14, 10, tzinfo=clock.CASABLANCA), date(2027, 1, 15)),
    ],
)
def test_a_message_tells_the_same_half_past_ten(eve, day):
    place = enrolment(around_the_change())

    reminders.remind(at=eve)

    told = OutboxMessage.objects.get(template="reminder", dedupe_key=f"reminder:{day}:{place.participant_id}")
    assert "10h30" in text_of(told)


# --- Offers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_long_an_offer_lasts_and_what_follows_is_read_before_its_buttons(client, language):
    place = an_offer()

    page = client.get(f"/o/{place.token}/?langue={language}")

    before = page.text.partition('name="answer"')[0]
    with translation.override(language):
        follows = gettext(WITHOUT_AN_ANSWER)
    for words in (page.context["deadline"], page.context["remaining"], follows):
        assert words in before


# --- Seats ------------------------------------------------------------------------------------------------------


def seats_add_up(group):
    group.refresh_from_db()
    holding = group.enrolments.filter(state__in=("enrolled", "offered"))
    taken, offers = (holding.filter(state=state).count() for state in ("enrolled", "offered"))
    kept = group.desk_seats - group.desk_taken
    open_online = group.capacity - taken - offers - kept
    assert group.seats_taken == taken + offers
    assert open_online == group.free_seats
    if group.waiting_count or offers:
        assert group.places_left == 0


@pytest.mark.parametrize("deed", ["accept", "decline", "expire", "leave", "staff"])
def test_whatever_becomes_of_an_offer_the_seats_add_up(deed):
    group = month_ahead(capacity=3, desk_seats=1)
    places = places_in(group, 4)
    seats_add_up(group)
    queue.leave(places[0], by=None)
    seats_add_up(group)
    offer = Enrolment.objects.get(state="offered")

    if deed == "expire":
        let_pass(offer)
        queue.sweep()
    elif deed == "staff":
        runs.cancel(group, by=member("programme_officer"), reason="Travaux")
    else:
        getattr(queue, deed)(offer, by=None)

    seats_add_up(group)
    offers = 0 if deed in ("accept", "staff") else 1
    assert group.enrolments.filter(state="offered").count() == group.offered_count == offers


def test_a_newcomer_cannot_take_the_seat_that_somebody_waits_for():
    group = month_ahead()
    places = places_in(group, 2)
    CourseRun.objects.filter(pk=group.pk).update(capacity=2, enrolment_closes_at=clock.now() + 60 * SECOND)
    group.refresh_from_db()
    assert (group.free_seats, group.places_left) == (1, 0)

    with pytest.raises(EnrolmentRefused) as refused:
        enrol(participant(given_name="Nouvelle", phone=""), group, by=None, source="online", may_wait=False)

    assert refused.value.reason.code == "full_now"
    assert Enrolment.objects.get(pk=places[1].pk).state == "waiting"


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_a_limit_of_age_falls_in_the_year_the_day_is_asked_for(client, language):
    group = run(course=course(minimum_age=18))
    kept = drafts.keep(None, run=group, answers={"who": "me"})
    year = PERSON | {"birth_0": "", "birth_1": "", "birth_2": str(group.starts_on.year - 18)}

    answer = client.post(address("enrol-person", group, kept.token, language), year)

    assert (answer.status_code, answer.context["reason"].code) == (409, "date_needed")
    assert address("enrol-person", group, kept.token, language) in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_child_that_jumps_to_the_check_page_is_asked_for_an_adult(client, language):
    kept = draft(birth="2016-03-27")

    answer = client.post(address("enrol-check", kept.run, kept.token, language), SEND)

    assert answer.status_code == 422
    assert address("enrol-person", kept.run, kept.token, language) in answer.text
    assert not Enrolment.objects.exists()
