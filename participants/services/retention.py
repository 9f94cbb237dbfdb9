"""People of whom nothing is to come, and nothing was for long, are erased."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from learningcity import clock

from ..models import Enrolment, Participant
from . import erasure, passports, people


def forget():
    """Erase whoever is due, one transaction for each, and accounts that open nobody's pages. Gives how many people."""
    at = clock.now()
    passports.forget_empty(at)
    return sum(forget_one(person, at) for person in list(due(at).order_by("pk")))


def due(at):
    """The record was made, and every group of hers ended, before the limit."""
    limit = at - timedelta(days=settings.RETENTION_DAYS)
    own = Enrolment.objects.filter(participant=OuterRef("pk"))
    later = own.filter(run__ends_on__gte=clock.local_day(limit))
    return Participant.objects.surviving().filter(~Exists(later), created_at__lt=limit)


@transaction.atomic
def forget_one(person, at):
    """False when she came back a moment ago."""
    held = people.hold(lambda: person.records())
    if not due(at).filter(pk=person.pk).exists():
        return False
    erasure.erase_held(held, by=None)
    return True
