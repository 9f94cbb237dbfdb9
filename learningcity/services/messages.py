"""Messages to people: a row now, in the caller's transaction; delivery after its commit."""

import logging
from functools import partial

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.template.loader import get_template
from kombu.exceptions import KombuError

from learningcity.models.messages import OutboxMessage

from .wording import template_path

logger = logging.getLogger(__name__)


def write(*, channel, recipient, language, template, values, dedupe_key, not_before=None):
    """A row for this key; the first writer's words stay. `values` as `wording.facts` reads them.

    With `not_before` it leaves at that instant at the earliest. An unknown template (TemplateDoesNotExist) or language
    (ValueError) is a mistake in code and fails at once.
    """
    if language not in dict(settings.LANGUAGES):
        raise ValueError(f"No message can be written in {language!r}.")
    get_template(template_path(channel, template))
    row = OutboxMessage(
        channel=channel,
        recipient=str(recipient),
        language=language,
        template=template,
        values=values,
        dedupe_key=dedupe_key,
        next_try_at=not_before or Now(),
    )
    OutboxMessage.objects.bulk_create([row], ignore_conflicts=True)
    if not_before is None:  # what has to wait is taken up by the sweeper
        transaction.on_commit(partial(ask_for, dedupe_key), robust=True)


def cancel(*dedupe_keys):
    """True when one of these messages had not left and now never will."""
    pending = OutboxMessage.objects.pending().filter(dedupe_key__in=dedupe_keys)
    return bool(pending.update(state=OutboxMessage.State.CANCELLED))


def ask_for(dedupe_key):
    """After the commit, so that no lock of the caller waits for it."""
    for pk in OutboxMessage.objects.pending().filter(dedupe_key=dedupe_key).values_list("pk", flat=True):
        ask(pk)


def ask(pk, **options):
    """Ask a worker to deliver. False when the broker cannot be reached: the sweeper asks again."""
    try:
        current_app.send_task("learningcity.tasks.deliver", [pk], **options)
    except (KombuError, OSError) as error:
        logger.warning("No broker for message %s: %s", pk, type(error).__name__)
        return False
    return True
