"""Valid records of the offer, each a plain function with sensible defaults; what is not given is made."""

from datetime import date, time, timedelta
from itertools import count

from learningcity import clock
from learningcity.tests.factories import district, user

from .. import facets
from ..models import (
    Axis,
    Commitment,
    Convention,
    Course,
    CourseRun,
    Meeting,
    Membership,
    Organisation,
    Programme,
    Room,
    Venue,
)
from ..services.indexing import index_runs

numbers = count(1)


def today():
    return clock.local_day(clock.now())


def organisation(**fields):
    number = next(numbers)
    values = {"code": f"org-{number}", "name_fr": f"Association {number}", "sector": Organisation.Sector.ASSOCIATION}
    return Organisation.objects.create(**values | fields)


def programme(**fields):
    values = {"code": f"programme-{next(numbers)}", "name_fr": "Programme", "family": Programme.Family.NONFORMAL}
    values["organisation"] = fields.pop("organisation", None) or organisation()
    return Programme.objects.create(**values | fields)


def course(**fields):
    """A published course, free, for all ages."""
    number = next(numbers)
    values = {
        "code": f"C{number}",
        "slug": f"cours-{number}",
        "theme": "digital",
        "title_fr": f"Utiliser son téléphone {number}",
        "title_ar": f"استعمال الهاتف {number}",
        "title_en": f"Using your phone {number}",
        "summary_fr": "Les premiers pas.",
        "outcomes_fr": "Téléphoner\nÉcrire un message",
        "hours": 20,
        "state": Course.State.PUBLISHED,
        "published_at": clock.now(),
    }
    values["organisation"] = fields.pop("organisation", None) or organisation()
    values["programme"] = fields.pop("programme", None) or programme(organisation=values["organisation"])
    return Course.objects.create(**values | fields)


def venue(**fields):
    number = next(numbers)
    values = {"code": f"V{number}", "slug": f"lieu-{number}", "kind": "library"}
    values |= {"name_fr": f"Bibliothèque {number}", "name_ar": f"مكتبة {number}", "name_en": f"Library {number}"}
    if "district" not in fields:
        values["district"] = district()
    return Venue.objects.create(**values | fields)


def room(**fields):
    number = next(numbers)
    values = {"name_fr": f"Salle {number}", "name_ar": f"القاعة {number}", "name_en": f"Room {number}", "capacity": 40}
    values["venue"] = fields.pop("venue", None) or venue()
    return Room.objects.create(**values | fields)


def run(*, meetings=1, trainer=None, **fields):
    """A group with 30 places that is open now, starts in two weeks and meets every week for an hour and a half."""
    number, at = next(numbers), clock.now()
    values = {"code": f"G{number}", "label": "A", "decision": CourseRun.Decision.PLANNED, "capacity": 30}
    values |= {"enrolment_opens_at": at - timedelta(days=1), "enrolment_closes_at": at + timedelta(days=10)}
    values["starts_on"] = fields.get("starts_on") or today() + timedelta(days=14)
    values["ends_on"] = values["starts_on"] + timedelta(days=60)
    values["course"] = fields.pop("course", None) or course()
    values["venue"] = fields.pop("venue", None) or venue()
    made = CourseRun.objects.create(**values | fields)
    for week in range(meetings):
        meeting(made, date=made.starts_on + timedelta(weeks=week))
    if trainer:
        made.trainers.add(trainer)
    return made


def facets_of(run):
    sittings = {(meeting.date.isoweekday(), meeting.starts_at) for meeting in run.meetings.all() if meeting.takes_place}
    return facets.bits_of(run, sittings)


def offered(**fields):
    """A group that the search knows."""
    made = run(**fields)
    index_runs([made])
    return made


def meeting(of, *, date: date, **fields):
    values = {"starts_at": time(10, 30), "ends_at": time(12)}
    return Meeting.objects.create(run=of, date=date, **values | fields)


def member(role, name=None, **fields):
    """A user who has this role since last year; trainers and managers get an organisation when none is given."""
    someone = user(name)
    if role in (Membership.Role.TRAINER, Membership.Role.MANAGER) and "organisation" not in fields:
        fields["organisation"] = organisation()
    Membership.objects.create(user=someone, role=role, since=today() - timedelta(days=365), **fields)
    return someone


def convention(*, axes=1, **fields):
    """An agreement of three million dirhams that runs for four years since last year."""
    number = next(numbers)
    values = {"code": f"K{number}", "name_fr": f"Convention {number}", "amount": 3_000_000}
    values["signed_on"] = values["starts_on"] = today() - timedelta(days=365)
    values["ends_on"] = values["starts_on"] + timedelta(days=4 * 365)
    made = Convention.objects.create(**values | fields)
    for place in range(1, axes + 1):
        Axis.objects.create(convention=made, number=place, name_fr=f"Axe {place}")
    return made


def commitment(axis, **fields):
    """50 of an indicator within a year, agreed on with the convention."""
    values = {"indicator": "OUT-03", "target": 50, "due_on": today() + timedelta(days=365), "note_fr": "De retour"}
    return Commitment.objects.create(axis=axis, agreed_on=axis.convention.signed_on, **values | fields)
