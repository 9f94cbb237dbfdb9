"""What a group promises besides its seats: how many have to come, by when that is decided, how long offers last."""

from datetime import timedelta

import pytest

from learningcity import clock

from .. import wording
from ..models import Meeting
from ..services import runs, scheduling
from ..services.runs import RunRefused
from ..services.timetable import TimetableRefused
from .factories import run, today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
DAY = timedelta(days=1)


def promising(**fields):
    """Eight people needed, decided a week before the first of two meetings, which is in three weeks."""
    start = today() + 21 * DAY
    made = run(starts_on=start, ends_on=start + 7 * DAY, capacity=20, meetings=0, **fields)
    hours = {"starts_at": clock.now().time().replace(hour=10), "ends_at": clock.now().time().replace(hour=12)}
    for day in (start, start + 7 * DAY):
        Meeting.objects.create(run=made, date=day, **hours)
    made.min_people, made.decide_on = 8, start - 7 * DAY
    made.save()
    return made


def gaps(refused):
    return {gap.field for gap in refused.value.gaps}


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"min_people": 21}, {"min_people"}),
        ({"min_people": 0}, {"decide_on"}),
        ({"decide_on": None}, {"decide_on"}),
        ({"offer_hours": 200}, {"offer_hours"}),
    ],
)
def test_what_cannot_be_promised_is_refused_where_it_is_written(officer, fields, at):
    with pytest.raises(RunRefused) as refused:
        runs.change(promising(), by=officer, **fields)

    assert gaps(refused) == at


def test_the_decision_stays_before_the_first_meeting(officer):
    group = promising()
    with pytest.raises(RunRefused):
        runs.change(group, by=officer, decide_on=group.starts_on)

    first = group.meetings.order_by("date").first()
    with pytest.raises(TimetableRefused, match="day of its decision"):
        scheduling.move(first, date=group.decide_on, by=officer, reason="Plus tôt")
    group.refresh_from_db()
    assert group.decide_on < group.starts_on


def test_a_copy_is_decided_as_many_days_before(officer):
    group = promising(offer_hours=24)

    copy = runs.duplicate(group, first_day=group.starts_on + 28 * DAY, by=officer)

    assert (copy.min_people, copy.offer_hours) == (8, 24)
    assert copy.decide_on == group.decide_on + 28 * DAY
    assert (copy.decided_at, copy.queue_paused, copy.drawn_on) == (None, False, None)


def test_a_copy_that_may_start_earlier_is_decided_before(officer):
    """The first meeting of the group was skipped, so it started a week after its first planned day."""
    group = promising()
    group.meetings.filter(date=group.starts_on).update(state=Meeting.State.SKIPPED, revision=1)
    group.starts_on += 7 * DAY
    group.decide_on = group.starts_on - DAY
    group.save()

    copy = runs.duplicate(group, first_day=group.starts_on + 21 * DAY, by=officer)

    assert copy.decide_on < copy.starts_on


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "Starts with at least 8 people"),
        ({"decided_at": clock}, "This group takes place."),
        ({"decision": "cancelled"}, ""),
        ({"min_people": 0, "decide_on": None}, ""),
    ],
)
def test_what_the_public_reads(change, said):
    group = promising()
    for name, value in change.items():
        setattr(group, name, clock.now() if value is clock else value)

    assert wording.minimum(group, today()).startswith(said)
    assert bool(wording.minimum(group, today())) == bool(said)
    assert wording.minimum(group, group.starts_on) == ""
