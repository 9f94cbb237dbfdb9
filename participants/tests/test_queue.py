"""The line of a group: who is offered a seat, when, and what becomes of it."""

from datetime import timedelta

import pytest
from celery import current_app

from learningcity import clock
from learningcity.models import OutboxMessage
from programmes.models import CourseRun
from programmes.tests.factories import course

from .. import tasks
from ..models import Enrolment, EnrolmentEvent
from ..models.enrolments import State
from ..services import hours, queue
from ..services.enrolment import rejoin
from .factories import enrolment, participant
from .lines import let_pass, month_ahead, places_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken_in_the_end")]


def states(places):
    return [Enrolment.objects.get(pk=place.pk).state for place in places]


def raise_capacity(of, capacity):
    CourseRun.objects.filter(pk=of.pk).update(capacity=capacity)
    queue.sweep()


# --- Who is next ------------------------------------------------------------------------------------------------


def test_a_freed_seat_is_offered_to_the_next_in_line():
    of = month_ahead()
    places = places_in(of, 3)

    queue.leave(places[0], by=None)

    assert states(places) == ["cancelled_by_learner", "offered", "waiting"]


def test_who_leaves_the_line_frees_nothing():
    of = month_ahead()
    places = places_in(of, 3)

    queue.leave(places[1], by=None)

    assert states(places) == ["enrolled", "cancelled_by_learner", "waiting"]


@pytest.mark.parametrize("answer", [queue.decline, queue.leave])
def test_an_offer_that_is_not_wanted_goes_on(answer):
    of = month_ahead()
    places = places_in(of, 3)
    queue.leave(places[0], by=None)

    answer(places[1], by=None)

    assert states(places)[2] == "offered"


def test_an_offer_that_nobody_answers_goes_on():
    of = month_ahead()
    places = places_in(of, 3)
    queue.leave(places[0], by=None)
    let_pass(places[1])

    assert queue.sweep() == {"expired": 1, "mended": 0}

    assert states(places)[1:] == ["expired", "offered"]
    assert queue.sweep() == {"expired": 0, "mended": 0}


def test_as_many_offers_as_seats_and_no_more():
    of = month_ahead(capacity=2)
    places = places_in(of, 6)

    raise_capacity(of, 5)

    assert states(places) == ["enrolled"] * 2 + ["offered"] * 3 + ["waiting"]


def test_who_no_longer_fits_is_passed_over():
    of = month_ahead(course=course(minimum_age=18))
    places = places_in(of, 3)
    who = places[1].participant
    type(who).objects.filter(pk=who.pk).update(birth_date=None, birth_year=clock.now().year - 10)

    queue.leave(places[0], by=None)

    assert states(places)[1:] == ["waiting", "offered"]


# --- What the public sees ---------------------------------------------------------------------------------------


def test_while_someone_holds_an_offer_the_public_sees_no_place():
    of = month_ahead()
    places = places_in(of, 2)
    raise_capacity(of, 4)
    of.refresh_from_db()
    assert (of.seats_taken, of.offered_count, of.waiting_count) == (2, 1, 0)
    assert of.places_left == 0
    assert not CourseRun.objects.with_places().filter(pk=of.pk).exists()

    newcomer = enrolment(of, participant(given_name="Nouvelle", phone=""))

    assert newcomer.state == State.OFFERED, "two seats are free, and nobody is before her"
    queue.accept(places[1], by=None)
    queue.accept(newcomer, by=None)
    of.refresh_from_db()
    assert of.places_left == 1


def test_seats_kept_for_the_desk_are_not_offered():
    of = month_ahead(capacity=2, desk_seats=1)
    places = places_in(of, 2)

    queue.sweep()

    assert states(places) == ["enrolled", "waiting"]


# --- Answers ----------------------------------------------------------------------------------------------------


def offered():
    of = month_ahead()
    places = places_in(of, 2)
    queue.leave(places[0], by=None)
    return places[1]


def test_an_offer_is_accepted_once():
    place = offered()

    first = queue.accept(place, by=None)

    assert first.state == State.ENROLLED
    assert first.confirmed_on == clock.local_day(clock.now())
    assert queue.accept(place, by=None).state == State.ENROLLED
    assert EnrolmentEvent.objects.filter(enrolment=place, to_state=State.ENROLLED).count() == 1
    with pytest.raises(queue.OfferGone):
        queue.decline(place, by=None)


def test_who_accepted_and_cancelled_is_not_offered_again():
    place = offered()
    queue.accept(place, by=None)
    queue.leave(place, by=None)

    assert queue.sweep() == {"expired": 0, "mended": 0}
    with pytest.raises(queue.OfferGone):
        queue.accept(place, by=None)


def test_an_answer_that_comes_too_late_changes_nothing():
    place = offered()
    let_pass(place)

    with pytest.raises(queue.OfferGone):
        queue.accept(place, by=None)

    assert states([place]) == ["offered"], "until the sweeper comes it still holds the seat"


def test_who_was_enrolled_at_once_has_no_offer_to_accept():
    place = enrolment(month_ahead(), participant(phone=""))

    with pytest.raises(queue.OfferGone):
        queue.accept(place, by=None)


