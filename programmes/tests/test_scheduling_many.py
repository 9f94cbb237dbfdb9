"""The same act twice, two people at once, many meetings in one act."""

from datetime import date, time, timedelta

import pytest

from learningcity.models import AuditEntry

from ..models import CatalogueEntry, Meeting, Membership
from ..models.catalogue import DAY_AT
from ..services import scheduling
from .factories import meeting, member, room, run, today
from .timetables import ACTS, first, planned, refused, rows, rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


# --- The same act twice, and two people at once -------------------------------------------------------------


@pytest.mark.parametrize("act", ACTS)
def test_the_same_act_again_changes_and_tells_nothing(officer, told, act):
    one = first(planned())
    acts = ACTS | {"move": lambda one, by: scheduling.move(one, date=today() + 40 * DAY, by=by)}
    acts["retime"] = lambda one, by: scheduling.retime([one], starts_at=time(9), by=by)

    acts[act](one, officer)
    before, journal = rows(), AuditEntry.objects.count()
    acts[act](one, officer)

    assert rows() == before
    assert (len(told), AuditEntry.objects.count()) == (1, journal)


def test_who_saw_an_older_version_is_refused(officer):
    one = first(planned())
    scheduling.move(one, date=one.date + DAY, by=officer)

    with refused("Someone changed this meeting meanwhile."):
        scheduling.cancel(one, by=officer, reason="")
    with refused("Someone changed this meeting meanwhile."):
        scheduling.move(Meeting.objects.get(), date=one.date + 2 * DAY, by=officer, revision=0)
    assert scheduling.cancel(one, by=officer, reason="", revision=1).state == "cancelled"


def test_a_meeting_that_is_gone_is_refused(officer):
    one = first(planned())
    Meeting.objects.all().delete()

    with refused("Someone changed this meeting meanwhile."):
        scheduling.cancel(one, by=officer, reason="")


# --- Many meetings ------------------------------------------------------------------------------------------


def test_a_ramadan_timetable_changes_the_chosen_meetings_and_is_told_once(officer, told):
    groups = [planned(3), planned(3)]
    chosen = [each for group in groups for each in group.meetings.all()[:2]]

    scheduling.retime(chosen, starts_at=time(9), ends_at=time(10, 15), by=officer, reason="Ramadan")

    hours = Meeting.objects.order_by("run", "date").values_list("starts_at", "ends_at", "revision")
    new, old = (time(9), time(10, 15), 1), (time(10, 30), time(12), 0)
    assert list(hours) == [new, new, old] * 2
    assert [len(act["changes"]) for act in told] == [4]
    assert {each.pk for each in told[0]["runs"]} == {group.pk for group in groups}
    assert AuditEntry.objects.filter(action="retime meetings", reason="Ramadan", count=0).count() == 2


def test_a_new_start_keeps_the_length_and_a_shift_moves_both_ends(officer):
    one = first(planned())

    [started] = scheduling.retime([one], starts_at=time(9), by=officer)
    [shifted] = scheduling.retime([started], shift=-HOUR / 2, by=officer)

    assert (started.starts_at, started.ends_at) == (time(9), time(10, 30))
    assert (shifted.starts_at, shifted.ends_at) == (time(8, 30), time(10))


def test_hours_do_not_cross_midnight(officer):
    one = first(planned())
    with refused("The meeting would reach into another day."):
        scheduling.retime([one], shift=13 * HOUR, by=officer)


@pytest.mark.parametrize("shift", [HOUR * 1.5, -HOUR * 1.5])
def test_meetings_one_after_the_other_in_a_room_shift_together(officer, shift):
    """Each takes the hour that its neighbour leaves, and touching is no clash."""
    groups = [planned(0)]
    groups += [run(meetings=0, venue=groups[0].venue), groups[0]]
    hall, trainer = room(venue=groups[0].venue), member(Membership.Role.TRAINER)
    hours = [(time(9), time(10, 30)), (time(10, 30), time(12)), (time(12), time(13, 30))]
    chosen = [
        meeting(group, date=today() + DAY, starts_at=start, ends_at=end, room=hall, trainer=trainer)
        for group, (start, end) in zip(groups, hours, strict=True)
    ]

    scheduling.retime(chosen, shift=shift, by=officer)

    assert {each.revision for each in Meeting.objects.all()} == {1}
    assert {each.date for each in Meeting.objects.all()} == {today() + DAY}


