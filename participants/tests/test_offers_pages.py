from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from learningcity import clock
from programmes.models import CourseRun
from programmes.tests.factories import course, run

from ..models import Enrolment
from ..services import queue
from ..views import stories
from .lines import expired, let_pass, month_ahead, offered, places_in
from .test_receipts import offer, receipt

pytestmark = pytest.mark.django_db


def state(place):
    return Enrolment.objects.get(pk=place.pk).state


# --- The offer ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "direction"), [("fr", "ltr"), ("ar", "rtl")])
def test_an_offer_says_of_what_and_until_when_and_asks_in_two_buttons(client, language, direction):
    place = offered()

    page = client.get(f"/o/{place.token}/?langue={language}")

    assert f'<html lang="{language}" dir="{direction}"' in page.text
    assert page.text.count('name="answer"') == 2
    with translation.override(language):
        for said in (place.run.course.title, stories.deadline(place.answer_by), place.run.venue.name):
            assert said in page.text
    assert page.context["remaining"] in page.text
    assert f'href="/i/{place.token}/?langue={language}"' in page.text
    assert page["Cache-Control"] == "private, no-store"
    assert page["X-Robots-Tag"] == "noindex"


def test_what_happens_without_an_answer_is_said_before_it(client):
    assert "Without an answer, the place goes to the next person" in client.get(offer(offered())).text


def test_opening_an_offer_changes_nothing(client):
    place = offered()

    client.get(offer(place))
    client.head(offer(place))

    assert state(place) == "offered"


@pytest.mark.parametrize(("answer", "becomes"), [("yes", "enrolled"), ("no", "declined")])
def test_an_answer_counts_once_and_leads_to_the_receipt(client, answer, becomes):
    place = offered()

    for _twice in range(2):
        assert client.post(offer(place), {"answer": answer})["Location"] == receipt(place)
    assert state(place) == becomes
    assert client.get(offer(place))["Location"] == receipt(place)


def test_the_first_answer_stands(client):
    place = offered()
    client.post(offer(place), {"answer": "yes"})

    led_to = client.post(offer(place), {"answer": "no"}, follow=True)

    assert state(place) == "enrolled"
    assert led_to.redirect_chain[-1][0] == receipt(place)


@pytest.mark.parametrize("answer", ["", "maybe", "\u0661"])
def test_anything_else_is_no_answer(client, answer):
    place = offered()

    assert client.post(offer(place), {"answer": answer})["Location"] == offer(place)
    assert state(place) == "offered"


def test_who_waits_is_led_to_the_receipt(client):
    waiting = places_in(month_ahead(), 2)[1]

    assert client.get(offer(waiting))["Location"] == receipt(waiting)


def test_an_answer_that_comes_too_late_is_told_so(client):
    place = offered()
    let_pass(place)

    page = client.post(offer(place), {"answer": "yes"}, follow=True)

    assert page.status_code == 200
    assert page.context["is_open"] is False
    assert state(place) != "enrolled"


# --- When it is over ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_an_offer_that_passed_says_so_and_what_else_there_is(client, language):
    group = month_ahead(course=course(theme="trade"))
    other = run(course=course(theme="trade"))

    page = client.get(f"/o/{expired(group).token}/?langue={language}")

    assert page.status_code == 200
    assert page.context["rejoin"] == {"number": 1, "ahead": 0, "hours": 48, "is_paused": False, "passes": 3}
    assert 'value="rejoin"' in page.text
    assert [card.run for card in page.context["others"]] == [other.pk]


@pytest.mark.parametrize("how", ["expired", "declined"])
def test_the_end_of_the_line_is_joined_once(client, how):
    place = expired() if how == "expired" else offered()
    if how == "declined":
        queue.decline(place, by=None)

    ways = [client.post(offer(place), {"answer": "rejoin"})["Location"] for _twice in range(2)]

    again = Enrolment.objects.latest("sequence")
    assert ways == [receipt(again)] * 2
    assert (again.participant, again.state, again.place_in_line) == (place.participant, "waiting", 1)
    assert place.run.enrolments.live().filter(participant=place.participant).count() == 1


@pytest.mark.parametrize("over", ["cancelled_by_learner", "cancelled_by_city", "transferred", "refused"])
def test_what_ended_otherwise_is_said_and_does_not_lead_back_into_the_line(client, over):
    place = offered()
    Enrolment.objects.filter(pk=place.pk).update(state=over)

    page = client.get(offer(place))
    led_to = client.post(offer(place), {"answer": "rejoin"})

    assert (page.status_code, page.context["rejoin"]) == (200, None)
    assert led_to["Location"] == receipt(place)
    assert place.run.enrolments.filter(participant=place.participant).count() == 1


def test_a_line_that_takes_no_one_says_why(client):
    place = expired()
    CourseRun.objects.update(enrolment_closes_at=clock.now())

    refused = client.post(offer(place), {"answer": "rejoin"})

    assert refused.status_code == 409
    assert "Enrolment is closed." in refused.context["reason"].sentence
    assert client.get(offer(place)).context["rejoin"] is None


# --- In words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(hours=30, minutes=59), "1 day and 6 hours"),
        (timedelta(days=2, minutes=20), "2 days"),
        (timedelta(hours=5, minutes=20), "5 hours and 20 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(seconds=3), "1 minute"),
    ],
)
def test_what_is_left_is_rounded_down_and_never_nothing(left, words):
    with translation.override("en"):
        assert stories.remaining(left) == words


def test_the_deadline_is_told_by_the_clock_of_casablanca():
    with translation.override("en"):
        assert stories.deadline(datetime(2026, 8, 3, 17, tzinfo=UTC)) == "Monday 3 August, 18:00"
        assert stories.deadline(datetime(2027, 1, 4, 18, tzinfo=UTC)) == "Monday 4 January, 18:00"


def test_an_offer_is_cheap_to_open(client, queries_of):
    assert queries_of(client.get, offer(offered())) <= 7
