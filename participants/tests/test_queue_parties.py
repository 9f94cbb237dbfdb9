"""People who want in together: what they are offered, who goes before them, and what their answer does."""

from datetime import timedelta
from uuid import uuid4

import pytest

from learningcity import clock
from programmes.models import CourseRun
from programmes.tests.factories import course

from ..models import Enrolment, Participant
from ..services import beside, draw, families, queue
from ..services.refusals import EnrolmentRefused
from .factories import enrolment
from .lines import let_pass, month_ahead, places_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken_in_the_end")]


def states(places):
    return [Enrolment.objects.get(pk=place.pk).state for place in places]


def set_seats(of, **seats):
    CourseRun.objects.filter(pk=of.pk).update(**seats)
    queue.sweep()
    of.refresh_from_db()


def raise_capacity(of, capacity):
    set_seats(of, capacity=capacity)


def party_in(of, number):
    """People who wait in a full group, and want in together."""
    party, places = uuid4(), places_in(of, number)
    Enrolment.objects.filter(pk__in=[place.pk for place in places]).update(party=party)
    return [Enrolment.objects.get(pk=place.pk) for place in places]


def pair(of):
    return party_in(of, 2)


# --- Who is next ------------------------------------------------------------------------------------------------


def test_a_pair_gets_two_seats_or_none():
    of = month_ahead()
    places_in(of, 1)
    two = pair(of)

    raise_capacity(of, 2)
    assert states(two) == ["waiting", "waiting"]

    raise_capacity(of, 3)
    assert states(two) == ["offered", "offered"]


def test_a_pair_is_passed_over_three_times_then_seats_are_held_for_it():
    of = month_ahead()
    places_in(of, 1)
    two, others = pair(of), places_in(of, 5)

    for capacity in (2, 3, 4):
        raise_capacity(of, capacity)
    assert states(others) == ["offered"] * 3 + ["waiting"] * 2

    raise_capacity(of, 5)
    assert states(others)[3:] == ["waiting"] * 2, "the seat waits for a second one"
    raise_capacity(of, 6)
    assert states(two) == ["offered", "offered"]


def test_looking_again_passes_nobody_over():
    of = month_ahead()
    places_in(of, 1)
    two = pair(of)
    raise_capacity(of, 2)

    for _minute in range(5):
        queue.sweep()

    assert set(Enrolment.objects.filter(pk__in=[place.pk for place in two]).values_list("passes", flat=True)) == {0}


# --- More than the group has seats for --------------------------------------------------------------------------


def passed_over(of, number, *, most):
    """A full group whose line begins with so many who want in together, that others have gone before often enough."""
    places_in(of, most)
    party = party_in(of, number)
    Enrolment.objects.filter(pk__in=[each.pk for each in party]).update(passes=queue.MOST_PASSES)
    return party, places_in(of, 3)


@pytest.mark.parametrize("seats", [{"capacity": 2}, {"capacity": 4, "desk_seats": 2}])
def test_no_seat_is_held_for_people_who_can_never_have_seats_together(seats):
    of = month_ahead(**seats)
    seated = places_in(of, 2)
    three = party_in(of, 3)
    Enrolment.objects.filter(pk__in=[each.pk for each in three]).update(passes=queue.MOST_PASSES)
    behind = places_in(of, 2)

    for place in seated:
        queue.leave(place, by=None)

    assert states(three) == ["waiting"] * 3
    assert states(behind) == ["offered"] * 2


def test_a_group_that_is_made_smaller_holds_nothing_for_those_who_fitted_before():
    of = month_ahead(capacity=4)
    three, behind = passed_over(of, 3, most=4)
    seated = list(of.enrolments.filter(state="enrolled"))
    for place in seated[:2]:
        queue.leave(place, by=None)
    assert states(behind) == ["waiting"] * 3, "two seats are held for the three"

    set_seats(of, capacity=3)
    assert states(behind) == ["waiting"] * 3
    for place in seated[2:3]:
        set_seats(of, capacity=2)
        queue.leave(place, by=None)

    assert states(three) == ["waiting"] * 3
    assert states(behind) == ["offered", "waiting", "waiting"]


