from datetime import timedelta

import pytest
from django.utils import translation
from icalendar import Calendar

from learningcity import clock
from programmes.models import CourseRun
from programmes.tests.factories import course, meeting, run

from ..models import Certificate, Enrolment, EnrolmentEvent
from ..services import queue
from ..views import stories
from .factories import enrolment, participant
from .lines import expired, month_ahead, offered, places_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
STATES = [choice for choice, _label in Enrolment._meta.get_field("state").flatchoices]


def receipt(place, language="en"):
    return f"/i/{place.token}/?langue={language}"


def cancelling(place, language="en"):
    return f"/i/{place.token}/annuler/?langue={language}"


def calendar(place):
    return f"/i/{place.token}/calendrier.ics?langue=en"


def offer(place):
    return f"/o/{place.token}/?langue=en"


def in_state(state, **fields):
    place = enrolment(run(**fields))
    Enrolment.objects.update(state=state)
    place.refresh_from_db()
    return place


# --- What it says ---------------------------------------------------------------------------------------------


def test_receipt_speaks_the_language_of_the_person_unless_asked(client):
    place = enrolment(who=participant(language="ar"))
    path = f"/i/{place.token}/"

    for query, language in [("", "ar"), ("?langue=fr", "fr"), ("?langue=en", "en"), ("?langue=de", "ar")]:
        response = client.get(path + query)
        assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in response.text
        assert response["Content-Language"] == language


def test_what_it_leads_to_speaks_its_language(client):
    place = enrolment(who=participant(language="ar"))
    page = client.get(receipt(place, "fr"))

    for way in (page.context["cancel"], page.context["calendar"]):
        assert way in page.text
        assert client.get(way)["Content-Language"] == "fr"


def test_receipt_says_what_is_true_now(client):
    places = places_in(run(capacity=1), 3)

    pages = [client.get(receipt(place)) for place in places]
    assert [page.context["place"] for page in pages] == [None, 1, 2]
    assert "1 person is ahead of you." in pages[2].text

    Enrolment.objects.filter(pk=places[2].pk).update(state="cancelled_by_city")
    assert "Cancelled by the city" in client.get(receipt(places[2])).text


@pytest.mark.parametrize("language", ["fr", "ar"])
@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_receipt_and_its_other_pages_answer(client, state, language):
    place = in_state(state)

    page = client.get(receipt(place, language))

    assert page.status_code == 200
    assert place.reference in page.text
    assert client.get(calendar(place)).status_code == 200
    assert client.get(cancelling(place)).status_code in (200, 302)
    assert client.get(offer(place)).status_code in (200, 302)


def test_who_waits_is_told_what_moved_and_how_long_there_is_to_answer(client):
    group = month_ahead()
    places = places_in(group, 4)
    queue.leave(places[0], by=None)

    page = client.get(receipt(places[3]))

    assert page.context["movement"].freed == 1
    assert "1 place was freed in the last 30 days." in page.text
    assert "The last offer was on" in page.text
    assert "you have 48 hours to say yes" in page.text
    assert "at its end" in page.text


def test_who_waits_for_a_group_that_has_closed_is_told_so(client):
    group = month_ahead(course=course(theme="trade"))
    other = run(course=course(theme="trade"))
    waiting = places_in(group, 2)[1]
    CourseRun.objects.filter(pk=group.pk).update(enrolment_closes_at=clock.now())

    page = client.get(receipt(waiting))

    assert page.context["stands_still"]
    assert page.context["line"] is None
    assert [card.run for card in page.context["others"]] == [other.pk]


def test_an_offer_leads_to_its_answer(client):
    place = offered()

    page = client.get(receipt(place))

    assert page.context["state"] == "offered"
    assert f'href="/o/{place.token}/?langue=en"' in page.text
    assert page.context["deadline"] in page.text


def test_an_offer_that_passed_can_be_followed_by_the_end_of_the_line(client):
    place = expired()

    page = client.get(receipt(place))

    assert page.context["rejoin"]["number"] == 1
    assert f'action="/o/{place.token}/?langue=en"' in page.text
    assert 'value="rejoin"' in page.text


@pytest.mark.parametrize("state", ["cancelled_by_learner", "cancelled_by_city", "transferred", "refused"])
def test_what_ended_otherwise_offers_no_way_back_into_the_line(client, state):
    page = client.get(receipt(in_state(state)))

    assert page.context["rejoin"] is None
    assert page.context["cancel"] == ""


