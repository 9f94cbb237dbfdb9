"""Answers by text message alone: what a phone wrote, and what follows from it for the places of that phone.

A text speaks of what stood when it was written. Whatever stood then and is settled since still counts when it has to be
known which place is meant, so that a text that comes late or twice never hits another one.
"""

import re

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import salted_hmac

from learningcity import clock
from learningcity.folding import fold
from learningcity.models import IncomingMessage
from learningcity.models.messages import Channel
from learningcity.services import messages

from ..models import Enrolment, EnrolmentEvent, Participant
from ..models.enrolments import LIVE, State
from . import announcements, hours, queue

TABLE = {
    "yes": "oui yes ok naam na3am n3am wakha waxa 1 نعم آه أه إيه واخا موافق موافقة",
    "no": "non no la lla 2 لا",
    "cancel": "annuler annule annulation cancel 3 إلغاء ألغي ألغوا",
}
MEANINGS = {fold(word): meaning for meaning, words in TABLE.items() for word in words.split()}
ONLY_ALONE = {fold(word) for word in ("1", "2", "3", "no", "la", "lla", "لا")}  # `no problem`, لا بأس, « 3 enfants »
THANKS = {fold(word) for word in ("merci", "thanks", "thank", "choukran", "chokran", "شكرا")}
DEEDS = {"yes": queue.accept, "no": queue.decline}
SETTLED = {"yes": State.ENROLLED, "no": State.DECLINED}
DONE = {"yes": "accepted", "no": "declined"}
NOTICES = {"ambiguous": "reply_many", "late": "reply_late", "nothing": "reply_nothing", "unclear": "reply_help"}


@transaction.atomic
def receive(text):
    """What became of a `gateway.Text`, as a code; the same id again, also at the same moment, changes nothing."""
    kept = {"sender": text.sender, "text": text.text[:500], "at": text.at}
    incoming, is_new = IncomingMessage.objects.get_or_create(provider_id=text.id, defaults=kept)
    if is_new:
        incoming.outcome = act(incoming)
        incoming.save(update_fields=["outcome"])
    return incoming.outcome


def act(incoming):
    """`accepted`, `declined`, `cancelled`; nothing done: `again`, `early`, or one of NOTICES, of which we tell."""
    meaning = understand(incoming.text)
    if meaning is None:
        outcome, place = "unclear", None
    else:
        outcome, place = cancel(incoming) if meaning == "cancel" else answer(incoming, meaning)
    if outcome in NOTICES:
        tell(incoming, outcome, place)
    return outcome


# --- What it says ---------------------------------------------------------------------------------------------


def understand(text):
    """`yes`, `no`, `cancel`, or None. The first word decides, unless a later one says something else."""
    first, *rest = re.findall(r"\w+", fold(text)) or [""]
    rest = [word for word in rest if word != first]
    if first in ONLY_ALONE and rest and rest[0] not in THANKS:
        return None
    said = {MEANINGS.get(word) for word in rest if word not in ONLY_ALONE} - {None}
    return MEANINGS.get(first) if said <= {MEANINGS.get(first)} else None


# --- What it does: (code, the place it is about or None) --------------------------------------------------------


def answer(incoming, meaning):
    at = clock.now()
    offers = standing(incoming, [State.OFFERED]).filter(answer_by__gt=incoming.at)
    told = [each for each in offers if hours.next_moment(each.offered_at) <= incoming.at]
    still_open = [each for each in told if is_open(each, at)]
    if not still_open:
        return ("early", None) if any(is_open(each, at) for each in offers) else settled(incoming, meaning)
    if len({each.party or each.pk for each in told}) > 1:
        return "ambiguous", None
    return carry_out(incoming, meaning, still_open)


def carry_out(incoming, meaning, offers):
    try:
        with transaction.atomic():
            for offer in offers:
                DEEDS[meaning](offer, by=None)
    except queue.OfferGone:
        return settled(incoming, meaning)
    return DONE[meaning], None


def settled(incoming, meaning):
    """No offer is open: what the last one has come to."""
    offers = places_of(incoming).filter(offered_at__lte=incoming.at)
    last = offers.order_by("-offered_at", "-pk").first()
    if last is None:
        return "nothing", None
    if last.state == SETTLED[meaning]:
        return "again", None
    return ("late", last) if last.state in (State.OFFERED, State.EXPIRED) else ("nothing", None)


def cancel(incoming):
    live = standing(incoming, LIVE).filter(run__ends_on__gte=clock.local_day(clock.now()))
    known = [each for each in live if each.joined_at <= incoming.at]
    if not any(each.state in LIVE for each in known):
        return ("early", None) if len(live) > len(known) else cancelled_before(incoming)
    if len(known) > 1:
        return "ambiguous", None
    queue.leave(known[0], by=None, why="learner: sms")
    return "cancelled", None


def cancelled_before(incoming):
    last = places_of(incoming).order_by("-joined_at", "-pk").first()
    return "again" if last and last.state == State.CANCELLED_BY_LEARNER else "nothing", None


# --- Places of a phone ------------------------------------------------------------------------------------------


def places_of(incoming):
    places = Enrolment.objects.select_related("participant", "run__course")
    return places.filter(participant__phone=incoming.sender).order_by("run", "sequence")


def standing(incoming, states):
    """Those that are in one of these states, or were when the text was written."""
    since = EnrolmentEvent.objects.filter(enrolment=OuterRef("pk"), at__gt=incoming.at, from_state__in=states)
    left = since.exclude(to_state__in=states)
    return places_of(incoming).filter(Q(state__in=states) | Exists(left))


def is_open(enrolment, at):
    return enrolment.state == State.OFFERED and queue.may_answer(enrolment.run, enrolment, at)


# --- What we say ------------------------------------------------------------------------------------------------


def tell(incoming, outcome, place):
    """At once, since she has just written; of each kind at most one a day for a phone, or one for an offer."""
    language = place.participant.language if place else language_of(incoming)
    about = place.pk if place else f"{clock.local_day(clock.now())}:{hidden(incoming.sender)}"
    messages.write(
        channel=Channel.SMS,
        recipient=incoming.sender,
        language=language,
        template=NOTICES[outcome],
        values=announcements.addressed(place) if place else nobody(language),
        dedupe_key=f"reply:{outcome}:{about}",
    )


def nobody(language):
    """The values of a message about no place: no name and no course, only the page of help."""
    with translation.override(language):
        return {"course": None, "reference": "", "link": settings.SITE_URL + reverse("help")}


def language_of(incoming):
    """Of the person who came last with this phone; of the letters when nobody has."""
    known = Participant.objects.filter(phone=incoming.sender).order_by("-pk").values_list("language", flat=True)
    return known.first() or ("ar" if re.search("[\u0621-\u064a]", incoming.text) else settings.LANGUAGE_CODE)


def hidden(phone):
    """A key is no place for a phone number."""
    return salted_hmac("participants.replies", phone).hexdigest()[:16]
