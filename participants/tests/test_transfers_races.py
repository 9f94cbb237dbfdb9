"""Two people who change groups with each other, and controls that show what the two locks and their order are for."""

import pytest
from django.db import OperationalError

from learningcity.tests.races import at_once
from programmes.models import CourseRun
from programmes.models.runs import CourseRunQuerySet
from programmes.tests.factories import course

from ..services import invariants, queue, transfers
from .lines import month_ahead, places_in

pytestmark = pytest.mark.django_db(transaction=True)
REPEATS = 20


def pair(**fields):
    shared = course()
    return [month_ahead(course=shared, label=label, **fields) for label in "AB"]


def crossing(here, there):
    """The first of each group changes to the other, both at once."""
    first, second = (places_in(group, 1)[0] for group in (here, there))
    moves = [(first, there), (second, here)]
    return at_once([lambda move=move: transfers.transfer(*move, by=None, reason="") for move in moves])


@pytest.mark.parametrize("_again", range(REPEATS))
def test_two_who_cross_both_arrive(_again):
    here, there = pair(capacity=3)

    results = crossing(here, there)

    assert [place.state for place in results] == ["enrolled", "enrolled"]
    assert sorted(CourseRun.objects.values_list("seats_taken", flat=True)) == [1, 1]
    assert invariants.breaches() == []


@pytest.mark.parametrize("_again", range(REPEATS))
def test_one_leaves_for_the_seat_that_another_wants(_again):
    here, there = pair(capacity=1)
    seated, waiting = places_in(here, 2)

    moved, left = at_once(
        [lambda: transfers.transfer(seated, there, by=None, reason=""), lambda: queue.leave(waiting, by=None)]
    )

    assert (moved.state, left.state) == ("enrolled", "cancelled_by_learner")
    assert list(here.enrolments.order_by("sequence").values_list("state", flat=True)) == [
        "transferred",
        "cancelled_by_learner",
    ]
    assert invariants.breaches() == []


def test_without_the_order_of_the_locks_one_of_two_fails(monkeypatch):
    def as_they_come(here, there):
        first = CourseRun.objects.select_related("course", "venue").lock(here)
        transfers.clock.now()
        return first, CourseRun.objects.select_related("course", "venue").lock(there)

    monkeypatch.setattr(transfers, "lock_both", as_they_come)
    failed = []
    for _again in range(REPEATS):
        failed += [result for result in crossing(*pair(capacity=3)) if isinstance(result, OperationalError)]
        if failed:
            break

    assert failed


@pytest.mark.usefixtures("without_safety_net")
def test_without_the_locks_seats_are_counted_wrongly(monkeypatch):
    monkeypatch.setattr(CourseRunQuerySet, "lock", lambda runs, pk: runs.get(pk=pk))
    found = []
    for _again in range(REPEATS):
        here, there = pair(capacity=12)
        leaving = places_in(here, 6)
        moves = [(place, there) for place in leaving]
        at_once([lambda move=move: transfers.transfer(*move, by=None, reason="") for move in moves])
        found += invariants.breaches()
        if found:
            break

    assert found
