"""What people are told about their place. Only this file knows which template speaks of which state."""

from django.conf import settings
from django.urls import reverse

from learningcity.models.messages import Channel
from learningcity.services import messages

from ..models import Participant
from ..models.enrolments import State
from ..models.people import ContactChannel

TEMPLATES = {State.ENROLLED: "enrolled", State.WAITING: "waiting"}


def announce(enrolment, *, key=None):
    """Write the message of the enrolment's present state; who wants no text message gets none and has the receipt."""
    person = enrolment.participant
    if not person.phone or person.channel not in (ContactChannel.SMS, ContactChannel.WHATSAPP):
        return
    messages.write(
        channel=Channel.SMS,
        recipient=str(person.phone),
        language=person.language,
        template=TEMPLATES[State(enrolment.state)],
        values=values(enrolment),
        dedupe_key=key or f"enrolment:{enrolment.pk}:{enrolment.state}",
    )


def values(enrolment):
    """Names in every language the portal speaks; the template picks. A sensitive course is None and never named."""
    run = enrolment.run
    first = run.meetings.first()
    told = {
        "first_name": enrolment.participant.first_name if names_the_person(enrolment) else "",
        "course": None if run.course.is_sensitive else in_languages(run.course, "title"),
        "date": (first.date if first else run.starts_on).isoformat(),
        "venue": in_languages(run.venue, "name"),
        "reference": enrolment.reference,
        "link": settings.SITE_URL + reverse("receipt", args=[enrolment.token]),
    }
    if first:
        told["time"] = f"{first.starts_at:%H:%M}"
    if place := enrolment.place_in_line:
        told["place_in_line"] = place
    return told


def in_languages(record, field):
    return {
        code: getattr(record, f"{field}_{code}") or getattr(record, f"{field}_fr") for code, _name in settings.LANGUAGES
    }


def names_the_person(enrolment):
    """On a phone that serves several people, and for a child, the message begins with the first name."""
    person = enrolment.participant
    shared = Participant.objects.filter(phone=person.phone).exclude(pk=person.pk).exists()
    return shared or person.guardianships.current().exists()
