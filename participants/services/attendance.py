"""Roll-call: marks per person and meeting. The last mark stands; every change is in the journal."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from learningcity import clock
from learningcity.services import audit
from programmes.models import Meeting, Membership

from ..models import Attendance, Enrolment
from ..models.attendance import HERE, Mark
from ..models.enrolments import ON_ROSTER

TRAINER_WINDOW = timedelta(hours=72)
MANAGER_WINDOW = timedelta(days=30)


@dataclass(frozen=True)
class RollCall:
    """How many people have which mark; unmarked people have none."""

    present: int
    late: int
    absent: int
    excused: int
    unmarked: int


def expected(meeting):
    """The people on the roster of a meeting: enrolled by its day and not gone before it."""
    gone = Q(exited_on__lt=meeting.date)
    return (
        Enrolment.objects.filter(run=meeting.run_id, state__in=ON_ROSTER, confirmed_on__lte=meeting.date)
        .exclude(gone)
        .select_related("participant")
        .order_by("sequence")
    )


def marking_refusal(meeting, roles, at):
    """Why this meeting can't be marked now, or None. `roles` are the roles the user has over the run."""
    if clock.local_day(at) < meeting.date:
        return _("This meeting has not taken place yet.")
    if not meeting.takes_place:
        return _("This meeting was cancelled.")
    age = clock.local_day(at) - meeting.date
    if Membership.Role.PROGRAMME_OFFICER in roles:
        return None
    if Membership.Role.MANAGER in roles and age <= MANAGER_WINDOW:
        return None
    if Membership.Role.TRAINER in roles and age <= TRAINER_WINDOW:
        return None
    return _("This register is closed. Ask the programme officer to change it.")


class RegisterClosed(Exception):
    """The meeting can't be marked now; the sentence says why."""

    def __init__(self, sentence):
        super().__init__(sentence)
        self.sentence = sentence


@transaction.atomic
def mark(meeting, marks, *, by, rest_present=False, roles=None):
    """Write marks {enrolment id: Mark} for one meeting and hold the meeting. Repeating it changes nothing. Raises
    RegisterClosed when who has `roles` may not; without them nobody asks.

    With `rest_present`, people without a mark become present and marks that exist stay. Ids of people who are not
    expected at this meeting are ignored. Returns the RollCall.
    """
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if roles is not None and (closed := marking_refusal(meeting, roles, clock.now())):
        raise RegisterClosed(closed)
    people = {enrolment.pk: enrolment for enrolment in expected(meeting)}
    old = dict(meeting.attendances.values_list("enrolment", "mark"))
    new = old | {pk: Mark(value) for pk, value in marks.items() if pk in people}
    if rest_present:
        new |= {pk: Mark.PRESENT for pk in people if pk not in new}
    changes = {pk: value for pk, value in new.items() if old.get(pk) != value}
    if changes:
        hold(meeting)
        write(meeting, changes, by=by)
        detail = {str(pk): [old.get(pk), int(value)] for pk, value in changes.items()}
        audit.note("mark attendance", meeting, by=by, count=len(changes), detail=detail)
    return count(new, people)


def hold(meeting):
    if meeting.state != Meeting.State.HELD:
        meeting.state, meeting.held_minutes = Meeting.State.HELD, meeting.planned_minutes
        meeting.save(update_fields=["state", "held_minutes"])


def write(meeting, changes, *, by):
    at = clock.now()
    rows = [
        Attendance(
            enrolment_id=pk,
            meeting=meeting,
            day=meeting.date,
            mark=value,
            minutes=meeting.held_minutes if value in HERE else 0,
            entered_at=at,
            entered_by=by,
        )
        for pk, value in changes.items()
    ]
    Attendance.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["enrolment", "meeting"],
        update_fields=["mark", "minutes", "entered_at", "entered_by"],
    )
    here = [pk for pk, value in changes.items() if value in HERE]
    started_later = Q(started_on=None) | Q(started_on__gt=meeting.date)
    Enrolment.objects.filter(started_later, pk__in=here).update(started_on=meeting.date)


def count(marks, people):
    values = [marks.get(pk) for pk in people]
    return RollCall(
        present=values.count(Mark.PRESENT),
        late=values.count(Mark.LATE),
        absent=values.count(Mark.ABSENT),
        excused=values.count(Mark.EXCUSED),
        unmarked=values.count(None),
    )
