"""What is said of a place when something else has become of it before the message could leave."""

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learningcity import clock
from learningcity.models import OutboxMessage
from programmes.models import CourseRun, Membership
from programmes.services import runs
from programmes.tests.factories import member, run, today

from ..services import draw, hours, queue, transfers
from .factories import enrolment, participant
from .lines import month_ahead, offered

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def pending(place):
    told = OutboxMessage.objects.pending().filter(values__reference=place.reference)
    return list(told.order_by("pk").values_list("template", flat=True))


def drawn_at_night(monkeypatch):
    """A place given by lot at ten in the evening: what tells of it waits for the morning."""
    group = month_ahead(allocation="draw", capacity=2)
    place = enrolment(group, participant())
    CourseRun.objects.filter(pk=group.pk).update(enrolment_closes_at=clock.now() - DAY)
    night = hours.instant(today() + DAY, time(22))
    monkeypatch.setattr(clock, "now", lambda: night)
    draw.hold(group, by=None)
    assert pending(place) == ["enrolled"]
    return place


def test_a_place_that_is_given_up_before_its_message_left_is_not_promised(monkeypatch):
    place = drawn_at_night(monkeypatch)
    queue.leave(place, by=None)
    assert pending(place) == ["cancelled"]


def test_a_place_in_a_group_that_is_called_off_is_not_promised_either(monkeypatch):
    place = drawn_at_night(monkeypatch)
    runs.cancel(place.run, by=member(Membership.Role.PROGRAMME_OFFICER), reason="Travaux")
    assert pending(place) == ["run_cancelled"]


def test_who_is_offered_a_place_no_longer_hears_that_she_waits():
    group = month_ahead()
    first, second = enrolment(group, participant(given_name="Nom", phone="")), enrolment(group, participant())
    assert pending(second) == ["waiting"]
    queue.leave(first, by=None)
    assert pending(second) == ["offered"]
    queue.accept(second, by=None)
    assert pending(second) == ["enrolled"]


def test_who_moves_twice_hears_of_the_last_group():
    here = run()
    there, last = run(course=here.course), run(course=here.course)
    place = enrolment(here, participant())
    moved = transfers.transfer(place, there, by=None, reason="")
    assert (pending(place), pending(moved)) == ([], ["transferred"])
    again = transfers.transfer(moved, last, by=None, reason="")
    assert (pending(moved), pending(again)) == ([], ["transferred"])


def test_what_others_are_told_stays():
    place = offered()
    other = enrolment(run(), participant())
    queue.accept(place, by=None)
    assert pending(other) == ["enrolled"]


def test_a_first_enrolment_takes_nothing_back():
    group, person = run(), participant()
    with CaptureQueriesContext(connection) as sent:
        enrolment(group, person)
    assert not [query for query in sent if query["sql"].startswith(f'UPDATE "{OutboxMessage._meta.db_table}"')]
