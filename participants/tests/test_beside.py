"""A place that is offered while the person has another one at the same hours: nothing is taken twice unasked."""

from datetime import time, timedelta
from uuid import uuid4

import pytest

from learningcity import clock
from learningcity.models import OutboxMessage
from programmes.tests.factories import course, meeting

from ..models import Enrolment
from ..services import beside, queue
from .factories import enrolment, participant
from .lines import let_pass, month_ahead
from .test_receipts import offer, receipt
from .told import PHONE, told_earlier, write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken_in_the_end")]
MORNING, EVENING = (time(10), time(12)), (time(18), time(20))


def group(*days, hours=MORNING, **fields):
    """One that meets on these days, counted from a month ahead."""
    made = month_ahead(meetings=0, **fields)
    for number in days:
        starts_at, ends_at = hours
        meeting(made, date=made.starts_on + timedelta(days=number), starts_at=starts_at, ends_at=ends_at)
    return made


def offered_beside(*others, own=None, **fields):
    """(a place offered to somebody, her other places): she waited first, then took those, then a seat was free."""
    own = own or group(0, 7)
    first = enrolment(own, participant(given_name="Nom", phone=""))
    her = participant(phone=PHONE)
    place = enrolment(own, her, **fields)
    held = [enrolment(other, her) for other in others]
    queue.leave(first, by=None)
    OutboxMessage.objects.all().delete()
    return told_earlier(place), held


def states(*places):
    return [Enrolment.objects.get(pk=place.pk).state for place in places]


# --- The rule -------------------------------------------------------------------------------------------------


def test_a_yes_that_says_nothing_of_the_other_place_takes_nothing():
    place, [held] = offered_beside(group(0, 7))
    with pytest.raises(beside.OfferClashes):
        queue.accept(place, by=None)
    assert states(place, held) == ["offered", "enrolled"]


def test_the_other_place_ends_when_she_leaves_it():
    place, [held] = offered_beside(group(0, 7))
    queue.accept(place, by=None, leaving=[held.pk])
    assert states(place, held) == ["enrolled", "cancelled_by_learner"]


def test_both_are_kept_while_half_of_the_meetings_are_free():
    place, [held] = offered_beside(group(7, 14))
    queue.accept(place, by=None, keeps_both=True)
    queue.accept(place, by=None)  # the same again
    assert states(place, held) == ["enrolled", "enrolled"]


def test_both_cannot_be_kept_when_one_could_not_follow_both():
    place, [held] = offered_beside(group(0, 7))
    with pytest.raises(beside.OfferClashes):
        queue.accept(place, by=None, keeps_both=True)
    assert states(place, held) == ["offered", "enrolled"]


def test_all_that_is_at_the_same_hours_has_to_be_named():
    place, [one, two] = offered_beside(group(0), group(7))
    with pytest.raises(beside.OfferClashes):
        queue.accept(place, by=None, leaving=[one.pk])
    assert states(place, one, two) == ["offered", "enrolled", "enrolled"]
    queue.accept(place, by=None, leaving=[one.pk, two.pk])
    assert states(place, one, two) == ["enrolled", "cancelled_by_learner", "cancelled_by_learner"]


def test_nobody_gives_up_a_place_that_is_not_hers_or_at_other_hours():
    place, [evening] = offered_beside(group(0, 7, hours=EVENING))
    stranger = enrolment(group(0, 7), participant(given_name="Autre", phone=""))
    queue.accept(place, by=None, leaving=[evening.pk, stranger.pk])
    assert states(place, evening, stranger) == ["enrolled"] * 3


def test_what_she_gives_up_for_it_anyway_is_not_asked_again():
    place, [held] = offered_beside(group(0, 7))
    Enrolment.objects.filter(pk=place.pk).update(replaces=[held.pk])
    place.refresh_from_db()
    queue.accept(place, by=None)
    assert states(place, held) == ["enrolled", "cancelled_by_learner"]


def test_who_wants_in_with_her_is_asked_for_as_well(client):
    own = group(0, 7, capacity=2)
    first = [enrolment(own, participant(given_name=f"Nom {number}", phone="")) for number in range(2)]
    adam, sara = [enrolment(own, participant(given_name=name, phone="")) for name in ("Adam", "Sara")]
    Enrolment.objects.filter(pk__in=[adam.pk, sara.pk]).update(party=uuid4())
    held = enrolment(group(0, 7), sara.participant)
    for place in first:
        queue.leave(place, by=None)
    adam.refresh_from_db()

    with pytest.raises(beside.OfferClashes):
        queue.accept(adam, by=None)
    assert 'value="replace"' in client.get(offer(adam)).text
    client.post(offer(adam), {"answer": "yes", "choice": "replace"})

    assert states(adam, sara, held) == ["enrolled", "enrolled", "cancelled_by_learner"]


