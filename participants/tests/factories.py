"""Valid people and enrolments, each a plain function with sensible defaults; places are given by the service."""

from datetime import date

from learningcity.tests.factories import district
from programmes.tests.factories import run

from ..models import Enrolment, Participant
from ..services import drafts, people
from ..services.enrolment import enrol
from ..services.people import Person

TYPED = {
    "given_name": "Yasmine",
    "family_name": "El Idrissi",
    "birth_year": 1998,
    "birth_date": date(1998, 3, 27),
    "sex": "F",
    "lives_outside": False,
    "phone": "+212612345678",
    "channel": "sms",
    "language": "fr",
}


def participant(**fields):
    values = TYPED | {"district": None}
    if "birth_year" in fields:
        values["birth_date"] = None
    if "birth_date" in fields:
        values["birth_year"] = fields["birth_date"].year
    return Participant.objects.create(**values | fields)


def person(**fields):
    """What someone typed, not yet a record."""
    values = TYPED | {"district": None if fields.get("lives_outside") else district()}
    return Person(**values | fields)


def enrolment(of=None, who=None, *, by=None, source=Enrolment.Source.ONLINE, **options):
    """A seat, or a place in line when the group is full."""
    return enrol(who or participant(), of or run(), by=by, source=source, **options)


def answers(**changes):
    """Everything a resident typed before the check page."""
    typed = {"who": "me", "adult_agrees": False, "given_name": "Yasmine", "family_name": "El Idrissi"}
    typed |= {"birth": "1998-03-27", "sex": "F", "district": district().code}
    typed |= {"phone": "+212612345678", "channel": "sms", "language": "fr", "needs": []}
    return typed | changes


def draft(of=None, **changes):
    """Answers ready to send."""
    return drafts.keep(None, run=of or run(), answers=answers(**changes))


def registered(typed, *, by=None, channel="online"):
    """The participant for a `people.Person`, as when she enrols."""
    before = people.same_as(typed).order_by("pk").first()
    return people.register(typed, before, by=by, channel=channel)
