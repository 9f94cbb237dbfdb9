"""Two people at once at the same timetable, each on a connection of their own; beside the promise its controls."""

from datetime import time, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from ..models import Meeting, Membership
from ..services import scheduling, timetable
from ..services.timetable import TimetableRefused
from .factories import meeting, member, room, run, today

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
NETS = {"room_once_at_a_time", "trainer_once_at_a_time"}


def at_once(calls):
    """What each call returned or raised, all of them started at the same moment."""
    together, results = Barrier(len(calls)), [None] * len(calls)

    def work(place, call):
        try:
            connection.ensure_connection()
            together.wait(timeout=30)
            results[place] = call()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [Thread(target=work, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture(params=["room", "trainer"])
def bookings(request, officer):
    """Two groups of one place that each ask for the same room, or the same trainer, at the same hours of five weeks."""
    one = run(meetings=0)
    groups = [one, run(meetings=0, venue=one.venue)]
    wanted = room(venue=one.venue) if request.param == "room" else member(Membership.Role.TRAINER)
    first = today() + 14 * DAY
    rules = [scheduling.Rule((first.isoweekday(),), start, time(12), first, 5) for start in (time(10), time(11))]
    means = {"room": None, "trainer": None, request.param: wanted}
    return [
        lambda group=group, rule=rule: scheduling.plan(group, rule, by=officer, **means)
        for group, rule in zip(groups, rules, strict=True)
    ]


def double_bookings():
    """Pairs of meetings that overlap in a room or for a trainer."""
    found = list(Meeting.objects.taking_place().for_timetable())
    pairs = [(one, two) for place, one in enumerate(found) for two in found[:place] if timetable.overlap(one, two)]
    return [
        pair
        for pair in pairs
        if pair[0].room_id == pair[1].room_id is not None or pair[0].trainer_id == pair[1].trainer_id is not None
    ]


def refusals(results):
    return [result for result in results if isinstance(result, TimetableRefused)]


def test_one_of_two_gets_the_hours_and_the_other_is_told_who_has_them(bookings):
    results = at_once(bookings)

    [refusal] = refusals(results)
    [made] = [result for result in results if result is not refusal]
    assert len(made) == Meeting.objects.count() == 5
    assert {clash.other.run for clash in refusal.clashes} == {made[0].run}
    assert len(refusal.clashes) == 5
    assert double_bookings() == []


@pytest.fixture
def _both_checked(monkeypatch):
    """Nobody waits for room and trainer: both check before either writes."""
    both, find, first = Barrier(2), timetable.clashes, set()

    def check(meetings):
        found = find(meetings)
        key = meetings[0].run_id
        if key not in first:
            first.add(key)
            both.wait(timeout=30)
        return found

    monkeypatch.setattr(scheduling, "_lock_means", lambda meetings: None)
    monkeypatch.setattr(timetable, "clashes", check)


@pytest.fixture
def _no_safety_net():
    nets = [net for net in Meeting._meta.constraints if net.name in NETS]
    with connection.schema_editor() as editor:
        for net in nets:
            editor.remove_constraint(Meeting, net)
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE programmes_courserun CASCADE")
    with connection.schema_editor() as editor:
        for net in nets:
            editor.add_constraint(Meeting, net)


@pytest.mark.usefixtures("_both_checked", "_no_safety_net")
def test_control_without_lock_and_constraint_books_twice(bookings):
    results = at_once(bookings)

    assert refusals(results) == []
    assert len(double_bookings()) == 5


@pytest.mark.usefixtures("_both_checked")
def test_control_without_lock_the_constraint_still_refuses_with_a_sentence(bookings):
    results = at_once(bookings)

    [refusal] = refusals(results)
    assert all(refusal.sentences)
    assert Meeting.objects.count() == 5
    assert double_bookings() == []


def test_two_people_move_the_same_meeting(officer):
    group = run(meetings=1)
    one = group.meetings.get()
    days = [one.date + DAY, one.date + 2 * DAY]

    results = at_once([lambda day=day: scheduling.move(one, date=day, by=officer, revision=0) for day in days])

    [refusal] = refusals(results)
    assert "meanwhile" in refusal.sentence or "entre-temps" in refusal.sentence
    one.refresh_from_db()
    [moved] = [result for result in results if result is not refusal]
    assert (one.date, one.revision) == (moved.date, 1)


def test_control_without_the_version_the_second_overwrites_the_first(officer):
    one = run(meetings=1).meetings.get()

    for days in (1, 2):
        scheduling.move(Meeting.objects.get(), date=one.date + days * DAY, by=officer)

    assert Meeting.objects.get().date == one.date + 2 * DAY


def test_two_groups_exchange_rooms_without_waiting_for_each_other_for_ever(officer):
    one = run(meetings=4)
    two = run(meetings=4, venue=one.venue)
    halls = [room(venue=one.venue) for _ in range(2)]
    scheduling.assign(one.meetings.all(), room=halls[0], by=officer)
    scheduling.assign(two.meetings.all(), room=halls[1], by=officer)

    results = at_once(
        [
            lambda: scheduling.assign(one.meetings.all(), room=halls[1], by=officer),
            lambda: scheduling.assign(two.meetings.all(), room=halls[0], by=officer),
        ]
    )

    assert len(refusals(results)) == 2
    assert double_bookings() == []


def test_many_shifts_of_one_hall_leave_no_overlap(officer):
    """Neighbours in one room, each shifted by someone else at the same moment: whoever wins, nobody overlaps."""
    one = run(meetings=0)
    hall = room(venue=one.venue)
    groups = [one, *(run(meetings=0, venue=one.venue) for _ in range(3))]
    chosen = [
        meeting(group, date=today() + DAY, starts_at=time(9 + place), ends_at=time(10 + place), room=hall)
        for place, group in enumerate(groups)
    ]

    results = at_once(
        [lambda one=one: scheduling.retime([one], shift=timedelta(hours=1), by=officer) for one in chosen]
    )

    assert all(isinstance(result, list | TimetableRefused) for result in results)
    assert double_bookings() == []