def test_seats_are_held_again_once_the_group_has_enough():
    of = month_ahead(capacity=2)
    three, behind = passed_over(of, 3, most=2)
    queue.leave(of.enrolments.get(sequence=1), by=None)
    assert states(behind) == ["offered", "waiting", "waiting"]

    raise_capacity(of, 3)
    assert states(behind)[1:] == ["waiting"] * 2
    assert queue.hindrance(of, clock.now()) == "together"
    raise_capacity(of, 5)

    assert states(three) == ["offered"] * 3


def test_the_staff_are_told_that_those_who_wait_are_too_many():
    of = month_ahead(capacity=2)
    first, _second = places_in(of, 2)
    party_in(of, 3)

    queue.leave(first, by=None)

    of.refresh_from_db()
    assert queue.hindrance(of, clock.now()) == "too_large"


def test_nothing_hinders_where_someone_behind_a_pair_is_offered_the_seat():
    of = month_ahead()
    [seated] = places_in(of, 1)
    pair(of)
    CourseRun.objects.filter(pk=of.pk).update(queue_paused=True)
    queue.leave(seated, by=None)
    of.refresh_from_db()
    of.queue_paused = False
    assert queue.hindrance(of, clock.now()) == "too_large"

    places_in(of, 1)

    of.refresh_from_db()
    of.queue_paused = False
    assert queue.hindrance(of, clock.now()) is None, "nobody has moved the line yet"
    set_seats(of, queue_paused=False)


@pytest.mark.parametrize(
    ("seats", "most"),
    [
        ({"capacity": 2}, 2),
        ({"capacity": 3, "desk_seats": 1}, 2),
        ({"capacity": 3, "desk_seats": 1, "desk_release_on": timedelta(days=2)}, 3),
    ],
)
def test_nobody_can_ask_for_more_seats_together_than_the_group_has(seats, most):
    if "desk_release_on" in seats:
        seats |= {"desk_release_on": clock.local_day(clock.now()) + seats["desk_release_on"]}
    of = month_ahead(**seats)
    places_in(of, of.common_seats)
    first, *others = places_in(of, most + 1)

    for each in others[:-1]:
        families.stand_together(first, each)
        first.refresh_from_db()
    with pytest.raises(EnrolmentRefused) as refused:
        families.stand_together(first, others[-1])

    assert refused.value.reason.code == "too_large"
    assert str(most) in refused.value.reason.sentence
    assert of.enrolments.filter(party=first.party).count() == most
    assert not Enrolment.objects.get(pk=others[-1].pk).party


def test_two_can_ask_for_the_places_of_a_draw_that_the_desk_gives_back():
    of = month_ahead(allocation="draw", capacity=2, desk_seats=1)
    first, second = places_in(of, 2)

    families.stand_together(first, second)

    assert Enrolment.objects.exclude(party=None).count() == 2


# --- One of them no longer fits ---------------------------------------------------------------------------------


def grow_old(place):
    Participant.objects.filter(pk=place.participant_id).update(birth_date=None, birth_year=1930)


def test_nobody_is_offered_a_place_alone_who_does_not_want_in_alone(client):
    of = month_ahead(course=course(maximum_age=60))
    [seated] = places_in(of, 1)
    two = pair(of)
    [stranger] = places_in(of, 1)
    grow_old(two[1])

    queue.leave(seated, by=None)

    assert states([*two, stranger]) == ["waiting", "waiting", "offered"]
    assert families.misfits(two, of) == {two[0]: "together", two[1]: "too_old"}
    told = [client.get(f"/i/{place.token}/?langue=fr").context["unfit"] for place in two]
    assert ["avec qui" in told[0], "cette personne" in told[1]] == [True, True]