def test_a_certificate_is_said_in_place_of_the_hours(client):
    place = in_state("completed")
    assert "Completed, 20 h" in client.get(receipt(place)).text
    days = {"starts_on": place.run.starts_on, "ends_on": place.run.ends_on, "issued_on": place.run.ends_on}
    printed = {"name": "Y", "course_title_fr": "C", "course_title_ar": "C", "issuer": "V", "hours": 20}
    Certificate.objects.create(enrolment=place, number="1", **days, **printed)

    assert "Certificate ready" in client.get(receipt(place)).text
    Certificate.objects.update(revoked_on=place.run.ends_on)
    assert "Certificate ready" not in client.get(receipt(place)).text


def test_who_was_moved_is_led_to_the_new_place_and_to_nobody_elses(client):
    old = in_state("transferred")
    assert client.get(receipt(old)).context["next_place"] == ""
    enrolment(run(course=old.run.course), participant(given_name="Rim", phone=""))
    assert client.get(receipt(old)).context["next_place"] == ""

    new = enrolment(run(course=old.run.course), old.participant)

    assert client.get(receipt(old)).context["next_place"] == f"/i/{new.token}/?langue=en"


def test_a_group_that_is_called_off_says_that_nothing_is_to_be_done_and_what_else_there_is(client):
    place = in_state("cancelled_by_city", course=course(theme="trade"))
    other = run(course=course(theme="trade", maximum_age=90))
    run(course=course(theme="trade", maximum_age=15))
    CourseRun.objects.filter(pk=place.run_id).update(decision="cancelled")

    page = client.get(receipt(place))

    assert "You do not need to do anything." in page.text
    assert [card.run for card in page.context["others"]] == [other.pk]


def test_a_group_that_is_postponed_says_so_to_who_has_a_place(client):
    place = enrolment()
    CourseRun.objects.update(decision="postponed")

    assert "This group is postponed." in client.get(receipt(place)).text
    Enrolment.objects.update(state="cancelled_by_learner")
    assert "This group is postponed." not in client.get(receipt(place)).text


@pytest.mark.parametrize(
    ("channel", "phone", "told"), [("sms", True, True), ("call", True, False), ("sms", False, False)]
)
def test_a_message_is_announced_to_who_will_get_one(client, channel, phone, told):
    place = enrolment(who=participant(channel=channel, phone="+212612345678" if phone else ""))

    assert ("You receive a message" in client.get(receipt(place)).text) == told


# --- What one can do from there -------------------------------------------------------------------------------


def test_the_course_is_shared_and_never_the_link_of_the_place(client):
    place = enrolment()
    text = client.get(receipt(place)).text

    shared = text.partition("https://wa.me/?text=")[2].partition('"')[0]
    assert place.run.course.slug in shared
    assert place.token not in shared
    assert place.token not in text.partition('data-copy="')[2].partition('"')[0]
    assert "data-print" in text


def test_someone_else_is_enrolled_from_the_receipt(client):
    place = enrolment()
    page = client.get(receipt(place))

    assert f'action="/i/{place.token}/autre/"' in page.text


def test_nobody_is_led_to_a_group_that_takes_no_one(client):
    place = enrolment()
    CourseRun.objects.update(enrolment_closes_at=clock.now())

    assert client.get(receipt(place)).context["another"] == ""


def test_all_dates_are_there_and_those_that_fall_out_are_struck(client):
    group = run(meetings=2)
    off = meeting(group, date=group.starts_on + 3 * DAY, state="cancelled", reason="Fuite d’eau")

    page = client.get(receipt(enrolment(group)))

    assert len(page.context["dates"]) == 3
    assert page.text.count("<s>") == 1
    assert off.reason in page.text


# --- Its calendar ---------------------------------------------------------------------------------------------


def test_the_calendar_holds_the_meetings_of_the_group_in_local_time(client):
    group = run(meetings=3)
    group.meetings.filter(pk=group.meetings.first().pk).update(state="cancelled")
    run(meetings=2)

    response = client.get(calendar(enrolment(group)))
    book = Calendar.from_ical(response.content)

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert [str(zone["TZID"]) for zone in book.walk("VTIMEZONE")] == ["Africa/Casablanca"]
    events = book.walk("VEVENT")
    assert sorted(str(event["STATUS"]) for event in events) == ["CANCELLED", "CONFIRMED", "CONFIRMED"]
    assert {event["DTSTART"].params["TZID"] for event in events} == {"Africa/Casablanca"}


