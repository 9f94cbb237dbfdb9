from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils.translation import gettext as _

from learningcity import clock
from learningcity.models import AuditEntry
from learningcity.tests.factories import user
from programmes.models import CourseRun, Meeting, Membership
from programmes.tests.factories import meeting as new_meeting
from programmes.tests.factories import run, today

from ..models import Attendance, Enrolment
from ..models.attendance import Mark
from ..services import attendance
from ..services.attendance import RollCall
from .factories import enrolment, participant

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
Role = Membership.Role


@pytest.fixture
def group():
    """A group of three people, confirmed ten days ago, that meets today and met a week ago."""
    made = run(meetings=0, capacity=3)
    for name in ("Amal", "Badr", "Chama"):
        enrolment(made, participant(given_name=name, phone=""))
    Enrolment.objects.update(confirmed_on=today() - 10 * DAY)
    new_meeting(made, date=today() - 7 * DAY)
    new_meeting(made, date=today())
    return made


@pytest.fixture
def meeting(group):
    return group.meetings.get(date=today())


@pytest.fixture
def people(group):
    return list(Enrolment.objects.filter(run=group).order_by("sequence"))


def marks(of):
    return dict(Attendance.objects.filter(meeting=of).values_list("enrolment", "mark"))


# --- Marks --------------------------------------------------------------------------------------------------


def test_marks_are_written_and_the_meeting_is_held(meeting, people):
    amal, badr, _chama = people
    trainer = user()

    total = attendance.mark(meeting, {amal.pk: Mark.PRESENT, badr.pk: Mark.ABSENT}, by=trainer)

    assert total == RollCall(present=1, late=0, absent=1, excused=0, unmarked=1)
    rows = Attendance.objects.order_by("enrolment").values_list("enrolment", "mark", "minutes", "day", "entered_by")
    assert list(rows) == [
        (amal.pk, Mark.PRESENT, 90, today(), trainer.pk),
        (badr.pk, Mark.ABSENT, 0, today(), trainer.pk),
    ]
    meeting.refresh_from_db()
    assert (meeting.state, meeting.held_minutes) == (Meeting.State.HELD, 90)


def test_everyone_else_is_present_fills_only_the_unmarked(meeting, people):
    amal, badr, chama = people
    attendance.mark(meeting, {amal.pk: Mark.LATE, badr.pk: Mark.EXCUSED}, by=user())

    total = attendance.mark(meeting, {}, by=user(), rest_present=True)

    assert marks(meeting) == {amal.pk: Mark.LATE, badr.pk: Mark.EXCUSED, chama.pk: Mark.PRESENT}
    assert total == RollCall(present=1, late=1, absent=0, excused=1, unmarked=0)


def test_sending_twice_changes_nothing(meeting, people):
    sent = {people[0].pk: Mark.ABSENT}
    attendance.mark(meeting, sent, by=user(), rest_present=True)
    before = list(Attendance.objects.order_by("pk").values()), list(AuditEntry.objects.order_by("pk").values())

    attendance.mark(meeting, sent, by=user(), rest_present=True)

    after = list(Attendance.objects.order_by("pk").values()), list(AuditEntry.objects.order_by("pk").values())
    assert after == before


def test_last_mark_stands_and_both_are_in_the_journal(meeting, people):
    amal = people[0]
    first, second = user(), user()
    attendance.mark(meeting, {amal.pk: Mark.ABSENT}, by=first)
    attendance.mark(meeting, {amal.pk: Mark.LATE}, by=second)

    assert marks(meeting) == {amal.pk: Mark.LATE}
    journal = AuditEntry.objects.order_by("pk").values_list("by", "action", "subject", "count", "detail")
    subject = f"programmes.meeting:{meeting.pk}"
    assert list(journal) == [
        (first.pk, "mark attendance", subject, 1, {str(amal.pk): [None, 3]}),
        (second.pk, "mark attendance", subject, 1, {str(amal.pk): [3, 2]}),
    ]


def test_journal_is_never_changed(meeting, people):
    attendance.mark(meeting, {people[0].pk: Mark.ABSENT}, by=user())

    for deed in (lambda: AuditEntry.objects.update(count=0), AuditEntry.objects.all().delete):
        with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
            deed()


