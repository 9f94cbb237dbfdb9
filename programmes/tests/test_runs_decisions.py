"""The life of a group: what it needs before the public sees it, and what ends it."""

from datetime import date, datetime, time, timedelta

import pytest

from learningcity import clock
from learningcity.models import AuditEntry, Holiday

from .. import signals
from ..models import CatalogueEntry, Course, CourseRun, Membership
from ..services import copying, runs, scheduling
from ..services.runs import RunRefused
from ..services.timetable import TimetableRefused
from .factories import course, meeting, member, room, run, today, venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
Decision = CourseRun.Decision
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@pytest.fixture
def decided():
    heard = []

    def hear(sender, run, decision, **act):
        heard.append((run.pk, decision))

    signals.run_decided.connect(hear)
    yield heard
    signals.run_decided.disconnect(hear)


def answers(**fields):
    at = clock.now()
    values = {"venue": venue(), "capacity": 20, "enrolment_opens_at": at, "enrolment_closes_at": at + 10 * DAY}
    return values | fields


def fields_of(refusal):
    return [gap.field for gap in refusal.value.gaps]


# --- Making and changing ------------------------------------------------------------------------------------


def test_a_new_group_is_a_draft_with_the_next_letter_and_code(officer):
    subject = course(code="COUT1")

    made = [runs.create(subject, by=officer, **answers()) for _ in range(3)]

    assert [each.code for each in made] == ["COUT1-A1", "COUT1-B1", "COUT1-C1"]
    assert {each.decision for each in made} == {"draft"}
    assert made[0].starts_on == made[0].ends_on == today() + 10 * DAY
    assert AuditEntry.objects.filter(action="create group", count=0).count() == 3


def test_the_letter_of_a_group_that_is_over_is_free_again_under_a_new_code(officer):
    subject = course(code="COUT1")
    first = runs.create(subject, by=officer, **answers())
    CourseRun.objects.update(starts_on=today() - 9 * DAY, ends_on=today() - DAY)

    second = runs.create(subject, by=officer, **answers())

    assert (first.code, second.code, second.label) == ("COUT1-A1", "COUT1-A2", "A")


def test_a_long_code_leaves_room_for_letter_and_number(officer):
    subject = course(code="A-VERY-LONG-CODE-020")

    made = [runs.create(subject, by=officer, label="A", **answers()) for _ in range(2)]

    assert [each.code for each in made] == ["A-VERY-LONG-CODE--A1", "A-VERY-LONG-CODE--A2"]


def test_a_model_has_no_groups(officer):
    with pytest.raises(RunRefused, match="A model has no groups"):
        runs.create(course(kind=Course.Kind.TEMPLATE), by=officer, **answers())


@pytest.mark.parametrize(
    ("fields", "blamed"),
    [
        ({"desk_seats": 21}, ["desk_seats"]),
        ({"enrolment_closes_at": datetime(2020, 1, 1, tzinfo=clock.CASABLANCA)}, ["enrolment_closes_at"]),
        ({"room": {"capacity": 19}}, ["capacity"]),
        ({"room": {"capacity": 20}}, []),
        ({"room": {"capacity": 19, "venue": None}, "desk_seats": 30}, ["capacity", "desk_seats", "room"]),
    ],
)
def test_what_does_not_fit_is_said_field_by_field(officer, fields, blamed):
    asked = answers(**fields)
    if "room" in fields:
        asked["room"] = room(**{"venue": asked["venue"]} | fields["room"])
    if not blamed:
        assert runs.create(course(), by=officer, **asked).pk
        return
    with pytest.raises(RunRefused) as refusal:
        runs.create(course(), by=officer, **asked)
    assert fields_of(refusal) == blamed


def test_a_group_cannot_have_fewer_places_of_the_desk_than_are_taken_there(officer):
    group = run(seats_taken=8, desk_seats=4, desk_taken=3)

    with pytest.raises(RunRefused, match="3 places kept for the desk are taken") as refusal:
        runs.change(group, by=officer, capacity=7, desk_seats=2)
    assert fields_of(refusal) == ["desk_seats"]

    changed = runs.change(group, by=officer, capacity=8, desk_seats=3)
    assert (changed.capacity, changed.desk_seats) == (8, 3)


def test_more_places_need_rooms_that_hold_them(officer):
    group = run(capacity=20)
    scheduling.assign(group.meetings.all(), room=room(venue=group.venue, capacity=25), by=officer)

    with pytest.raises(RunRefused, match="too small for the group: 25 for 26"):
        runs.change(group, by=officer, capacity=26)
    assert runs.change(group, by=officer, capacity=25).capacity == 25