def test_who_has_no_place_finds_no_meeting_unless_called_off(client):
    place = in_state("cancelled_by_learner")
    assert b"BEGIN:VEVENT" not in client.get(calendar(place)).content

    CourseRun.objects.update(decision="cancelled")
    assert b"STATUS:CANCELLED" in client.get(calendar(place)).content


# --- Giving it up ---------------------------------------------------------------------------------------------


def test_opening_the_way_out_changes_nothing(client):
    place = enrolment()

    page = client.get(cancelling(place))

    assert "Your place goes to the next person." in page.text
    place.refresh_from_db()
    assert place.state == "enrolled"


@pytest.mark.parametrize(("reason", "why"), [("far", "learner: far"), ("", "learner")])
def test_giving_it_up_frees_the_seat_once_and_leads_to_the_receipt(client, reason, why):
    first, second, third = places_in(month_ahead(), 3)
    way = cancelling(first, "ar")

    answers = [client.post(way, {"reason": reason} if reason else {}) for _twice in range(2)]

    assert [answer["Location"] for answer in answers] == [receipt(first, "ar")] * 2
    assert client.get(way)["Location"] == receipt(first, "ar")
    states = [Enrolment.objects.get(pk=place.pk).state for place in (first, second, third)]
    assert states == ["cancelled_by_learner", "offered", "waiting"]
    assert EnrolmentEvent.objects.get(enrolment=first, to_state="cancelled_by_learner").why == why


def test_a_reason_that_is_not_of_the_list_is_refused(client):
    place = enrolment()

    answer = client.post(cancelling(place), {"reason": "<b>"})

    assert answer.status_code == 422
    place.refresh_from_db()
    assert place.state == "enrolled"


def test_who_waits_or_has_an_offer_leaves_the_list(client):
    place = offered()
    waiting = place.run.enrolments.get(state="waiting")

    for each in (waiting, place):
        page = client.get(cancelling(each))
        assert "<h1>Leave the waiting list</h1>" in page.text
        assert client.post(cancelling(each)).status_code == 302
        each.refresh_from_db()
        assert each.state == "cancelled_by_learner"


def test_after_the_start_it_says_what_becomes_of_the_attendance(client):
    place = enrolment()
    today = clock.local_day(clock.now())
    CourseRun.objects.update(starts_on=today - 7 * DAY)
    place.run.meetings.update(date=today - 7 * DAY)

    text = client.get(cancelling(place)).text

    assert "The meetings you attended stay counted." in text
    assert "Your place goes to the next person." not in text


def test_what_is_over_cannot_be_given_up(client):
    place = enrolment()
    today = clock.local_day(clock.now())
    CourseRun.objects.update(starts_on=today - 9 * DAY, ends_on=today - DAY)

    assert client.get(receipt(place)).context["cancel"] == ""
    assert client.post(cancelling(place))["Location"] == receipt(place)
    place.refresh_from_db()
    assert place.state == "enrolled"


# --- Who may see it -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["unknown", "x" * 3000, "%00", "CA-7K3M9-2QRT8", "1", "١٢", "..", "%ff"])
def test_unknown_receipt_does_not_exist(client, token):
    place = enrolment()

    for path in ("/i/{}/", "/i/{}/annuler/", "/i/{}/calendrier.ics", "/o/{}/"):
        assert client.get(path.format(token)).status_code in (400, 404)
        assert client.get(path.format(place.reference)).status_code == 404
        assert client.get(path.format(place.token[:-1])).status_code == 404


@pytest.mark.parametrize("path", ["/i/{}/", "/i/{}/annuler/"])
def test_receipt_is_kept_by_no_cache_and_no_search_engine(client, path):
    response = client.get(path.format(enrolment().token))

    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in response.text


def test_receipts_stay_cheap(client, queries_of):
    enrolled, _second, waiting = places_in(month_ahead(meetings=3), 3)

    assert queries_of(client.get, receipt(enrolled)) <= 6
    assert queries_of(client.get, receipt(waiting)) <= 12


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_a_seat_says_until_which_day_and_hour_someone_else_can_have_it(client, language):
    place = enrolment(run(capacity=1))
    with translation.override(language):
        until = stories.deadline(queue.start_of(place.run))

    assert until in client.get(f"/i/{place.token}/?langue={language}").text
