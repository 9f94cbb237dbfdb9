"""The one reminder of an open offer, once half of the time to answer is gone."""

from datetime import timedelta

from django.db import transaction

from learningcity.models import OutboxMessage
from programmes.models import CourseRun

from ..models import Enrolment
from ..models.enrolments import State
from ..models.people import TEXTED
from . import announcements, hours

LEAST_LEFT = timedelta(hours=2)  # to answer; who has less was told not long ago


def remind(*, at):
    """In the hours when people are written to: how many were told. Repeating it tells nobody twice."""
    return sum(remind_one(offer.pk, at) for offer in due(at)) if hours.is_open(at) else 0


def due(at):
    offers = open_offers(at).exclude(participant__phone="").filter(participant__channel__in=TEXTED).order_by("pk")
    late = {announcements.reminder_key(offer): offer for offer in offers if is_half_gone(offer, at)}
    told = set(OutboxMessage.objects.filter(dedupe_key__in=late).values_list("dedupe_key", flat=True))
    return [offer for key, offer in late.items() if key not in told]


def open_offers(at):
    """Those that can be answered for a while yet."""
    planned = Enrolment.objects.filter(state=State.OFFERED, run__decision=CourseRun.Decision.PLANNED)
    return planned.filter(answer_by__gte=at + LEAST_LEFT)


def is_half_gone(offer, at):
    """Of the time that begins when she is told; nothing is asked of who has had too little in any case."""
    if offer.answer_by - at > at - offer.offered_at:
        return False
    return offer.answer_by - at <= at - hours.next_moment(offer.offered_at)


@transaction.atomic
def remind_one(pk, at):
    """Held while it is written, so that nobody who is answering is reminded."""
    held = open_offers(at).select_for_update(of=("self",), skip_locked=True).filter(pk=pk)
    offer = held.select_related("participant", "run__course", "run__venue").first()
    if offer is None:
        return False
    told = announcements.values(offer)
    announcements.write(offer, "offer_reminder", told, key=announcements.reminder_key(offer))
    return True