def test_shifting_one_of_two_neighbours_is_a_clash(officer):
    group = planned(0)
    hall = room(venue=group.venue)
    early = meeting(group, date=today() + DAY, starts_at=time(9), ends_at=time(10, 30), room=hall)
    meeting(run(meetings=0, venue=group.venue), date=today() + DAY, room=hall)

    with refused("is taken"):
        scheduling.retime([early], shift=HOUR, by=officer)


def test_one_held_meeting_among_the_chosen_refuses_all(officer):
    group = planned(2)
    held = meeting(group, date=today() + DAY, state="held", held_minutes=90)

    with refused("was held"):
        scheduling.retime([*group.meetings.exclude(pk=held.pk), held], shift=HOUR, by=officer)


def test_a_preview_says_what_would_change_and_writes_nothing(officer):
    group = planned(2, capacity=10)
    hall = room(venue=group.venue)
    one, two = group.meetings.all()
    meeting(run(meetings=0, venue=group.venue), date=one.date, starts_at=time(9), ends_at=time(10), room=hall)
    held = meeting(group, date=today() + DAY, state="held", held_minutes=90)
    before = rows()

    shown = scheduling.preview([two, one, held], starts_at=time(9, 30), room=hall)

    assert [each.meeting.pk for each in shown] == [held.pk, one.pk, two.pk]
    assert [(each.is_changed, bool(each.problem), len(each.clashes)) for each in shown] == [
        (True, True, 0),
        (True, False, 1),
        (True, False, 0),
    ]
    assert (shown[2].before.starts_at, shown[2].meeting.starts_at) == (time(10, 30), time(9, 30))
    assert rows() == before


def test_a_preview_takes_as_many_statements_for_three_as_for_one(queries_of):
    chosen = list(planned(3).meetings.all())
    assert queries_of(scheduling.preview, chosen[:1], shift=HOUR) == queries_of(scheduling.preview, chosen, shift=HOUR)


def test_room_and_trainer_are_given_apart(officer):
    group = planned(2)
    hall, trainer = room(venue=group.venue, buffer_minutes=5), member(Membership.Role.TRAINER)

    scheduling.assign(group.meetings.all(), room=hall, by=officer)
    scheduling.assign(group.meetings.all(), trainer=trainer, by=officer)
    assert {(each.room, each.buffer_minutes, each.trainer) for each in group.meetings.all()} == {(hall, 5, trainer)}

    scheduling.assign(group.meetings.all(), room=None, by=officer)
    assert {(each.room, each.buffer_minutes, each.trainer) for each in group.meetings.all()} == {(None, 0, trainer)}


# --- Days off that come later -------------------------------------------------------------------------------


def test_the_meetings_that_a_closure_touches(officer):
    group, elsewhere = planned(3), planned(3)
    days = [today() + 14 * DAY, today() + 21 * DAY]
    meeting(group, date=days[0], starts_at=time(18), ends_at=time(19), state="cancelled")

    here = scheduling.touched_by(days, group.venue)

    assert [(each.run, each.date) for each in here] == [(group, days[0]), (group, days[1])]
    assert {each.run for each in scheduling.touched_by(days)} == {group, elsewhere}

    scheduling.skip(here, by=officer, reason="Travaux")
    assert list(group.meetings.filter(state="skipped").values_list("reason", flat=True)) == ["Travaux"] * 2
    assert not scheduling.touched_by(days, group.venue).exists()


def test_the_search_row_follows(officer):
    group = planned(0)
    scheduling.plan(group, rule(), by=officer)

    group.refresh_from_db()
    days = CatalogueEntry.objects.get(run=group).rank >> DAY_AT
    assert date(2000, 1, 1) + days * DAY == group.starts_on == today() + 14 * DAY


def test_a_meeting_on_the_leap_day_moves_like_any_other(officer):
    leap = date(2028, 2, 29)
    one = scheduling.move(first(planned()), date=leap, by=officer)

    assert scheduling.move(one, date=leap + DAY, by=officer).date == date(2028, 3, 1)
