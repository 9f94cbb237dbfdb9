"""A link that got lost, sent again: to the phone on record, whoever asks. Nobody is told whether anything was found."""

import re
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.db.models import Q
from django.urls import reverse

from learningcity import clock
from learningcity.clients import is_spent
from learningcity.forms import PhoneField
from learningcity.models.messages import Channel
from learningcity.services import messages

from ..models import Enrolment, Participant
from ..models.people import ContactChannel
from . import passports
from .references import reference_of

ONCE_IN = 3600  # seconds, for one phone
LIST_LIFE = timedelta(days=1)
MOST_PLACES = 12
PK = re.compile(r"[0-9]{1,18}")


def send(asked):
    """Text the links of what is to come to the phone on record. `asked` is a reference, or a phone in E.164."""
    places = live_places(asked)
    if places and not is_spent("lost links", places[0].participant.phone, most=1, seconds=ONCE_IN):
        write(places)


def live_places(asked):
    """Those of the reference or of the phone, the soonest first; none of a person without a phone."""
    live = Enrolment.objects.live().exclude(participant__phone="").select_related("participant", "run__course")
    own = live.filter(opened_by(asked)) if asked.startswith("+") else live.filter(reference=asked)
    return list(own.order_by("run__starts_on", "pk")[:MOST_PLACES])


def opened_by(phone):
    """What a phone alone opens, as whoever holds it may read: groups that have not ended, of people who want to be
    reached and have set no PIN in a passport."""
    people = Participant.objects.filter(phone=phone).exclude(channel=ContactChannel.NONE)
    known = set(people.values_list("pk", flat=True))
    return Q(participant__in=known - passports.with_pin(known), run__ends_on__gte=clock.local_day(clock.now()))


def write(places):
    """One message, also for a family: then its link leads to the list of their places."""
    [first, *others], person = places, places[0].participant
    path = reverse("lost-list", args=[sign(first)]) if others else reverse("receipt", args=[first.token])
    messages.write(
        channel=Channel.SMS,
        recipient=str(person.phone),
        language=person.language,
        template="lost_link",
        values={"course": None, "reference": first.reference, "link": settings.SITE_URL + path},
        dedupe_key=f"lost:{uuid4()}",
    )


def sign(place):
    return signer(place).sign(str(place.pk))


def signer(place):
    """Of the phone that the message went to: when the record has another one, the list is gone."""
    return TimestampSigner(salt=f"places of {place.participant.phone}")


def signed_places(signed):
    """What is to come of the phone to which we sent this list within LIST_LIFE, or None."""
    number = signed.partition(":")[0]
    known = Enrolment.objects.select_related("participant").filter(pk=number) if PK.fullmatch(number) else ()
    for place in known:
        with suppress(BadSignature):
            signer(place).unsign(signed, max_age=LIST_LIFE)
            return live_places(str(place.participant.phone))
    return None


def read(text):
    """What `send` takes, from what was typed. Raises ValidationError when it is neither phone nor reference."""
    return reference_of(text) or PhoneField().clean(text)