def test_nobody_is_drawn_alone_who_does_not_want_in_alone():
    of = month_ahead(allocation="draw", capacity=3, course=course(maximum_age=60))
    two, [stranger] = pair(of), places_in(of, 1)
    grow_old(two[0])
    CourseRun.objects.filter(pk=of.pk).update(enrolment_closes_at=clock.now() - timedelta(seconds=1))

    draw.hold(of, by=None)

    assert states([*two, stranger]) == ["refused", "refused", "enrolled"]
    assert [each.events.last().why for each in two] == ["too_old", "together"]


def test_who_stays_when_the_other_has_left_is_offered_her_place():
    of = month_ahead(course=course(maximum_age=60))
    [seated] = places_in(of, 1)
    two = pair(of)
    grow_old(two[1])
    queue.leave(seated, by=None)
    of.refresh_from_db()
    assert queue.hindrance(of, clock.now()) == "unfit"

    queue.leave(two[1], by=None)

    assert states(two) == ["offered", "cancelled_by_learner"]


# --- One answer -------------------------------------------------------------------------------------------------


@pytest.fixture
def two_offered():
    """A pair that holds an offer, and two who wait behind."""
    of = month_ahead(capacity=2)
    seated = places_in(of, 2)
    two, behind = pair(of), pair(of)
    CourseRun.objects.filter(pk=of.pk).update(queue_paused=True)
    for place in seated:
        queue.leave(place, by=None)
    set_seats(of, queue_paused=False)
    assert states(two) == ["offered", "offered"]
    return two, behind


@pytest.mark.parametrize("who", [0, 1])
def test_the_yes_of_one_is_the_yes_of_all(two_offered, who):
    two, _behind = two_offered

    answered = queue.accept(two[who], by=None)

    assert (answered, answered.state) == (two[who], "enrolled")
    assert states(two) == ["enrolled", "enrolled"]
    assert queue.accept(two[1 - who], by=None).state == "enrolled"
    with pytest.raises(queue.OfferGone):
        queue.decline(two[1 - who], by=None)


def test_the_no_of_one_gives_all_the_places_to_the_next(two_offered):
    two, behind = two_offered

    queue.decline(two[0], by=None)

    assert states(two) == ["declined", "declined"]
    assert states(behind) == ["offered", "offered"], "the two seats free together"


def test_two_places_that_nobody_answers_go_on_together(two_offered):
    two, behind = two_offered
    for each in two:
        let_pass(each)

    queue.sweep()

    assert states(two) == ["expired", "expired"]
    assert states(behind) == ["offered", "offered"]


def test_who_cancels_her_own_enrolment_leaves_the_other_her_offer(two_offered):
    two, _behind = two_offered

    queue.leave(two[0], by=None)

    assert states(two) == ["cancelled_by_learner", "offered"]


def test_all_the_places_that_a_yes_replaces_end(two_offered):
    two, _behind = two_offered
    other = month_ahead(capacity=2)
    kept = [enrolment(other, each.participant) for each in two]
    for each, old in zip(two, kept, strict=True):
        Enrolment.objects.filter(pk=each.pk).update(replaces=[old.pk])
    two[0].refresh_from_db()

    queue.accept(two[0], by=None)

    assert states(kept) == ["cancelled_by_learner"] * 2


def test_a_yes_says_what_becomes_of_the_places_of_all(two_offered):
    two, _behind = two_offered
    kept = enrolment(month_ahead(), two[1].participant)

    with pytest.raises(beside.OfferClashes):
        queue.accept(two[0], by=None)
    assert states([*two, kept]) == ["offered", "offered", "enrolled"]
    queue.accept(two[0], by=None, leaving=[kept.pk])

    assert states([*two, kept]) == ["enrolled", "enrolled", "cancelled_by_learner"]


def test_who_has_a_seat_and_who_waits_are_not_made_a_party():
    of = month_ahead(capacity=2)
    seated, _other, waiting = places_in(of, 3)

    families.stand_together(seated, waiting)

    assert not of.enrolments.exclude(party=None).exists()