def test_the_same_values_again_leave_no_trace(officer):
    group = run()
    for _ in range(2):
        runs.change(group, by=officer, capacity=25, women_only=True, trainers=[officer])

    assert list(AuditEntry.objects.filter(action="change group").values_list("detail", flat=True)) == [
        {"fields": ["capacity", "women_only", "trainers"]}
    ]
    assert list(group.trainers.all()) == [officer]


def test_another_place_takes_the_meetings_to_come_along(officer, told):
    group = run(meetings=2)
    old, new = room(venue=group.venue), venue()
    scheduling.assign(group.meetings.all(), room=old, by=officer)
    held = meeting(group, date=today() - DAY, state="held", held_minutes=90, room=old)

    moved = runs.change(group, by=officer, venue=new)

    assert (moved.venue, moved.room) == (new, None)
    assert list(group.meetings.values_list("room", flat=True)) == [old.pk, None, None]
    assert [change.kind for change in told[-1]["changes"]] == ["place", "place"]
    held.refresh_from_db()
    assert held.revision == 0


def test_another_room_replaces_the_old_one_only(officer):
    group = run(meetings=2)
    old, other, new = (room(venue=group.venue) for _ in range(3))
    group = runs.change(group, by=officer, room=old)
    scheduling.assign([group.meetings.last()], room=other, by=officer)

    runs.change(group, by=officer, room=new)

    assert list(group.meetings.values_list("room", flat=True)) == [new.pk, other.pk]


def test_another_room_that_is_taken_changes_nothing(officer):
    group = run()
    hall = room(venue=group.venue)
    meeting(run(meetings=0, venue=group.venue), date=group.starts_on, room=hall)

    with pytest.raises(TimetableRefused, match="is taken"):
        runs.change(group, by=officer, room=hall, capacity=12)

    group.refresh_from_db()
    assert (group.room, group.capacity) == (None, 30)


# --- Decisions ----------------------------------------------------------------------------------------------


def test_what_an_announcement_lacks_is_listed(officer):
    at = clock.now()
    window = {"enrolment_opens_at": at - 2 * DAY, "enrolment_closes_at": at - DAY}
    group = run(course=course(state=Course.State.DRAFT), meetings=0, capacity=0, decision=Decision.DRAFT, **window)
    meeting(group, date=today() + DAY, state="cancelled")

    with pytest.raises(RunRefused) as refusal:
        runs.announce(group, by=officer)

    assert fields_of(refusal) == ["course", "meetings", "enrolment_closes_at", "capacity"]


def test_an_announced_group_is_found(officer, decided):
    group = run(decision=Decision.DRAFT)

    for _ in range(2):
        assert runs.announce(group, by=officer).decision == "planned"

    assert CatalogueEntry.objects.filter(run=group).exists()
    assert AuditEntry.objects.filter(action="announce group").count() == 1
    assert decided == []


def test_cancelling_frees_rooms_and_is_told_once(officer, decided):
    group = run(meetings=2)
    hall = room(venue=group.venue)
    scheduling.assign(group.meetings.all(), room=hall, by=officer)
    held = meeting(group, date=today() - DAY, state="held", held_minutes=90)

    for _ in range(2):
        assert runs.cancel(group, by=officer, reason="Formatrice absente").decision == "cancelled"

    coming = group.meetings.exclude(pk=held.pk)
    assert set(coming.values_list("state", "reason", "revision")) == {("cancelled", "Formatrice absente", 2)}
    other = meeting(run(meetings=0, venue=group.venue), date=group.starts_on)
    assert scheduling.assign([other], room=hall, by=officer)
    assert decided == [(group.pk, "cancelled")]
    assert AuditEntry.objects.get(action="cancel group").reason == "Formatrice absente"
    assert not CatalogueEntry.objects.filter(run=group).exists()
    with pytest.raises(RunRefused, match="is cancelled"):
        runs.announce(group, by=officer)


def test_a_group_that_is_over_is_neither_cancelled_nor_postponed(officer):
    group = run(meetings=0, starts_on=today() - 90 * DAY)

    with pytest.raises(RunRefused, match="over"):
        runs.cancel(group, by=officer, reason="")
    with pytest.raises(RunRefused, match="over"):
        runs.postpone(group, by=officer, reason="")


def test_a_postponed_group_is_announced_again_with_new_meetings(officer, decided):
    group = run(meetings=2)
    for _ in range(2):
        assert runs.postpone(group, by=officer, reason="Travaux").decision == "postponed"

    assert set(group.meetings.values_list("state", "revision")) == {("cancelled", 1)}
    with pytest.raises(RunRefused, match="Plan at least one meeting"):
        runs.announce(group, by=officer)
    first = today() + 60 * DAY
    rule = scheduling.Rule((first.isoweekday(),), time(9), time(10), first, 2)
    scheduling.plan(group, rule, by=officer)
    again = runs.announce(group, by=officer)

    assert (again.decision, again.starts_on) == ("planned", first)
    assert set(group.meetings.taking_place().values_list("state", "revision")) == {("planned", 1)}
    assert decided == [(group.pk, "postponed"), (group.pk, "planned")]


