"""From one group of a course to another. The place here ends in the moment in which there is one there."""

from django.db import transaction
from django.utils.translation import gettext as _

from learningcity import clock
from programmes.models import CourseRun

from ..models import Enrolment
from ..models.enrolments import State
from . import announcements, clashes, places, queue
from .enrolment import join
from .refusals import EnrolmentRefused, Refusal, refusal

MAY_MOVE = (State.REQUESTED, State.ENROLLED, State.OFFERED, State.WAITING)


@transaction.atomic
def transfer(enrolment, run, *, by, reason):
    """Her place in `run`: a seat for a seat; who waits may also join the end of the line there. Asked twice it gives
    the same place. Raises EnrolmentRefused as `carry` does."""
    here, there = lock_both(enrolment.run_id, run.pk, *groups_left(enrolment.replaces))
    enrolment = here.enrolments.select_for_update(of=("self",)).select_related("participant").get(pk=enrolment.pk)
    at = clock.now()
    moved = carry(enrolment, here, there, at=at, by=by, reason=reason, may_wait=enrolment.state == State.WAITING)
    queue.move_up(here, at=at, by=by)
    queue.move_up(there, at=at, by=by)
    return moved


def carry(enrolment, here, there, *, at, by, reason, may_wait):
    """The place alone, without the lines of the two groups, which the caller holds.

    Raises EnrolmentRefused: `other_course`, `over`, `drawn`, `there_already`, `full_now`, or why nobody could enrol.
    """
    enrolment.run = here
    known = there.enrolments.live().filter(participant=enrolment.participant_id).first()
    if known and enrolment.state == State.TRANSFERRED:
        return known
    if unfit := unfit_move(enrolment, there, known):
        raise EnrolmentRefused(unfit)
    said = {name: getattr(enrolment, name) for name in ("source", "needs", "declared", "opens_person")}
    why = f"from {here.code}"
    moved = join(enrolment.participant, there, at=at, by=by, may_wait=may_wait, why=why, **said)
    places.move(here, enrolment, State.TRANSFERRED, by=by, at=at, why=reason)
    places.save(here)
    announcements.take_back(enrolment)
    announcements.announce_transfer(moved)
    hand_on(enrolment, moved, by=by)
    return moved


def hand_on(enrolment, moved, *, by):
    """Places that were to end for this one end for the new one, and what ends this one ends that one, where they are at
    the same hours too."""
    records = enrolment.participant.records()
    if enrolment.replaces:
        shared = [clash.place for clash in clashes.of(records, moved.run) if clash.place.pk in enrolment.replaces]
        queue.settle(moved, shared, by=by)
    for other in Enrolment.objects.live().filter(participant__in=records, replaces__contains=[enrolment.pk]):
        shared = [clash.place.pk for clash in clashes.of(records, other.run)]
        known = {*other.replaces, moved.pk} - {enrolment.pk}
        other.replaces = sorted(known.intersection(shared))
        other.save(update_fields=["replaces"])


def groups_left(replaces):
    """Groups of the places that a seat ends: they are held too."""
    return Enrolment.objects.live().filter(pk__in=replaces).values_list("run", flat=True)


def lock_both(here, there, *also):
    """Also when both are the same group."""
    locked = CourseRun.objects.select_related("course", "venue").lock_all({here, there, *also})
    return locked[here], locked[there]


def unfit_move(enrolment, run, known):
    if enrolment.state not in MAY_MOVE:
        return Refusal("over", _("This place is over: nothing can be moved."))
    if run.course_id != enrolment.run.course_id:
        return Refusal("other_course", _("This is a group of another course."))
    if run.allocation != run.Allocation.FIRST_COME:
        return Refusal("drawn", _("Places of this group are drawn by lot: nobody is moved there."))
    if known:
        return Refusal("there_already", _("This person already has a place in this group."))
    return None


def open_groups(enrolment, at):
    """The other groups of her course in which she could have a place now."""
    groups = CourseRun.objects.on_offer(at).filter(course=enrolment.run.course_id).exclude(pk=enrolment.run_id)
    groups = groups.filter(allocation=CourseRun.Allocation.FIRST_COME)
    may_wait = enrolment.state == State.WAITING
    groups = groups.for_reading().order_by("starts_on", "pk")
    return [run for run in groups if may_come(enrolment, run, at) and (may_wait or run.places_left > 0)]


def may_come(enrolment, run, at):
    return refusal(enrolment.participant, run, at, declared=enrolment.declared) is None
