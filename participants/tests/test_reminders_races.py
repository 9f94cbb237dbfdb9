"""Two people who give up their seats at the same moment, while reminders wait for the morning."""

from datetime import time, timedelta

import pytest
from django.db import transaction

from learningcity import clock
from learningcity.models import OutboxMessage
from learningcity.services import delivery
from learningcity.signals import leaving
from learningcity.tests.outbox import Provider
from learningcity.tests.races import behind
from programmes.tests.factories import run, today

from .. import receivers
from ..services import hours, queue, reminders
from .factories import enrolment, participant

pytestmark = pytest.mark.django_db(transaction=True)
PHONES = ["+212600000001", "+212600000002", "+212600000003"]


def told_after_two_left_at_once(settings, monkeypatch):
    """The phones to which a reminder leaves."""
    settings.SMS_PROVIDER = "learningcity.tests.outbox.Provider"
    monkeypatch.setattr(Provider, "sent", [])
    day = today() + timedelta(days=1)
    one, two, _stays = [enrolment(run(starts_on=day), participant(phone=phone)) for phone in PHONES]
    reminders.write(day, leaves=hours.instant(day, time(9)))
    with transaction.atomic():
        queue.leave(one, by=None)
        end = behind(lambda: queue.leave(two, by=None))
    end()
    waiting = OutboxMessage.objects.pending().filter(template="reminder")
    waiting.update(next_try_at=clock.now())
    for pk in waiting.values_list("pk", flat=True):
        delivery.deliver(pk)
    return sorted(phone for phone, _text, _key in Provider.sent)


def test_neither_is_reminded_and_who_stays_is(settings, monkeypatch):
    assert told_after_two_left_at_once(settings, monkeypatch) == PHONES[2:]


def test_without_the_last_question_both_are_reminded(settings, monkeypatch):
    leaving.disconnect(receivers.stop_reminder)
    try:
        assert told_after_two_left_at_once(settings, monkeypatch) == PHONES
    finally:
        leaving.connect(receivers.stop_reminder)
