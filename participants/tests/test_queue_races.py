"""The line under many people at once, beside the control that shows what the lock of the group is for."""

import pytest
from django.db import transaction

from learningcity.tests.races import at_once, behind
from programmes.models import CourseRun
from programmes.models.runs import CourseRunQuerySet
from programmes.services import runs
from programmes.tests.factories import member

from ..models import Enrolment, EnrolmentEvent
from ..services import families, invariants, queue
from ..services.enrolment import rejoin
from .factories import enrolment, participant
from .lines import expired, let_pass, month_ahead, offered, places_in

pytestmark = pytest.mark.django_db(transaction=True)
REPEATS = 20


def counted(group):
    """{state: how many}"""
    states = list(group.enrolments.values_list("state", flat=True))
    return {state: states.count(state) for state in set(states)}


def newcomer(group):
    return enrolment(group, participant(given_name="Nouvelle", phone=""))


@pytest.mark.parametrize("_again", range(REPEATS))
def test_someone_leaves_while_someone_comes(_again):
    group = month_ahead()
    first, _second = places_in(group, 2)

    at_once([lambda: queue.leave(first, by=None), lambda: newcomer(group)])

    assert counted(group) == {"cancelled_by_learner": 1, "offered": 1, "waiting": 1}
    assert invariants.breaches() == []


@pytest.mark.parametrize("_again", range(REPEATS))
def test_an_offer_is_accepted_while_the_sweeper_ends_it(_again):
    place = offered(behind=1)
    let_pass(place)

    _swept, answer = at_once([queue.sweep, lambda: queue.accept(place, by=None)])

    assert isinstance(answer, queue.OfferGone)
    assert counted(place.run) == {"cancelled_by_learner": 1, "expired": 1, "offered": 1}
    assert invariants.breaches() == []


@pytest.mark.parametrize("_again", range(REPEATS))
def test_one_offer_is_answered_yes_and_no_at_once(_again):
    place = offered(behind=1)

    answers = at_once([lambda: queue.accept(place, by=None), lambda: queue.decline(place, by=None)])

    assert sum(isinstance(answer, queue.OfferGone) for answer in answers) == 1
    assert EnrolmentEvent.objects.filter(enrolment=place, from_state="offered").count() == 1
    assert invariants.breaches() == []


@pytest.mark.parametrize("_again", range(REPEATS))
def test_places_are_added_while_someone_comes_and_someone_leaves(_again):
    group, officer = month_ahead(), member("programme_officer")
    first, *_others = places_in(group, 3)

    acts = [lambda: runs.change(group, by=officer, capacity=3), lambda: newcomer(group)]
    results = at_once([*acts, lambda: queue.leave(first, by=None), queue.sweep])

    assert [result for result in results if isinstance(result, Exception)] == []
    assert counted(group) == {"cancelled_by_learner": 1, "offered": 3}
    assert invariants.breaches() == []


@pytest.mark.parametrize("_again", range(REPEATS))
def test_two_come_for_the_last_seat(_again):
    group = month_ahead()
    people = [participant(given_name=f"Nom {number}", phone="") for number in range(2)]

    results = at_once([lambda who=who: enrolment(group, who, may_wait=False) for who in people])

    assert sorted(type(result).__name__ for result in results) == ["Enrolment", "EnrolmentRefused"]
    assert counted(group) == {"enrolled": 1}
    assert invariants.breaches() == []


@pytest.mark.parametrize("_again", range(REPEATS))
def test_the_last_seat_and_the_first_place_in_line(_again):
    group = month_ahead()

    at_once([lambda: newcomer(group), lambda: newcomer(group), lambda: newcomer(group)])

    assert counted(group) == {"enrolled": 1, "waiting": 2}
    assert group.enrolments.get(state="enrolled").sequence == 1
    assert invariants.breaches() == []


@pytest.mark.parametrize("_again", range(REPEATS))
def test_places_are_taken_away_while_someone_comes(_again):
    group, officer = month_ahead(capacity=2), member("programme_officer")
    places_in(group, 1)

    changed, come = at_once([lambda: runs.change(group, by=officer, capacity=1), lambda: newcomer(group)])

    became = (changed.capacity, changed.capacity_wanted, come.state)
    assert became in {(1, None, "waiting"), (2, 1, "enrolled")}
    assert invariants.breaches() == []


@pytest.mark.parametrize("_again", range(REPEATS))
def test_two_seats_are_freed_at_once_for_two_who_want_in_together(_again):
    group = month_ahead(capacity=2)
    *leaving, first, second, _behind = places_in(group, 5)
    families.stand_together(first, second)

    at_once([lambda place=place: queue.leave(place, by=None) for place in leaving])

    states = dict(group.enrolments.values_list("pk", "state"))
    together = {states[first.pk], states[second.pk]}
    assert together in ({"offered"}, {"waiting"})
    assert counted(group)["offered"] == 2 if together == {"offered"} else counted(group)["offered"] == 1
    assert invariants.breaches() == []


@pytest.mark.usefixtures("without_safety_net")
def test_without_the_lock_of_the_group_its_seats_are_counted_wrongly(monkeypatch):
    monkeypatch.setattr(CourseRunQuerySet, "lock", lambda runs, pk: runs.get(pk=pk))
    found = []
    for _again in range(20):
        group = month_ahead(capacity=4)
        leaving = places_in(group, 12)[:4]
        at_once([lambda place=place: queue.leave(place, by=None) for place in leaving])
        found += invariants.breaches()
        if found:
            break

    assert found


def test_who_joins_again_instead_of_another_group_takes_both_by_number():
    """As a whole page is one transaction: the group with the lower number is asked for first, and nobody waits in a
    circle."""
    lower = month_ahead(capacity=3)
    kept = enrolment(lower, participant(given_name="Hind", phone=""))
    place = expired(month_ahead())
    Enrolment.objects.filter(pk=place.pk).update(replaces=[kept.pk])
    place.refresh_from_db()

    with transaction.atomic():
        CourseRun.objects.lock(lower.pk)
        end = behind(lambda: again_in_one(place))
        CourseRun.objects.lock(place.run_id)

    assert end().state == "waiting"


def again_in_one(place):
    with transaction.atomic():
        return rejoin(place, by=None)
