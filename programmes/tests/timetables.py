"""What the tests of timetables share: a rule, groups with meetings, and the promise that a refusal changes nothing."""

from contextlib import contextmanager
from datetime import time, timedelta

import pytest

from ..models import Meeting
from ..services import scheduling
from ..services.timetable import Rule, TimetableRefused
from .factories import run, today

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ACTS = {
    "move": lambda one, by: scheduling.move(one, date=one.date + 30 * DAY, by=by),
    "cancel": lambda one, by: scheduling.cancel(one, by=by, reason=""),
    "skip": lambda one, by: scheduling.skip([one], by=by, reason=""),
    "retime": lambda one, by: scheduling.retime([one], shift=HOUR, by=by),
    "assign": lambda one, by: scheduling.assign([one], trainer=by, by=by),
}


@contextmanager
def refused(words):
    """The act is refused with these words, and no row is otherwise than before."""
    before = rows()
    with pytest.raises(TimetableRefused) as refusal:
        yield refusal
    assert words in " ".join(refusal.value.sentences)
    assert rows() == before


def rows():
    fields = ["pk", "date", "starts_at", "ends_at", "state", "reason", "room", "trainer", "revision"]
    return list(Meeting.objects.order_by("pk").values_list(*fields))


def rule(**fields):
    first = today() + 14 * DAY
    values = {"weekdays": (first.isoweekday(),), "starts_at": time(10, 30), "ends_at": time(12), "first_day": first}
    return Rule(**{"times": 7, **values, **fields})


def planned(number=1, **fields):
    """A group with meetings every week from in two weeks on."""
    return run(meetings=number, **fields)


def first(group):
    return group.meetings.first()