def test_leaving_twice_is_leaving_once():
    of = month_ahead()
    places = places_in(of, 3)

    for _twice in range(2):
        queue.leave(places[0], by=None, why="learner: ill")

    assert states(places) == ["cancelled_by_learner", "offered", "waiting"]
    assert EnrolmentEvent.objects.get(to_state=State.CANCELLED_BY_LEARNER).why == "learner: ill"


def test_who_is_late_by_a_moment_waits_again_too():
    place = offered()
    let_pass(place)

    again = rejoin(place, by=None)

    assert again != place
    assert states([place, again]) == ["expired", "enrolled"], "nobody else waits"


def test_after_an_offer_that_passed_one_waits_again_at_the_end():
    of = month_ahead()
    places = places_in(of, 3)
    queue.leave(places[0], by=None)
    let_pass(places[1])
    queue.sweep()

    again = rejoin(Enrolment.objects.get(pk=places[1].pk), by=None)

    assert (again.state, again.place_in_line) == (State.WAITING, 1)
    assert again.sequence == 4
    assert rejoin(places[1], by=None) == again


def test_who_joins_again_by_her_link_stands_at_the_end_whoever_enrolled_her():
    of = month_ahead(capacity=2, desk_seats=1)
    common, at_desk, again, _waits, last = [
        enrolment(of, participant(given_name=name, phone=""), source=source)
        for name, source in [("A", "online"), ("B", "desk"), ("C", "desk"), ("D", "online"), ("E", "online")]
    ]
    queue.leave(common, by=None)
    queue.decline(again, by=None)
    queue.leave(at_desk, by=None)

    place = rejoin(again, by=None)

    assert states([place, last]) == ["waiting", "waiting"], "the seat of the desk stays the desk's"
    assert place.sequence > last.sequence


# --- When -------------------------------------------------------------------------------------------------------


def test_an_offer_ends_at_a_good_hour():
    place = offered()
    place.refresh_from_db()

    assert hours.last_moment(place.answer_by) == place.answer_by
    assert place.answer_by - place.offered_at >= queue.SHORTEST


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"decision": CourseRun.Decision.POSTPONED}, "postponed"),
        ({"enrolment_closes_at": timedelta(hours=-1)}, "closed"),
        ({"starts_on": timedelta(days=-1)}, "started"),
        ({"enrolment_closes_at": timedelta(minutes=30)}, "too_late"),
    ],
)
def test_no_offer_when_it_could_not_be_taken(fields, why):
    of = month_ahead()
    places = places_in(of, 2)
    now = clock.now()
    since = {"enrolment_closes_at": now, "starts_on": clock.local_day(now)}
    moved = {name: since[name] + value if name in since else value for name, value in fields.items()}
    of.meetings.all().delete()
    CourseRun.objects.filter(pk=of.pk).update(**moved, capacity=2)
    of.refresh_from_db()

    assert queue.standstill(of, now) == why
    queue.sweep()
    assert states(places)[1] == "waiting"


# --- Messages ---------------------------------------------------------------------------------------------------


def told(template):
    return OutboxMessage.objects.filter(template=template)


def test_an_offer_is_told_at_a_good_hour_with_its_end():
    of = month_ahead()
    enrolment(of, participant(given_name="Une", phone=""))
    place = enrolment(of, participant(given_name="Hind"))
    queue.leave(of.enrolments.get(sequence=1), by=None)

    message = told("offered").get()

    place.refresh_from_db()
    assert hours.is_open(message.next_try_at)
    assert message.values["link"].endswith(f"/o/{place.token}/")
    assert message.values["answer_by"] == clock.local_day(place.answer_by).isoformat()


def test_an_offer_that_is_over_before_it_was_told_stays_unsaid():
    of = month_ahead()
    enrolment(of, participant(given_name="Une", phone=""))
    place = enrolment(of, participant(given_name="Hind"))
    queue.leave(of.enrolments.get(sequence=1), by=None)

    queue.leave(place, by=None)

    assert told("offered").get().state == OutboxMessage.State.CANCELLED
    assert told("cancelled").count() == 1


def test_the_line_shows_that_it_moves():
    of = month_ahead()
    places = places_in(of, 3)
    assert queue.movement(of, clock.now()) == (0, None)

    queue.leave(places[0], by=None)

    assert queue.movement(of, clock.now()) == (1, clock.local_day(clock.now()))


# --- On time ----------------------------------------------------------------------------------------------------


def test_offers_that_end_before_the_next_sweep_are_ended_at_their_instant(monkeypatch):
    orders = []
    monkeypatch.setattr(
        current_app._get_current_object(), "send_task", lambda *order, **when: orders.append((*order, when))
    )
    soon, later = offered(), offered()
    at = clock.now()
    Enrolment.objects.filter(pk=soon.pk).update(answer_by=at + timedelta(seconds=40))
    Enrolment.objects.filter(pk=later.pk).update(answer_by=at + timedelta(seconds=400))

    tasks.sweep_queue()

    [(name, [run], when)] = orders
    assert (name, run) == ("participants.tasks.sweep_run", soon.run_id)
    assert timedelta(0) < when["eta"] - at - timedelta(seconds=40) < timedelta(seconds=1)


def test_an_offer_is_ended_by_the_task_of_its_group():
    place = offered()
    let_pass(place)

    tasks.sweep_run(place.run_id)

    place.refresh_from_db()
    assert place.state == "expired"
