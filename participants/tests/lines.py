"""Groups with a line, and the places in it as the service leaves them."""

from datetime import timedelta

from learningcity import clock
from programmes.tests.factories import run

from ..models import Enrolment
from ..services import queue
from .factories import enrolment, participant


def month_ahead(**fields):
    """A group of one place that starts in a month: there is time to answer an offer."""
    now = clock.now()
    days = {
        "starts_on": clock.local_day(now) + timedelta(days=30),
        "ends_on": clock.local_day(now) + timedelta(days=90),
    }
    days["enrolment_closes_at"] = now + timedelta(days=25)
    return run(**{"capacity": 1} | days | fields)


def places_in(group, number):
    """The first has the seat, the others wait."""
    return [enrolment(group, participant(given_name=f"Nom {place}", phone="")) for place in range(number)]


def offered(group=None, *, behind=1):
    """An offer that the first one's leaving made, with so many waiting behind."""
    first, second, *_behind = places_in(group or month_ahead(), 2 + behind)
    queue.leave(first, by=None)
    return Enrolment.objects.get(pk=second.pk)


def let_pass(place):
    Enrolment.objects.filter(pk=place.pk).update(answer_by=clock.now() - timedelta(seconds=1))


def expired(group=None):
    place = offered(group)
    let_pass(place)
    queue.sweep()
    place.refresh_from_db()
    return place
