"""Who goes first where the places of a group are drawn: the first class of the group that a person is in."""

from programmes.models import CourseRun

from ..models import Enrolment

Priority = CourseRun.Priority


def class_of(person, run):
    """0 for the first class, and after the last one the class of everyone else. Read once, when she joins."""
    classes = enumerate(run.priorities)
    return next((place for place, code in classes if BELONGS[code](person, run)), len(run.priorities))


def lives_there(person, run):
    return person.district_id is not None and person.district_id == run.venue.district_id


def comes_first_time(person, run):
    return not Enrolment.objects.on_roster().filter(participant=person).exists()


BELONGS = {Priority.DISTRICT: lives_there, Priority.FIRST_TIME: comes_first_time}
