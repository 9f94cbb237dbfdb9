"""Delivery of the outbox: at most one effect per dedupe key, nothing lost without being seen.

An attempt is committed before the provider is called, so a worker that dies in between leaves a row that says
"no answer" instead of one that looks untouched. When its lease runs out the row is sent again only if the provider
remembers references; with any other (SMTP) a person decides: it is dead, visible, and `outbox --retry-dead` repeats it.
No transaction stays open while the provider answers. A sign-in code is not kept once its message has left or is dead.
"""

import logging
import random
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Coalesce, Now

from learningcity import clock
from learningcity.models.messages import Channel, OutboxMessage
from learningcity.providers import OutcomeUnknown, provider_for
from learningcity.signals import leaving

from .messages import ask
from .wording import text_of

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 5
FIRST_PAUSE = timedelta(seconds=30)  # doubles: with the sweeper's minute, five attempts end within 15 minutes
LEASE = timedelta(minutes=2)  # longer than any attempt lives, see tasks.deliver
LATE = timedelta(seconds=15)
CODE_LIFE = timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
BATCH = 1000
SWEEP_EVERY = 60  # seconds, as in CELERY_BEAT_SCHEDULE
FAILED = "Not delivered, as the provider reported."
DELIVERED = "Delivered, as the provider reported."  # the last word: a report of failure that comes after it is void
NO_ANSWER = "Handed to the provider, no answer yet."
State = OutboxMessage.State


def deliver(pk):
    """The state of the message afterwards, or None when there was nothing to do: not due, no longer true, or another
    worker has it."""
    if (message := _claim(pk)) is None:
        return None
    provider = provider_for(message.channel)
    try:
        reference = provider.send(message.recipient, text_of(message), message.dedupe_key)
    except OutcomeUnknown as doubt:
        retry = provider.remembers_references
        return _postpone(message, doubt) if retry else _bury(message, f"Outcome unknown: {doubt}")
    except Exception as error:  # a message that cannot be written or sent never stops the others
        return _postpone(message, error)
    sent = {"state": State.SENT, "sent_at": Now(), "provider_reference": reference[:120], "last_error": ""}
    left = OutboxMessage.objects.filter(pk=pk).exclude(last_error=FAILED)  # a report can be faster than we are
    state = State.SENT if left.update(**sent) else State.DEAD  # even if cancelled meanwhile: it has left
    _forget_code(message)
    return state


@transaction.atomic
def _claim(pk):
    """The message, its attempt counted and its lease begun."""
    message = _locked(pk)
    if message is None:
        return None
    doubtful = message.last_error == NO_ANSWER and not provider_for(message.channel).remembers_references
    if doubtful or message.attempts >= MOST_ATTEMPTS:
        _bury(message, "Outcome unknown: the worker stopped while sending.")
        return None
    if "code" in message.values and message.created_at < clock.now() - CODE_LIFE:
        _bury(message, "Too late: the code is void.")
        return None
    if any(is_over for _receiver, is_over in leaving.send(OutboxMessage, message=message)):
        OutboxMessage.objects.filter(pk=pk).update(state=State.CANCELLED)
        return None
    message.attempts += 1
    OutboxMessage.objects.filter(pk=pk).update(
        attempts=message.attempts, last_error=NO_ANSWER, next_try_at=Now() + LEASE
    )
    return message


def _locked(pk):
    due = OutboxMessage.objects.due(Now()).filter(pk=pk)
    return due.select_for_update(skip_locked=True, of=("self",)).first()


def _postpone(message, error):
    """Only the kind of an unforeseen error is kept: its sentence could quote the message."""
    known = type(error).__module__ == "learningcity.providers.protocol"
    reason = str(error) if known else type(error).__name__
    if message.attempts >= MOST_ATTEMPTS:
        return _bury(message, reason)
    logger.warning("Message %s, attempt %s: %s", message.pk, message.attempts, reason)
    pending = OutboxMessage.objects.pending().filter(pk=message.pk)
    pending.update(next_try_at=Now() + pause(message.attempts), last_error=reason[:200])
    return State.PENDING


def pause(attempts):
    """30 s, 1, 2, 4 minutes, each a quarter more or less, so that an outage does not end in one wave."""
    return FIRST_PAUSE * 2 ** (attempts - 1) * random.uniform(0.75, 1.25)


def _bury(message, reason):
    logger.error("Message %s is dead after attempt %s: %s", message.pk, message.attempts, reason)
    OutboxMessage.objects.pending().filter(pk=message.pk).update(state=State.DEAD, last_error=reason[:200])
    _forget_code(message)
    return State.DEAD


def _forget_code(message):
    if "code" in message.values:
        OutboxMessage.objects.filter(pk=message.pk).update(values={})


def sweep():
    """Ask again for what is late, oldest first; how many. What nobody took within a minute is void: we ask again."""
    late = OutboxMessage.objects.due(Now() - LATE).order_by("next_try_at").values_list("pk", flat=True)
    asked = 0
    for pk in late[:BATCH]:
        if not ask(pk, expires=SWEEP_EVERY):
            break
        asked += 1
    return asked


def note_report(reference, status):
    """What a gateway says of a text message long after it took it. It ends a doubt; what nobody knows is no fault."""
    told = OutboxMessage.objects.filter(channel=Channel.SMS, dedupe_key=reference)
    if status == "failed":
        failed = told.filter(state__in=[State.PENDING, State.SENT]).exclude(last_error=DELIVERED)
        failed.update(state=State.DEAD, sent_at=None, last_error=FAILED)
    else:
        arrived = told.filter(state__in=[State.DEAD, State.SENT])
        arrived.update(state=State.SENT, sent_at=Coalesce("sent_at", Now()), last_error=DELIVERED)


def retry_dead():
    """Dead messages start anew, but those whose words were forgotten; how many. One whose outcome was unknown may
    arrive twice: a person has decided so."""
    dead = OutboxMessage.objects.filter(state=State.DEAD).exclude(values={})
    return dead.update(state=State.PENDING, attempts=0, last_error="", next_try_at=Now() - LATE)
