"""Ways to send a text message: shown, kept in a file, or handed to an HTTP gateway."""

import json
import os
import sys
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from django.conf import settings

from learningcity.gsm import segments

from .protocol import SECONDS, NotSent, OutcomeUnknown

ACCEPTED = range(200, 300)


class ConsoleSms:
    """Shows the message on a developer's screen; anywhere else only that there was one."""

    remembers_references = False

    def send(self, recipient, text, reference):
        shown = f"SMS to {recipient}: {text}" if settings.DEMO else f"SMS, {segments(text).segments} part(s)"
        print(shown, file=sys.__stdout__, flush=True)  # Celery turns sys.stdout into a log, where no text belongs
        return reference


class FileSms:
    """One JSON object per line: {"at", "to", "text", "reference"}."""

    remembers_references = False

    def send(self, recipient, text, reference):
        path = settings.SMS_FILE
        os.makedirs(os.path.dirname(path), exist_ok=True)
        line = {"at": datetime.now(UTC).isoformat(), "to": recipient, "text": text, "reference": reference}
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with open(descriptor, "ab", buffering=0) as file:
            file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        return reference


class HttpSms:
    """POST {"from", "to", "text", "reference"} as JSON; 2xx means accepted, `id` of the answer is the provider's id.

    The gateway has to treat `reference` as an idempotency key, as the header of that name repeats. No redirect is
    followed: the bearer token goes to the address of the settings and nowhere else.
    """

    remembers_references = True

    def send(self, recipient, text, reference):
        body = {"from": settings.SMS_SENDER, "to": recipient, "text": text, "reference": reference}
        headers = {
            "Authorization": f"Bearer {settings.SMS_HTTP_TOKEN}",
            "Content-Type": "application/json",
            "Idempotency-Key": reference,
        }
        return self._id_in(self._answer(json.dumps(body).encode(), headers)) or reference

    def _answer(self, body, headers):
        """Before the line stands nothing has left, and a refusal says so too; everything else leaves a doubt."""
        address = urlsplit(settings.SMS_HTTP_URL)
        with closing(self._line(address)) as line:
            try:
                line.request("POST", address._replace(scheme="", netloc="", fragment="").geturl() or "/", body, headers)
                response = line.getresponse()
                answer = response.read(10_000)
            except (OSError, HTTPException) as error:
                raise OutcomeUnknown(type(error).__name__) from None
        if response.status in ACCEPTED:
            return answer
        comes_later = response.status == 503 and response.headers["Retry-After"]
        raise (NotSent if response.status < 500 or comes_later else OutcomeUnknown)(f"HTTP {response.status}")

    def _line(self, address):
        kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
        line = kind(address.hostname, address.port, timeout=SECONDS)
        try:
            line.connect()
        except OSError as error:
            raise NotSent(type(error).__name__) from None
        return line

    def _id_in(self, answer):
        try:
            return str(json.loads(answer)["id"])
        except (ValueError, LookupError, TypeError):
            return ""