def test_people_of_other_groups_are_ignored(meeting):
    stranger = enrolment(run(), participant(given_name="Autre"))
    Enrolment.objects.filter(pk=stranger.pk).update(confirmed_on=today() - DAY)

    attendance.mark(meeting, {stranger.pk: Mark.PRESENT, 10**12: Mark.PRESENT}, by=user())

    assert marks(meeting) == {}
    assert not AuditEntry.objects.exists()
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.PLANNED


def test_first_meeting_attended_is_the_day_of_starting(group, meeting, people):
    amal, badr, _chama = people
    earlier = group.meetings.get(date=today() - 7 * DAY)
    attendance.mark(meeting, {amal.pk: Mark.PRESENT, badr.pk: Mark.ABSENT}, by=user())
    attendance.mark(earlier, {amal.pk: Mark.LATE}, by=user())

    started = dict(Enrolment.objects.values_list("pk", "started_on"))
    assert (started[amal.pk], started[badr.pk]) == (today() - 7 * DAY, None)


def test_unmarked_is_not_absent(meeting, people):
    total = attendance.count({}, [each.pk for each in people])

    assert total == RollCall(present=0, late=0, absent=0, excused=0, unmarked=3)


@pytest.mark.parametrize(("mark", "minutes"), [(Mark.PRESENT, 0), (Mark.LATE, 0), (Mark.ABSENT, 1), (Mark.EXCUSED, 90)])
def test_database_refuses_minutes_that_belie_the_mark(meeting, people, mark, minutes):
    row = Attendance(enrolment=people[0], meeting=meeting, day=today(), mark=mark, minutes=minutes)
    row.entered_at = clock.now()

    with pytest.raises(IntegrityError, match="minutes_match_the_mark"):
        row.save()


# --- Who is expected ----------------------------------------------------------------------------------------


def test_only_people_enrolled_on_the_day_are_expected(group, meeting, people):
    amal, badr, chama = people
    Enrolment.objects.filter(pk=amal.pk).update(confirmed_on=today() + DAY)
    Enrolment.objects.filter(pk=badr.pk).update(state="dropped_out", exited_on=today() - DAY)
    CourseRun.objects.update(capacity=3)
    enrolment(group, participant(given_name="Dounia", phone=""))  # waits

    assert list(attendance.expected(meeting)) == [chama]


def test_people_who_left_on_the_day_are_still_expected(meeting, people):
    Enrolment.objects.filter(pk=people[0].pk).update(state="dropped_out", exited_on=today())

    assert list(attendance.expected(meeting)) == people


# --- When it may be marked ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "days", "open_"),
    [
        (Role.TRAINER, -1, False),
        (Role.TRAINER, 0, True),
        (Role.TRAINER, 3, True),
        (Role.TRAINER, 4, False),
        (Role.MANAGER, 4, True),
        (Role.MANAGER, 30, True),
        (Role.MANAGER, 31, False),
        (Role.PROGRAMME_OFFICER, 31, True),
        (Role.PROGRAMME_OFFICER, 4000, True),
        (Role.PROGRAMME_OFFICER, -1, False),
        (Role.DISTRICT_OFFICER, 0, False),
        (None, 0, False),
    ],
)
def test_each_role_has_its_window(meeting, role, days, open_):
    reason = attendance.marking_refusal(meeting, {role} - {None}, clock.now() + days * DAY)

    assert (reason is None) == open_


def test_widest_role_counts(meeting):
    roles = {Role.TRAINER, Role.PROGRAMME_OFFICER}

    assert attendance.marking_refusal(meeting, roles, clock.now() + 100 * DAY) is None


def test_cancelled_meeting_is_never_marked(meeting):
    meeting.state = Meeting.State.CANCELLED

    reason = attendance.marking_refusal(meeting, {Role.PROGRAMME_OFFICER}, clock.now())

    assert reason == _("This meeting was cancelled.")


def test_what_is_cancelled_while_someone_marks_is_not_marked(meeting):
    amal = meeting.run.enrolments.first()
    Meeting.objects.filter(pk=meeting.pk).update(state=Meeting.State.CANCELLED)  # since the page was read

    with pytest.raises(attendance.RegisterClosed) as refused:
        attendance.mark(meeting, {amal.pk: Mark.PRESENT}, by=user(), roles={Role.TRAINER})

    assert refused.value.sentence == _("This meeting was cancelled.")
    assert not Attendance.objects.exists()
    assert Meeting.objects.get(pk=meeting.pk).state == Meeting.State.CANCELLED
