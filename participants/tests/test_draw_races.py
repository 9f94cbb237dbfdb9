"""A draw under several at once, beside the control that shows what the lock of the group is for."""

import pytest

from learningcity.tests.races import at_once
from programmes.models.runs import CourseRunQuerySet

from ..models import Draw, EnrolmentEvent
from ..services import draw, invariants, queue
from .factories import enrolment, participant
from .test_draw import ask, close, states, to_draw

pytestmark = pytest.mark.django_db(transaction=True)
REPEATS = 5


@pytest.mark.parametrize("_again", range(REPEATS))
def test_two_draws_at_once_draw_once(_again):
    group = to_draw()
    ask(group, 6)
    close(group)

    results = at_once([lambda: draw.hold(group, by=None), draw.sweep, lambda: draw.hold(group, by=None)])

    assert results[0] == results[2] == Draw.objects.get()
    assert EnrolmentEvent.objects.exclude(from_state="").count() == 6
    assert states(group) == ["enrolled"] * 2 + ["waiting"] * 4
    assert invariants.breaches() == []


@pytest.mark.parametrize("_again", range(REPEATS))
def test_someone_takes_her_request_back_during_the_draw(_again):
    group = to_draw()
    first, *_others = ask(group, 4)
    close(group)

    at_once([lambda: queue.leave(first, by=None), lambda: draw.hold(group, by=None)])

    assert sorted(states(group)).count("cancelled_by_learner") == 1
    group.refresh_from_db()
    assert (group.seats_taken, group.waiting_count) == (2, 1)
    assert invariants.breaches() == []


@pytest.mark.parametrize("_again", range(REPEATS))
def test_who_comes_as_enrolment_closes_is_on_the_list_or_refused(_again):
    group = to_draw()
    ask(group, 3)

    def close_and_draw():
        close(group)
        return draw.hold(group, by=None)

    held, came = at_once([close_and_draw, lambda: enrolment(group, participant(given_name="Tard", phone=""))])

    listed = len(held.entries)
    assert listed == 3 if isinstance(came, Exception) else came.reference in held.order
    assert "requested" not in states(group)
    assert invariants.breaches() == []


def test_without_the_lock_of_the_group_two_draws_meet(monkeypatch):
    monkeypatch.setattr(CourseRunQuerySet, "lock", lambda runs, pk: runs.get(pk=pk))
    met = False
    for _again in range(20):
        group = to_draw()
        ask(group, 6)
        close(group)
        results = at_once([lambda group=group: draw.hold(group, by=None)] * 3)
        met = met or any(isinstance(result, Exception) for result in results)
        if met:
            break

    assert met, "the database refuses the second draw, and nobody waits for the first"
