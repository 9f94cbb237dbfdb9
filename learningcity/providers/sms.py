"""Ways to send a text message: shown, kept in a file, or handed to an HTTP gateway."""

import json
import os
import sys
from datetime import UTC, datetime
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings

from learningcity.gsm import segments

from .protocol import SECONDS, NotSent, OutcomeUnknown


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


class _NoRedirect(HTTPRedirectHandler):
    """The bearer token goes to the address of the settings and nowhere else."""

    def redirect_request(self, *args):
        return None


class HttpSms:
    """POST {"from", "to", "text", "reference"} as JSON; 2xx means accepted, `id` of the answer is the provider's id.

    The gateway has to treat `reference` as an idempotency key, as the header of that name repeats.
    """

    remembers_references = True

    def send(self, recipient, text, reference):
        body = {"from": settings.SMS_SENDER, "to": recipient, "text": text, "reference": reference}
        headers = {
            "Authorization": f"Bearer {settings.SMS_HTTP_TOKEN}",
            "Content-Type": "application/json",
            "Idempotency-Key": reference,
        }
        request = Request(settings.SMS_HTTP_URL, json.dumps(body).encode(), headers, method="POST")
        return self._id_in(self._answer(request)) or reference

    def _answer(self, request):
        try:
            with build_opener(_NoRedirect).open(request, timeout=SECONDS) as response:
                return response.read(10_000)
        except HTTPError as error:
            with error:
                raise NotSent(f"HTTP {error.code}") from None
        except URLError as error:  # the request itself did not get through
            raise NotSent(type(error.reason).__name__) from None
        except (OSError, HTTPException) as error:
            raise OutcomeUnknown(type(error).__name__) from None

    def _id_in(self, answer):
        try:
            return str(json.loads(answer)["id"])
        except (ValueError, LookupError, TypeError):
            return ""
