"""Who goes first where the places of a group are drawn: the first class of the group that a person is in."""

from programmes.models import CourseRun

from ..models import Enrolment
from ..models.enrolments import State

Priority = CourseRun.Priority


def class_of(person, run):
    """0 for the first class, and after the last one the class of everyone else. Read once, when she joins."""
    classes = enumerate(run.priorities)
    return next((place for place, code in classes if BELONGS[code](person, run)), len(run.priorities))


def class_anew(run):
    """The group has moved: those who ask for a place are classed as if they asked now. The caller holds its lock."""
    if Priority.DISTRICT in run.priorities and run.awaits_draw:
        asking = list(run.enrolments.filter(state=State.REQUESTED).select_related("participant"))
        for enrolment in asking:
            enrolment.priority = class_of(enrolment.participant, run)
        Enrolment.objects.bulk_update(asking, ["priority"])


def lives_there(person, run):
    return person.district_id is not None and person.district_id == run.venue.district_id


def comes_first_time(person, run):
    return not Enrolment.objects.on_roster().filter(participant=person).exists()


BELONGS = {Priority.DISTRICT: lives_there, Priority.FIRST_TIME: comes_first_time}
