import json
import logging
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from learningcity.providers import NotSent, OutcomeUnknown, provider_for

PHONE, TEXT = "+212612345678", "C'est fait : Couture 1"


class Gateway(BaseHTTPRequestHandler):
    """Answers with the next of `answers`: a status, None to hang up without a word, seconds below 1 to be slow."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, dict(self.headers), json.loads(body)))
        status = self.server.answers.pop(0)
        if status is None or status < 1:
            time.sleep(status or 0)
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        for header in self.server.headers:
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(b'{"id": 77}')

    def log_message(self, *args):
        pass


@pytest.fixture
def gateway(settings):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    server.requests, server.answers, server.headers = [], [], []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.SMS_PROVIDER, settings.SMS_HTTP_TOKEN = "http", "secret"
    settings.SMS_HTTP_URL = f"http://127.0.0.1:{server.server_port}/send"
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_gateway_gets_text_number_token_and_idempotency_key(gateway, settings):
    gateway.answers = [202]
    assert provider_for("sms").send(PHONE, TEXT, "enrolled:1") == "77"
    [(path, headers, body)] = gateway.requests
    assert path == "/send"
    assert headers["Authorization"] == "Bearer secret"
    assert headers["Idempotency-Key"] == "enrolled:1"
    assert body == {"from": settings.SMS_SENDER, "to": PHONE, "text": TEXT, "reference": "enrolled:1"}


@pytest.mark.parametrize("status", [400, 401, 429, 503])
def test_a_gateway_that_refuses_has_sent_nothing(gateway, status):
    gateway.answers, gateway.headers = [status], [("Retry-After", "30")]
    with pytest.raises(NotSent, match=f"^HTTP {status}$"):
        provider_for("sms").send(PHONE, TEXT, "enrolled:1")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_gateway_that_fails_may_have_sent_it(gateway, status):
    gateway.answers = [status]
    with pytest.raises(OutcomeUnknown, match=f"^HTTP {status}$"):
        provider_for("sms").send(PHONE, TEXT, "enrolled:1")


def test_what_a_gateway_that_fails_may_have_sent_is_not_sent_by_another(gateway, settings, provider):
    settings.SMS_PROVIDER = "http, learningcity.tests.outbox.Provider"
    gateway.answers = [504]
    with pytest.raises(OutcomeUnknown):
        provider_for("sms").send(PHONE, TEXT, "enrolled:1")
    assert provider.sent == []


def test_the_address_of_the_gateway_may_have_a_question(gateway, settings):
    settings.SMS_HTTP_URL += "?to=all"
    gateway.answers = [200]
    provider_for("sms").send(PHONE, TEXT, "enrolled:1")
    assert gateway.requests[0][0] == "/send?to=all"


def test_a_redirect_does_not_carry_the_token_elsewhere(gateway):
    gateway.answers = [302, 200]
    with pytest.raises(NotSent):
        provider_for("sms").send(PHONE, TEXT, "enrolled:1")
    assert len(gateway.requests) == 1


@pytest.mark.parametrize("silence", [None, 0.5])
def test_a_gateway_that_hangs_up_or_stays_silent_leaves_a_doubt(gateway, monkeypatch, silence):
    monkeypatch.setattr("learningcity.providers.sms.SECONDS", 0.2)
    gateway.answers = [silence]
    with pytest.raises(OutcomeUnknown):
        provider_for("sms").send(PHONE, TEXT, "enrolled:1")


def test_a_gateway_that_cannot_be_reached_has_sent_nothing(settings):
    settings.SMS_PROVIDER, settings.SMS_HTTP_URL = "http", "http://127.0.0.1:1/send"
    with pytest.raises(NotSent):
        provider_for("sms").send(PHONE, TEXT, "enrolled:1")


def test_the_file_keeps_one_private_line_per_message_in_a_folder_it_makes(settings, tmp_path):
    settings.SMS_PROVIDER, settings.SMS_FILE = "file", tmp_path / "new" / "sms.log"
    for number in (1, 2):
        assert provider_for("sms").send(PHONE, TEXT, f"enrolled:{number}") == f"enrolled:{number}"
    lines = [json.loads(line) for line in settings.SMS_FILE.read_text().splitlines()]
    assert [(line["to"], line["text"], line["reference"]) for line in lines] == [
        (PHONE, TEXT, "enrolled:1"),
        (PHONE, TEXT, "enrolled:2"),
    ]
    assert os.stat(settings.SMS_FILE).st_mode & 0o077 == 0


@pytest.mark.parametrize(("demo", "shown"), [(True, True), (False, False)])
def test_only_a_developers_console_shows_number_and_text(settings, capfd, caplog, demo, shown):
    settings.SMS_PROVIDER, settings.DEMO = "console", demo
    with caplog.at_level(logging.DEBUG):
        provider_for("sms").send(PHONE, TEXT, "enrolled:1")
    output = capfd.readouterr().out
    assert output.startswith("SMS")
    assert (PHONE in output, TEXT in output) == (shown, shown)
    assert caplog.records == []
