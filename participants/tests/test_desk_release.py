"""The places kept for the desk, on the day from which they are for everyone."""

from datetime import timedelta

import pytest

from learningcity import clock
from learningcity.models import AuditEntry
from programmes.models import CourseRun
from programmes.services import runs
from programmes.tests.factories import member, today

from ..models import Enrolment
from ..services import desk_release, queue
from ..tasks import release_desk_seats
from .factories import enrolment, participant
from .lines import month_ahead, places_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken_in_the_end")]
DAY = timedelta(days=1)


def at_desk(group, name="Guichet"):
    return enrolment(group, participant(given_name=name, phone=""), source=Enrolment.Source.DESK)


def kept(**fields):
    """Three places, two of them the desk's until today."""
    return month_ahead(**{"capacity": 3, "desk_seats": 2, "desk_release_on": today()} | fields)


def states(group):
    return list(group.enrolments.order_by("sequence").values_list("state", flat=True))


def test_on_its_day_the_line_gets_what_the_desk_has_not_used():
    group = kept()
    at_desk(group)
    places_in(group, 4)
    assert states(group) == ["enrolled", "enrolled", "waiting", "waiting", "waiting"]

    release_desk_seats()

    assert states(group) == ["enrolled", "enrolled", "offered", "waiting", "waiting"]
    group.refresh_from_db()
    assert (group.desk_seats, group.desk_taken, group.free_seats) == (0, 0, 0)
    entry = AuditEntry.objects.get(action="release desk seats")
    assert (entry.by, entry.detail) == (None, {"seats": 1})


@pytest.mark.parametrize("day", [None, 1])
def test_before_its_day_nothing_is_released(day):
    group = kept(desk_release_on=day and today() + DAY)
    places_in(group, 2)

    assert desk_release.sweep() == 0

    assert states(group) == ["enrolled", "waiting"]
    assert at_desk(group).state == "enrolled"


def test_releasing_twice_is_releasing_once():
    group = kept()

    assert [desk_release.sweep(), desk_release.sweep()] == [1, 0]
    desk_release.release_run(group.pk)

    assert AuditEntry.objects.filter(action="release desk seats").count() == 1


def test_without_a_line_the_places_are_simply_open():
    group = kept(capacity=2)
    desk_release.sweep()
    group.refresh_from_db()

    assert group.places_left == 2
    assert [place.state for place in places_in(group, 3)] == ["enrolled", "enrolled", "waiting"]


def test_a_place_of_the_desk_that_is_given_up_later_goes_to_the_line():
    group = kept(capacity=2, desk_seats=1)
    place = at_desk(group)
    places_in(group, 3)
    desk_release.sweep()

    queue.leave(place, by=None)

    assert states(group) == ["cancelled_by_learner", "enrolled", "offered", "waiting"]


def test_a_place_of_the_desk_that_is_given_up_before_is_the_desk_s_again():
    group = kept(capacity=2, desk_seats=1, desk_release_on=today() + DAY)
    place = at_desk(group)
    places_in(group, 2)

    queue.leave(place, by=None)

    assert states(group) == ["cancelled_by_learner", "enrolled", "waiting"]
    assert at_desk(group, "Autre").holds_desk_seat


def test_what_is_released_after_enrolment_closed_is_offered_to_nobody():
    group = kept()
    places_in(group, 2)
    CourseRun.objects.filter(pk=group.pk).update(enrolment_closes_at=clock.now() - timedelta(seconds=1))

    desk_release.sweep()

    assert states(group) == ["enrolled", "waiting"]


def test_the_copy_of_a_group_keeps_its_rule_and_moves_its_day():
    group = kept(desk_release_on=today() + DAY, allocation="priority_draw", priorities=["first_time"])

    copy = runs.duplicate(group, first_day=group.starts_on + 7 * DAY, by=member("programme_officer"))

    assert (copy.allocation, copy.priorities, copy.desk_seats) == ("priority_draw", ["first_time"], 2)
    assert copy.desk_release_on == today() + 8 * DAY
