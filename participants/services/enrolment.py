"""Who gets a place: one transaction for the seat and all that follows."""

from django.db import transaction

from learningcity import clock
from programmes.models import CourseRun

from ..models import Enrolment, Participant
from ..models.enrolments import State
from . import announcements, families, ledger, people, queue
from .priorities import class_of
from .refusals import EnrolmentRefused, full_now, has_kept_place, refusal


@transaction.atomic
def enrol(participant: Participant, run: CourseRun, *, by, source, may_wait=True, **said):
    """Give the participant a seat, or a place in line when the run is full. Asking twice gives the same enrolment.

    `by` is the user who acts, None for a resident. `said`: see `begin`, `join`. Raises EnrolmentRefused, with the
    code `full_now` when every place is taken and the person did not say she would wait.
    """
    run = CourseRun.objects.select_related("course", "venue").lock(run.pk)
    participant = people.standing(participant)
    if enrolment := run.enrolments.live().filter(participant=participant).first():
        return enrolment
    return begin(participant, run, by=by, may_wait=may_wait, source=source, **said)


def begin(participant, run, *, by, may_wait, beside=None, **said):
    """As `enrol`, for someone who has no place in the group; who wants in together with `beside`, and waits as that
    place does, is of its party before the line moves. The caller holds the locks of both."""
    at = clock.now()
    enrolment = join(participant, run, at=at, by=by, may_wait=may_wait, **said)
    if beside:
        families.stand_together(beside, enrolment)
    announcements.announce(enrolment)
    if enrolment.state == State.WAITING:
        offered = queue.move_up(run, at=at, by=by)
        return next((each for each in offered if each == enrolment), enrolment)
    return enrolment


def join(participant, run, *, at, by, source, may_wait, needs=(), declared=(), opens_person=True, why=""):
    """A new place, of which nobody is told yet. The caller holds the lock of `run`. Raises EnrolmentRefused.

    Without `opens_person` its link opens this place and nothing else of the person: who made it only typed who she is.
    """
    if reason := refusal(participant, run, at, source=source, declared=declared):
        raise EnrolmentRefused(reason)
    said = {"needs": list(needs), "declared": list(declared), "opens_person": opens_person}
    enrolment = snapshot(participant, run, at=at, source=source, **said)
    give_place(enrolment, run, may_wait=may_wait)
    enrolment.sequence = run.joined_count = run.joined_count + 1
    ledger.project_dates(enrolment, clock.local_day(at))
    enrolment.save()
    ledger.record(run, enrolment, from_state=None, by=by, at=at, why=why)
    run.save(update_fields=["waiting_count", "joined_count", "ledger_number", "ledger_hash"])
    return enrolment


@transaction.atomic
def rejoin(enrolment, *, by):
    """After an offer that passed: a new place at the end of the line, or the one she has meanwhile. Whoever enrolled
    her, now she comes by her link: what is kept for the desk is not for her."""
    replaced = queue.hold_replaced(enrolment)
    queue.sweep_run(enrolment.run_id)  # her offer may have passed a moment ago
    said = {name: getattr(enrolment, name) for name in ("needs", "declared", "opens_person")}
    again = enrol(enrolment.participant, enrolment.run, by=by, source=Enrolment.Source.ONLINE, **said)
    queue.settle(again, replaced, by=by)
    return again


def give_place(enrolment, run, *, may_wait):
    """Decide the state. While someone is in line newcomers join the tail, also after a draw; the desk may use the
    places kept for it."""
    kept = has_kept_place(run, enrolment.source)
    if not kept and run.awaits_draw:
        enrolment.state, enrolment.priority = State.REQUESTED, class_of(enrolment.participant, run)
    elif (kept or not run.has_line) and run.take_seat(kept=kept):
        enrolment.state, enrolment.holds_desk_seat = State.ENROLLED, kept
    elif may_wait:
        enrolment.state = State.WAITING
        run.waiting_count += 1
    else:
        raise EnrolmentRefused(full_now())


def snapshot(participant, run, *, at, source, **said):
    """The person as she is today, copied onto the enrolment: what every later figure reads."""
    return Enrolment(
        run=run,
        participant=participant,
        joined_at=at,
        source=source,
        **said,
        sex=participant.sex,
        birth_year=participant.birth_year,
        district_id=participant.district_id,
        lives_outside=participant.lives_outside,
    )
