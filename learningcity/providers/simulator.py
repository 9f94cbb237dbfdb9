"""A gateway that is not there, with the faults of those that are; `SMS_SIMULATOR` says which."""

import json
import time
from threading import Timer
from urllib.request import Request, urlopen

from django.conf import settings
from django.urls import reverse

from . import gateway
from .protocol import SECONDS, NotSent, OutcomeUnknown

PAUSE = 0.3  # seconds


class SimulatedSms:
    """`ok` takes every message, `down` none, `slow` says nothing in time, `bounces` takes it and reports a failure."""

    remembers_references = False

    def send(self, recipient, text, reference):
        getattr(self, f"_{settings.SMS_SIMULATOR}")(reference)
        return reference

    def _ok(self, reference):
        pass

    def _down(self, reference):
        raise NotSent("HTTP 503")

    def _slow(self, reference):
        time.sleep(PAUSE)
        raise OutcomeUnknown("TimeoutError")

    def _bounces(self, reference):
        timer = Timer(PAUSE, self._report, [reference])
        timer.daemon = True
        timer.start()

    def _report(self, reference):
        body = json.dumps({"id": f"report:{reference}", "status": "failed", "reference": reference}).encode()
        headers = {"Content-Type": "application/json"} | gateway.signed(body)
        request = Request(settings.SITE_URL + reverse("sms-incoming"), body, headers, method="POST")
        urlopen(request, timeout=SECONDS).close()
