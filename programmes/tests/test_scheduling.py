"""Timetables as they are written: all or nothing, and never in the past."""

from datetime import time, timedelta

import pytest

from learningcity.i18n import day_month
from learningcity.models import AuditEntry, Holiday

from ..models import CourseRun, Membership
from ..services import scheduling, timetable
from .factories import meeting, member, room, run, today, venue
from .timetables import ACTS, first, planned, refused, rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
DAY = timedelta(days=1)


# --- Planning -----------------------------------------------------------------------------------------------


def test_seven_times_gives_seven_meetings_and_their_span(officer, told):
    group = planned(0)
    hall = room(venue=group.venue, buffer_minutes=10)

    made = scheduling.plan(group, rule(), room=hall, trainer=None, by=officer)

    group.refresh_from_db()
    assert [each.date for each in made] == [today() + (14 + 7 * week) * DAY for week in range(7)]
    assert (group.starts_on, group.ends_on) == (made[0].date, made[-1].date)
    assert {(each.room, each.buffer_minutes, each.state) for each in group.meetings.all()} == {(hall, 10, "planned")}
    assert [change.kind for act in told for change in act["changes"]] == ["added"] * 7


def test_a_holiday_in_between_becomes_a_skipped_row_that_can_be_taken_up(officer):
    Holiday.objects.create(date=today() + 21 * DAY, name_fr="Fête", is_provisional=True)
    group = planned(0)

    made = scheduling.plan(group, rule(times=2), by=officer)
    assert [(each.state, each.reason) for each in made] == [("planned", ""), ("skipped", "Fête"), ("planned", "")]

    taken = scheduling.take_up(made[1], by=officer)
    assert (taken.state, taken.reason, taken.revision) == ("planned", "", 1)


def test_a_skipped_row_at_the_end_does_not_lengthen_the_group(officer):
    Holiday.objects.create(date=today() + 14 * DAY, name_fr="Fête")
    group = planned(0)

    scheduling.plan(group, rule(times=1), by=officer)

    group.refresh_from_db()
    assert group.starts_on == group.ends_on == today() + 21 * DAY


def test_the_trainer_of_a_meeting_sees_the_group(officer):
    group, trainer = planned(0), member(Membership.Role.TRAINER)

    scheduling.plan(group, rule(times=1), trainer=trainer, by=officer)

    assert list(group.trainers.all()) == [trainer]


def test_a_clash_in_the_middle_writes_nothing(officer, told):
    group = planned(0)
    hall = room(venue=group.venue, name_en="Room 1")
    other = run(meetings=0, venue=group.venue)
    meeting(other, date=today() + 28 * DAY, room=hall)

    with refused(f"Room 1 is taken on {day_month(today() + 28 * DAY)}, 10:30 to 12:00, by {other}.") as refusal:
        scheduling.plan(group, rule(), room=hall, by=officer)

    assert [clash.kind for clash in refusal.value.clashes] == ["room"]
    assert told == []
    assert not AuditEntry.objects.filter(action="plan meetings").exists()


def test_the_same_plan_again_is_refused(officer):
    group = planned(0)
    scheduling.plan(group, rule(), by=officer)

    with refused("already has a meeting"):
        scheduling.plan(group, rule(), by=officer)


def test_a_draft_is_planned_again_in_place_of_what_it_had(officer):
    group = planned(3, decision=CourseRun.Decision.DRAFT)

    scheduling.plan(group, rule(times=2), by=officer, replace=True)

    assert group.meetings.count() == 2


def test_an_announced_group_is_not_planned_anew(officer):
    group = planned(3)
    with refused("This group has been announced"):
        scheduling.plan(group, rule(times=2), by=officer, replace=True)


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"capacity": 20}, "Room 1 is too small for the group: 20 for 30."), ({"venue": True}, "is not a room of")],
)
def test_a_room_holds_the_group_and_is_in_its_place(officer, fields, words):
    group = planned(0)
    where = venue() if fields.pop("venue", None) else group.venue
    hall = room(name_en="Room 1", venue=where, **fields)

    with refused(words):
        scheduling.plan(group, rule(), room=hall, by=officer)


def test_a_meeting_ends_after_it_starts(officer):
    group = planned(0)
    with refused("The meeting ends before it starts."):
        scheduling.plan(group, rule(ends_at=time(10)), by=officer)


# --- One meeting --------------------------------------------------------------------------------------------


def test_moving_a_meeting_touches_no_other(officer, told):
    group = planned(3)
    one, *others = group.meetings.all()

    moved = scheduling.move(one, date=one.date + DAY, by=officer, reason="Salle fermée", revision=0)

    assert (moved.state, moved.moved_from, moved.revision, moved.reason) == ("moved", one.date, 1, "Salle fermée")
    assert [(each.date, each.revision) for each in others] == list(
        group.meetings.exclude(pk=one.pk).values_list("date", "revision")
    )
    group.refresh_from_db()
    assert group.starts_on == one.date + DAY
    assert [(act["by"], [change.kind for change in act["changes"]]) for act in told] == [(officer, ["moved"])]


