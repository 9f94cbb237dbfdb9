"""Places of a group that the city calls off."""

from learningcity import clock

from ..models.enrolments import State
from . import announcements, places


def cancel_all(run, *, by, why):
    """Every live place of it, and its seats. The caller holds the lock of `run`."""
    at = clock.now()
    for enrolment in run.enrolments.live().select_for_update(of=("self",)).order_by("sequence"):
        places.move(run, enrolment, State.CANCELLED_BY_CITY, by=by, at=at, why=why)
        announcements.take_back(enrolment)
    places.save(run)
