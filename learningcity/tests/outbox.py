"""What the tests of messages share: words to write, a broker to look into, a provider that does as told."""

import threading
from contextlib import contextmanager
from queue import Empty

from celery import Celery, current_app

from learningcity.models import OutboxMessage
from learningcity.providers import NotSent
from learningcity.services import messages

PHONE = "+212612345678"
VALUES = {
    "course": {"fr": "Couture 1", "ar": "الخياطة 1", "en": "Sewing 1"},
    "date": "2026-05-16",
    "time": "10:30",
    "venue": {"fr": "Maison de quartier", "ar": "دار الحي", "en": "Maison de quartier"},
    "reference": "CA-7K3M9-2QRT8",
    "link": "https://apprend.example/i/Yq3vJx0bR9mZt2kLw8sN5A",
}
WORDS = {"channel": "sms", "recipient": PHONE, "language": "en", "template": "enrolled", "values": VALUES}


def write(dedupe_key="enrolled:1", **changes):
    messages.write(dedupe_key=dedupe_key, **WORDS | changes)
    return OutboxMessage.objects.get(dedupe_key=dedupe_key)


@contextmanager
def broker_at(address):
    """Celery as the settings have it, with another broker. Gives a function: the keys asked for since last time."""
    usual = current_app._get_current_object()
    app = Celery("test", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.broker_url = address
    app.set_current()

    def asked():
        found = []
        with app.connection_for_write() as connection, connection.SimpleQueue("messages", no_ack=True) as queue:
            while True:
                try:
                    found.append(queue.get_nowait().payload[0][0])
                except Empty:
                    return found

    try:
        if address.startswith("memory"):
            asked()
        yield asked
    finally:
        usual.set_current()
        app.close()


class Provider:
    """Keeps what it sent; `refuse(recipient)` says what to raise. Set `SMS_PROVIDER` to the path of this class."""

    remembers_references = False
    sent = []
    errors = {}
    lock = threading.Lock()

    def send(self, recipient, text, reference):
        if recipient in self.errors:
            raise self.errors[recipient]
        with self.lock:
            self.sent.append((recipient, text, reference))
        return f"sms-{len(self.sent)}"


class RememberingProvider(Provider):
    remembers_references = True


DOWN = NotSent("HTTP 503")
