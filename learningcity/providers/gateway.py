"""What a gateway tells us: a text that somebody wrote, or what has become of one of ours; signed with our secret.

A request is JSON with two headers: `X-Timestamp`, seconds since 1970, and `X-Signature`, the hexadecimal HMAC-SHA256
of timestamp, full stop and body.
"""

import hmac
import json
import re
import time
from datetime import datetime
from typing import NamedTuple

import phonenumbers
from django.conf import settings
from django.utils.crypto import constant_time_compare

LONGEST = 4096  # bytes
FRESH = 5 * 60  # seconds
STATUSES = ("failed", "delivered")
YEARS = range(2000, 2100)


class Malformed(ValueError):
    """Not a request of a gateway. Its sentence never quotes what was sent."""


class Text(NamedTuple):
    id: str  # of the gateway; the same text may come again
    sender: str  # E.164
    text: str
    at: datetime  # when it was written


class Report(NamedTuple):
    reference: str  # the one we sent the message with
    status: str


# --- Signatures -----------------------------------------------------------------------------------------------


def signed(body):
    """The headers of a request with these bytes, sent now."""
    stamp = str(int(time.time()))
    return {"X-Timestamp": stamp, "X-Signature": signature(stamp, body)}


def signature(stamp, body):
    return hmac.new(settings.SMS_WEBHOOK_SECRET.encode(), f"{stamp}.".encode() + body, "sha256").hexdigest()


def is_genuine(headers, body):
    """Without a secret nothing is."""
    stamp = headers.get("X-Timestamp", "")
    if not settings.SMS_WEBHOOK_SECRET or not re.fullmatch(r"[0-9]{1,12}", stamp):
        return False
    fresh = abs(time.time() - int(stamp)) < FRESH
    return fresh and constant_time_compare(headers.get("X-Signature", ""), signature(stamp, body))


# --- Contents -------------------------------------------------------------------------------------------------


def read(body):
    """A Text or a Report. Raises Malformed."""
    try:
        told = json.loads(body)
        return _report(told) if "status" in told else _text(told)
    except (LookupError, TypeError, AttributeError, ValueError, RecursionError, phonenumbers.NumberParseException):
        raise Malformed from None


def _report(told):
    if told["status"] not in STATUSES:
        raise Malformed
    return Report(_token(told["reference"]), told["status"])


def _text(told):
    at = datetime.fromisoformat(told["at"])
    if at.tzinfo is None or at.year not in YEARS:
        raise Malformed
    return Text(_token(told["id"]), _phone(told["from"]), _storable(told["text"]), at)


def _token(given):
    token = str(given) if isinstance(given, str | int) else ""
    if not re.fullmatch(r"[!-~]{1,120}", token):
        raise Malformed
    return token


def _phone(given):
    number = phonenumbers.parse(given, settings.PHONENUMBER_DEFAULT_REGION)
    if not phonenumbers.is_possible_number(number):
        raise Malformed
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _storable(text):
    """Without what PostgreSQL cannot keep: NUL, and halves of a letter."""
    return text.replace("\0", "").encode(errors="ignore").decode()
