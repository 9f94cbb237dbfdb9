"""A link that got lost, sent again: to the phone on record, whoever asks. Nobody is told whether anything was found."""

import re
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse

from learningcity.clients import is_spent
from learningcity.forms import PhoneField
from learningcity.i18n import ascii_digits
from learningcity.models.messages import Channel
from learningcity.services import messages

from ..models import Enrolment
from ..models.enrolments import SAFE_ALPHABET

LETTERS = re.compile(rf"(?:CA)?([{SAFE_ALPHABET}]{{5}})([{SAFE_ALPHABET}]{{5}})")
ONCE_IN = 3600  # seconds, for one phone
LIST_LIFE = timedelta(days=1)
MOST_PLACES = 12
PK = re.compile(r"[0-9]{1,18}")


def reference_of(text):
    """`CA-7K3M9-2QRT8` from however it was typed, or empty."""
    found = LETTERS.fullmatch(re.sub(r"[\W_]", "", ascii_digits(text).upper()))
    return f"CA-{found[1]}-{found[2]}" if found else ""


def send(asked):
    """Text the links of what is to come to the phone on record. `asked` is a reference, or a phone in E.164."""
    places = list(live_places(asked))
    if places and not is_spent("lost links", places[0].participant.phone, most=1, seconds=ONCE_IN):
        write(places)


def live_places(asked):
    """Those of the reference or of the phone, the soonest first; none of a person without a phone."""
    live = Enrolment.objects.live().exclude(participant__phone="").select_related("participant", "run__course")
    own = live.filter(participant__phone=asked) if asked.startswith("+") else live.filter(reference=asked)
    return own.order_by("run__starts_on", "pk")[:MOST_PLACES]


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
            return list(live_places(str(place.participant.phone)))
    return None


def read(text):
    """What `send` takes, from what was typed. Raises ValidationError when it is neither phone nor reference."""
    return reference_of(text) or PhoneField().clean(text)
