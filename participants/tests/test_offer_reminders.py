"""When somebody who was offered a place is reminded, and when not."""

from datetime import time, timedelta

import pytest

from learningcity import clock
from learningcity.models import Holiday, OutboxMessage
from learningcity.services.wording import text_of
from programmes.models import CourseRun

from .. import tasks
from ..models import Enrolment, Participant
from ..services import hours, offer_reminders, queue
from .lines import month_ahead, offered
from .told import PHONE

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def nine():
    """In the morning of a Tuesday, of a week without holidays."""
    Holiday.objects.all().delete()
    today = clock.local_day(clock.now())
    return hours.instant(today + timedelta(days=9 - today.isoweekday()), time(9))


def offer(at, *, lasts=10 * HOUR, **fields):
    """One made at this instant to somebody with a phone; what was told until now is forgotten."""
    place = offered(month_ahead(**fields))
    Participant.objects.filter(pk=place.participant_id).update(phone=PHONE, language="en")
    Enrolment.objects.filter(pk=place.pk).update(offered_at=at, answer_by=at + lasts)
    OutboxMessage.objects.all().delete()
    place.refresh_from_db()
    return place


def told():
    return list(OutboxMessage.objects.filter(template="offer_reminder").values_list("values__reference", flat=True))


def test_she_is_reminded_once_when_half_of_her_time_is_gone(nine):
    place = offer(nine)
    assert [offer_reminders.remind(at=nine + 5 * HOUR + minutes * MINUTE) for minutes in (-1, 0, 1, 60)] == [0, 1, 0, 0]
    assert told() == [place.reference]
    text = text_of(OutboxMessage.objects.get())
    assert "YES or NO" in text
    assert f"/o/{place.token}" in text


def test_nobody_is_reminded_who_has_less_than_two_hours_left(nine):
    offer(nine, lasts=6 * HOUR)
    assert [offer_reminders.remind(at=nine + 4 * HOUR + minutes * MINUTE) for minutes in (1, 0)] == [0, 1]


def test_the_time_of_an_offer_of_the_night_begins_in_the_morning(nine):
    place = offer(nine - 12 * HOUR, lasts=20 * HOUR)
    assert [offer_reminders.remind(at=nine + hour * HOUR) for hour in (3, 4)] == [0, 1]
    assert told() == [place.reference]


def test_nobody_is_reminded_at_night_or_on_a_friday_noon(nine):
    offer(nine, lasts=96 * HOUR)
    night, noon = nine + 59 * HOUR, nine + 76 * HOUR
    assert [offer_reminders.remind(at=at) for at in (night, noon, noon + 2 * HOUR)] == [0, 0, 1]


@pytest.mark.parametrize("answer", [queue.accept, queue.decline, queue.leave])
def test_who_has_answered_is_not_reminded(nine, answer):
    answer(offer(nine), by=None)
    assert offer_reminders.remind(at=nine + 5 * HOUR) == 0


def test_a_reminder_that_has_not_left_is_taken_back_by_the_answer(nine):
    place = offer(nine)
    offer_reminders.remind(at=nine + 5 * HOUR)
    queue.accept(place, by=None)
    assert OutboxMessage.objects.get(template="offer_reminder").state == "cancelled"


@pytest.mark.parametrize("change", [{"channel": "none"}, {"phone": ""}])
def test_who_wants_no_text_message_gets_none(nine, change):
    Participant.objects.filter(pk=offer(nine).participant_id).update(**change)
    assert offer_reminders.remind(at=nine + 5 * HOUR) == 0


def test_an_offer_of_a_group_that_is_not_planned_is_not_recalled(nine):
    place = offer(nine)
    CourseRun.objects.filter(pk=place.run_id).update(decision="postponed")
    assert offer_reminders.remind(at=nine + 5 * HOUR) == 0


def test_the_sweeper_asks_the_clock(nine, monkeypatch):
    place = offer(nine)
    monkeypatch.setattr(clock, "now", lambda: nine + 6 * HOUR)
    tasks.sweep_queue()
    assert told() == [place.reference]