def test_a_no_asks_nothing():
    place, [held] = offered_beside(group(0, 7))
    queue.decline(place, by=None)
    assert states(place, held) == ["declined", "enrolled"]


# --- On the page ----------------------------------------------------------------------------------------------


def test_the_page_shows_the_other_course_and_asks(client):
    place, _held = offered_beside(group(0, 7, course=course(title_fr="Couture", title_en="Couture")))
    page = client.get(offer(place)).text
    assert "Couture" in page
    assert [f'value="{choice}"' in page for choice in ("first", "replace", "both")] == [True, True, False]


def test_the_page_of_an_offer_without_another_place_asks_nothing_more(client):
    place, _held = offered_beside(group(0, 7, hours=EVENING))
    assert 'name="choice"' not in client.get(offer(place)).text
    client.post(offer(place), {"answer": "yes"})
    assert states(place) == ["enrolled"]


@pytest.mark.parametrize(
    ("choice", "become"),
    [
        ("replace", ["enrolled", "cancelled_by_learner"]),
        ("both", ["enrolled", "enrolled"]),
        ("first", ["declined", "enrolled"]),
    ],
)
def test_each_choice_does_what_it_says(client, choice, become):
    place, [held] = offered_beside(group(7, 14))
    for _twice in range(2):
        assert client.post(offer(place), {"answer": "yes", "choice": choice})["Location"] == receipt(place)
    assert states(place, held) == become


def test_a_yes_from_a_page_that_is_older_than_the_other_place_leads_back_to_the_question(client):
    place, [held] = offered_beside(group(0, 7))
    assert client.post(offer(place), {"answer": "yes"})["Location"] == offer(place)
    assert states(place, held) == ["offered", "enrolled"]


@pytest.mark.parametrize("choice", ["both", "", "x"])
def test_what_is_not_among_the_choices_is_refused(client, choice):
    place, [held] = offered_beside(group(0, 7))
    assert client.post(offer(place), {"answer": "yes", "choice": choice}).status_code == 422
    assert states(place, held) == ["offered", "enrolled"]


def test_whoever_typed_a_name_neither_reads_nor_ends_the_other_course(client):
    place, [held] = offered_beside(
        group(0, 7, course=course(title_fr="Couture", title_en="Couture")), opens_person=False
    )
    assert "Couture" not in client.get(offer(place)).text
    assert client.post(offer(place), {"answer": "yes", "choice": "replace"}).status_code == 422
    assert states(place, held) == ["offered", "enrolled"]
    client.post(offer(place), {"answer": "yes", "choice": "replace", "reference": held.reference})
    assert states(place, held) == ["enrolled", "cancelled_by_learner"]


@pytest.mark.parametrize("end", [lambda place: queue.decline(place, by=None), let_pass])
def test_who_joins_again_gets_no_second_seat_at_the_same_hours(client, end):
    place, [held] = offered_beside(group(0, 7))
    end(place)
    assert client.post(offer(place), {"answer": "rejoin"}).status_code == 409
    assert place.participant.enrolments.filter(state="enrolled").get() == held
    queue.leave(held, by=None)
    assert client.post(offer(place), {"answer": "rejoin"}).status_code == 302
    assert place.participant.enrolments.filter(state="enrolled").get().run == place.run


def test_who_joins_again_may_wait_for_a_place_at_the_same_hours(client):
    place, [held] = offered_beside(group(0, 7))
    queue.decline(place, by=None)
    enrolment(place.run, participant(given_name="Autre", phone=""))
    client.post(offer(place), {"answer": "rejoin"})
    assert sorted(place.participant.enrolments.live().values_list("state", flat=True)) == ["enrolled", "waiting"]
    assert states(held) == ["enrolled"]


def test_after_its_time_a_choice_changes_nothing(client):
    place, [held] = offered_beside(group(0, 7))
    Enrolment.objects.filter(pk=place.pk).update(answer_by=clock.now() - timedelta(seconds=1))
    client.post(offer(place), {"answer": "yes", "choice": "replace"})
    assert states(held) == ["enrolled"]


# --- By text message ------------------------------------------------------------------------------------------


def test_a_yes_by_text_message_accepts_nothing_and_is_answered_with_the_page():
    place, [held] = offered_beside(group(0, 7))
    assert [write("OUI"), write("OUI")] == ["clash", "clash"]
    assert states(place, held) == ["offered", "enrolled"]
    message = OutboxMessage.objects.get()
    assert (message.template, message.values["reference"]) == ("reply_clash", place.reference)
    assert message.values["link"].endswith(f"/o/{place.token}/")


def test_a_no_by_text_message_is_enough():
    place, [held] = offered_beside(group(0, 7))
    assert write("NON") == "declined"
    assert states(place, held) == ["declined", "enrolled"]
