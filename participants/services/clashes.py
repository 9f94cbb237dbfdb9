"""Two groups whose meetings are at the same hours: what a person has already, beside what she asks for."""

from typing import NamedTuple

from programmes.models import Meeting

from ..models import Enrolment
from ..models.enrolments import State

HELD = (State.REQUESTED, State.ENROLLED, State.OFFERED)
MOST_SHARED = 0.5  # of the meetings: with more, one cannot follow both


class Clash(NamedTuple):
    place: Enrolment
    meetings: list  # of the group that is asked for, in order of date
    may_keep_both: bool


def of(records, run):
    """The places that someone with these records has already in groups that meet when `run` meets: [Clash]. One that
    ends when the other starts does not clash."""
    if not records:
        return []
    held = Enrolment.objects.filter(participant__in=records, state__in=HELD).exclude(run=run)
    places = held.filter(run__starts_on__lte=run.ends_on, run__ends_on__gte=run.starts_on).order_by("pk")
    places = list(places.select_related("run__course", "run__venue").prefetch_related("run__meetings"))
    own = list(run.meetings.taking_place()) if places else []
    return [clash for place in places if (clash := between(place, own)).meetings]


def between(place, own):
    theirs = [each for each in place.run.meetings.all() if each.takes_place]
    shared = [each for each in own if any(overlap(each, other) for other in theirs)]
    return Clash(place, shared, len(shared) <= MOST_SHARED * len(own))


def overlap(one: Meeting, other: Meeting):
    return one.date == other.date and one.starts_at < other.ends_at and other.starts_at < one.ends_at