def test_back_on_its_old_day_a_meeting_is_as_planned(officer):
    one = first(planned())

    away = scheduling.move(one, date=one.date + DAY, by=officer)
    further = scheduling.move(away, date=one.date + 2 * DAY, by=officer)
    back = scheduling.move(further, date=one.date, by=officer)

    assert (further.state, further.moved_from) == ("moved", one.date)
    assert (back.state, back.moved_from, back.revision) == ("planned", None, 3)


def test_other_hours_on_the_same_day_are_no_move(officer, told):
    one = first(planned())

    changed = scheduling.move(one, starts_at=time(14), ends_at=time(16), by=officer)

    assert (changed.state, changed.starts_at, changed.ends_at) == ("planned", time(14), time(16))
    assert told[0]["changes"][0].kind == "hours"


def test_a_skipped_meeting_is_caught_up_on_another_day(officer, told):
    one = first(planned())
    skipped = scheduling.skip([one], by=officer, reason="Travaux")[0]

    caught_up = scheduling.move(skipped, date=one.date + DAY, by=officer)

    assert (caught_up.state, caught_up.moved_from) == ("moved", one.date)
    assert [act["changes"][0].kind for act in told] == ["off", "moved"]


def test_a_cancelled_meeting_leaves_its_room_and_can_be_taken_up_while_it_is_free(officer):
    group = planned()
    hall = room(venue=group.venue)
    [one] = scheduling.assign([first(group)], room=hall, by=officer)
    one = scheduling.cancel(one, by=officer, reason="Formatrice malade")
    other = meeting(run(meetings=0, venue=group.venue), date=one.date)

    assert (one.state, one.reason, one.room) == ("cancelled", "Formatrice malade", hall)
    [other] = scheduling.assign([other], room=hall, by=officer)
    with refused("is taken"):
        scheduling.take_up(one, by=officer)
    scheduling.cancel(other, by=officer, reason="")
    assert scheduling.take_up(one, by=officer).state == "planned"


def test_a_taken_up_meeting_that_was_moved_is_still_moved(officer):
    one = first(planned())
    away = scheduling.move(one, date=one.date + DAY, by=officer)

    gone = scheduling.cancel(away, by=officer, reason="")

    assert scheduling.take_up(gone, by=officer).state == "moved"


def test_the_group_starts_with_its_first_meeting_that_takes_place(officer):
    group = planned(3)
    one, two, _three = group.meetings.all()

    scheduling.cancel(one, by=officer, reason="")

    group.refresh_from_db()
    assert group.starts_on == two.date


def test_a_group_without_meetings_keeps_its_days(officer):
    group = planned(1)
    scheduling.cancel(first(group), by=officer, reason="")

    before = group.starts_on, group.ends_on
    group.refresh_from_db()
    assert (group.starts_on, group.ends_on) == before


@pytest.mark.parametrize("act", ACTS)
def test_what_was_held_or_is_past_stays_as_it_is(officer, act):
    group = planned(0)
    past = meeting(group, date=today() - DAY)
    held = meeting(group, date=today() + DAY, state="held", held_minutes=90)

    with refused("is past and stays as it is"):
        ACTS[act](past, officer)
    with refused("was held and stays as it is"):
        ACTS[act](held, officer)


@pytest.mark.parametrize("act", ["cancel", "skip", "retime", "assign"])
def test_what_does_not_take_place_is_only_taken_up_or_caught_up(officer, act):
    state = {"cancel": "skipped"}.get(act, "cancelled")
    one = meeting(planned(0), date=today() + DAY, state=state)

    with refused("does not take place"):
        ACTS[act](one, officer)


@pytest.mark.parametrize("act", ACTS)
def test_a_cancelled_group_keeps_its_timetable(officer, act):
    one = first(planned(decision=CourseRun.Decision.CANCELLED))
    with refused("This group is cancelled"):
        ACTS[act](one, officer)


def test_nothing_moves_into_the_past(officer):
    one = first(planned())
    missed = meeting(planned(0), date=today() - DAY, state="cancelled")

    with refused("This day and hour are past."):
        scheduling.move(one, date=today() - DAY, by=officer)
    with refused("This day and hour are past."):
        scheduling.take_up(missed, by=officer)
    assert scheduling.move(missed, date=today() + DAY, by=officer).state == "moved"


def test_friday_midday_is_no_reason_to_refuse(officer):
    one = first(planned())
    friday = timetable.next_day(one.date, 5)

    moved = scheduling.move(one, date=friday, starts_at=time(12), ends_at=time(15), by=officer)

    assert moved.date == friday
    assert [notice.kind for notice in scheduling.notices([moved])] == ["friday"]


def test_a_group_does_not_meet_twice_at_the_same_hour(officer):
    one, two = planned(2).meetings.all()

    with refused("already has a meeting"):
        scheduling.move(one, date=two.date, by=officer)