def test_a_draft_is_not_postponed(officer):
    with pytest.raises(RunRefused, match="announced"):
        runs.postpone(run(decision=Decision.DRAFT), by=officer, reason="")


# --- Copies -------------------------------------------------------------------------------------------------


def test_a_copy_has_the_same_meetings_on_new_days_and_nobody_in_it(officer):
    trainer = member(Membership.Role.TRAINER)
    group = run(meetings=3, trainer=trainer, seats_taken=9, waiting_count=2, women_only=True, capacity=9)
    hall = room(venue=group.venue)
    scheduling.assign(group.meetings.all(), room=hall, trainer=trainer, by=officer)
    last = group.meetings.last()
    scheduling.move(last, date=last.date + 2 * DAY, by=officer, revision=1)

    copy = runs.duplicate(group, first_day=group.starts_on + 10 * WEEK - 2 * DAY, by=officer)

    copy.refresh_from_db()
    assert list(copy.meetings.values_list("date", "starts_at", "room", "trainer", "state", "moved_from")) == [
        (group.starts_on + (10 + week) * WEEK, time(10, 30), hall.pk, trainer.pk, "planned", None) for week in range(3)
    ]
    assert (copy.decision, copy.women_only, copy.capacity, copy.seats_taken, copy.waiting_count) == (
        "draft",
        True,
        9,
        0,
        0,
    )
    assert copy.starts_on == group.starts_on + 10 * WEEK
    assert copy.enrolment_closes_at - group.enrolment_closes_at == 10 * WEEK
    assert list(copy.trainers.all()) == [trainer]
    assert copy.code != group.code


def test_the_days_off_of_the_old_weeks_leave_no_hole_in_the_new_ones(officer):
    group = run(meetings=0)
    first = group.starts_on
    Holiday.objects.create(date=first + WEEK, name_fr="Fête")
    rule = scheduling.Rule((first.isoweekday(),), time(9), time(10), first, 3)
    scheduling.plan(group, rule, by=officer)
    Holiday.objects.create(date=first + 11 * WEEK, name_fr="Autre fête")
    Holiday.objects.create(date=first + 12 * WEEK, name_fr="Autre fête")

    copy = runs.duplicate(group, first_day=first + 10 * WEEK, by=officer)

    assert [(each.date - first, each.state, each.reason) for each in copy.meetings.all()] == [
        (10 * WEEK, "planned", ""),
        (11 * WEEK, "skipped", "Autre fête"),
        (12 * WEEK, "skipped", "Autre fête"),
        (13 * WEEK, "planned", ""),
        (14 * WEEK, "planned", ""),
    ]


def test_every_second_week_stays_every_second_week(officer):
    group = run(meetings=0)
    first = group.starts_on
    for week in (0, 2):
        meeting(group, date=first + week * WEEK)
    Holiday.objects.create(date=first + 12 * WEEK, name_fr="Fête")

    copy = runs.duplicate(group, first_day=first + 10 * WEEK, by=officer)

    planned = copy.meetings.taking_place().values_list("date", flat=True)
    assert list(planned) == [first + 10 * WEEK, first + 14 * WEEK]


def test_a_copy_into_a_taken_room_is_refused_unless_it_takes_another(officer):
    group = run(meetings=1)
    hall = room(venue=group.venue)
    scheduling.assign(group.meetings.all(), room=hall, by=officer)
    meeting(run(meetings=0, venue=group.venue), date=group.starts_on + WEEK, room=hall)

    with pytest.raises(TimetableRefused, match="is taken"):
        runs.duplicate(group, first_day=group.starts_on + WEEK, by=officer)
    assert group.course.runs.count() == 1

    copy = runs.duplicate(group, first_day=group.starts_on + WEEK, by=officer, room=None)
    assert copy.meetings.get().room is None


def test_a_group_without_meetings_is_copied_too(officer):
    copy = runs.duplicate(run(meetings=0), first_day=today() + 50 * DAY, by=officer)

    assert not copy.meetings.exists()


def test_enrolment_opens_at_the_same_hour_on_both_sides_of_the_change_of_law():
    opens = datetime.combine(date(2026, 9, 1), time(9), tzinfo=clock.CASABLANCA)

    later = copying.later(opens, 30 * DAY)

    assert (later.astimezone(clock.CASABLANCA).time(), later.utcoffset()) == (time(9), timedelta(0))
