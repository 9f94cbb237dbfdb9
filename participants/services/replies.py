"""Answers by text message alone: what a phone wrote, and what follows from it for the places of that phone.

A text speaks of what stood when it was written. Whatever stood then and is settled since still counts when it has to be
known which place is meant, so that a text that comes late or twice never hits another one. A first name or a reference
beside the word says which one of several.
"""

import re
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import salted_hmac

from learningcity import clock
from learningcity.folding import fold
from learningcity.models import IncomingMessage, OutboxMessage
from learningcity.models.messages import Channel
from learningcity.services import messages
from programmes.models import CourseRun

from ..models import Enrolment, EnrolmentEvent, Merge, Participant
from ..models.enrolments import LIVE, State
from . import announcements, beside, hours, queue

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
NOTICES |= {"clash": "reply_clash", "early": "reply_early", "postponed": "reply_postponed"}
KEPT = timedelta(hours=72)
POSTPONED = CourseRun.Decision.POSTPONED
TOLERANCE = timedelta(minutes=5)  # of the clock of the gateway


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
    """`accepted`, `declined`, `cancelled`; nothing done: `again`, or one of NOTICES, of which we tell."""
    meaning = understand(incoming.text)
    if meaning is None:
        outcome, place = "unclear", None
    else:
        outcome, place = cancel(incoming) if meaning == "cancel" else answer(incoming, meaning)
    if outcome in NOTICES:
        tell(incoming, outcome, place)
    return outcome


def forget():
    """After KEPT: the phone and the words of texts from phones that nobody has, and of our answers. The ids stay, so
    that the same text is still known. Gives how many texts."""
    before = clock.now() - KEPT
    texts = IncomingMessage.objects.filter(received_at__lt=before).exclude(sender="")
    answers = OutboxMessage.objects.filter(template__in=NOTICES.values(), created_at__lt=before)
    answers = answers.exclude(state=OutboxMessage.State.PENDING).exclude(recipient="")
    answers.exclude(Exists(Participant.objects.filter(phone=OuterRef("recipient")))).update(recipient="", values={})
    return texts.exclude(Exists(Participant.objects.filter(phone=OuterRef("sender")))).update(sender="", text="")


# --- What it says ---------------------------------------------------------------------------------------------


def understand(text):
    """`yes`, `no`, `cancel`, or None. The first word decides, unless a later one says something else."""
    first, *rest = words_of(text) or [""]
    rest = [word for word in rest if word != first]
    if first in ONLY_ALONE and rest and rest[0] not in THANKS:
        return None
    said = {MEANINGS.get(word) for word in rest if word not in ONLY_ALONE} - {None}
    return MEANINGS.get(first) if said <= {MEANINGS.get(first)} else None


def words_of(text):
    return re.findall(r"\w+", fold(text))


# --- What it does: (code, the place it is about or None) --------------------------------------------------------


def answer(incoming, meaning):
    """About the offers of which she had been told when she wrote. When there were none: about one that was open by
    then, TOLERANCE more or less, though its message waits for the morning, since its page can be seen. An offer that is
    newer than the text is left alone, and she is told so."""
    at = clock.now()
    offers = list(standing(incoming, [State.OFFERED]).filter(answer_by__gt=incoming.at))
    open_now = [each for each in offers if is_open(each, at)]
    told = [each for each in offers if hours.next_moment(each.offered_at) <= incoming.at]
    meant = told or just_begun(incoming, open_now, [State.OFFERED], "offered_at")
    still_open = [each for each in meant if each in open_now]
    if not still_open:
        kept = [each for each in offers if each.state == State.OFFERED and each.run.decision == POSTPONED]
        return ("early", open_now[0]) if open_now else ("postponed", kept[0]) if kept else settled(incoming, meaning)
    if len({each.party or each.pk for each in meant}) > 1:
        return "ambiguous", None
    return carry_out(incoming, meaning, still_open[0])


def carry_out(incoming, meaning, offer):
    """For her and for all who want in with her."""
    try:
        DEEDS[meaning](offer, by=None)
    except queue.OfferGone:
        return settled(incoming, meaning)
    except beside.OfferClashes:
        return "clash", offer
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
    """The one place she had when she wrote, TOLERANCE more or less."""
    standing_then = standing(incoming, LIVE).filter(run__ends_on__gte=clock.local_day(clock.now()))
    known = [each for each in standing_then if each.joined_at <= incoming.at]
    if not any(each.state in LIVE for each in known):
        live = [each for each in standing_then if each.state in LIVE]
        known = [] if known else just_begun(incoming, live, LIVE, "joined_at")
    if not known:
        return cancelled_before(incoming)
    if len(known) > 1:
        return "ambiguous", None
    queue.leave(known[0], by=None, why="learner: sms")
    return "cancelled", None


def cancelled_before(incoming):
    last = places_of(incoming).order_by("-joined_at", "-pk").first()
    return "again" if last and last.state == State.CANCELLED_BY_LEARNER else "nothing", None


# --- Places of a phone ------------------------------------------------------------------------------------------


def places_of(incoming):
    """Of this phone; when the text names some of them, by first name or reference, those alone."""
    places = Enrolment.objects.filter(is_of_phone(incoming.sender)).select_related("participant", "run__course")
    places = places.order_by("run", "sequence")
    named = [place.pk for place in places if names(incoming.text, place)]
    return places.filter(pk__in=named) if named else places


def names(text, place):
    """`ANNULER Sara`, `ANNULER CA-7K3M9-2QRT8`, in whatever spelling."""
    words, first_name = words_of(text), words_of(place.participant.first_name)
    letters = "".join(words_of(place.reference.removeprefix("CA-")))
    is_called = bool(first_name) and set(first_name) <= set(words)
    return is_called or letters in "".join(words)


def is_of_phone(phone):
    """Of a record with this phone, or told to it before that record went on into another one."""
    moved = {pk for merge in Merge.objects.standing().filter(absorbed__phone=phone) for pk in merge.moved}
    places = Enrolment.objects.filter(pk__in=moved)
    keys = {announcements.key_of(place, state): place.pk for place in places for state in LIVE}
    told = OutboxMessage.objects.filter(recipient=phone, dedupe_key__in=keys).values_list("dedupe_key", flat=True)
    return Q(participant__phone=phone) | Q(pk__in=[keys[key] for key in told])


def just_begun(incoming, places, states, since):
    """Of `places`, those that are in these states since about when she wrote, by a clock that is not quite ours; none
    when she may mean another one, which was left just before."""
    near = standing(incoming, states, at=incoming.at - TOLERANCE).exclude(state__in=states)
    begun = [each for each in places if getattr(each, since) <= incoming.at + TOLERANCE]
    return [] if begun and near.exists() else begun


def standing(incoming, states, *, at=None):
    """Those that are in one of these states, or were when the text was written."""
    since = EnrolmentEvent.objects.filter(enrolment=OuterRef("pk"), at__gt=at or incoming.at, from_state__in=states)
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
