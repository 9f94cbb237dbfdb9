"""Several providers one behind the other, a provider with faults to order, and what a gateway may tell us."""

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue

import pytest

from learningcity.models import OutboxMessage
from learningcity.providers import NotSent, OutcomeUnknown, gateway, provider_for, simulator
from learningcity.services import delivery

from .outbox import PHONE, Provider, write

OURS = "learningcity.tests.test_providers."
SECRET = "0f3b"
KNOWN = "286d8680f9d5f62279338683b761e8d4213546850b4d5dd6d7a3607e067d42a9"


class First(Provider):
    sent, errors = [], {}


class Second(Provider):
    sent, errors = [], {}
    remembers_references = True


@pytest.fixture(autouse=True)
def providers(settings, monkeypatch):
    settings.SMS_PROVIDER, settings.SMS_WEBHOOK_SECRET = f"{OURS}First, {OURS}Second", SECRET
    for provider in (First, Second):
        monkeypatch.setattr(provider, "sent", [])
        monkeypatch.setattr(provider, "errors", {})


def references():
    return [[reference for _to, _text, reference in provider.sent] for provider in (First, Second)]


# --- Failover -------------------------------------------------------------------------------------------------


def test_the_first_that_does_not_refuse_has_the_message():
    provider_for("sms").send(PHONE, "text", "a")
    assert references() == [["a"], []]


@pytest.mark.parametrize("error", [NotSent("HTTP 503"), ValueError("a mistake of ours")])
def test_who_refuses_is_passed_over(error, caplog):
    First.errors = {PHONE: error}
    assert provider_for("sms").send(PHONE, "text", "a") == "sms-1"
    assert references() == [[], ["a"]]
    [line] = caplog.messages
    assert line == f"First refused: {'HTTP 503' if isinstance(error, NotSent) else 'ValueError'}"


def test_a_doubt_ends_the_search_since_it_may_have_left():
    First.errors = {PHONE: OutcomeUnknown("TimeoutError")}
    with pytest.raises(OutcomeUnknown):
        provider_for("sms").send(PHONE, "text", "a")
    assert references() == [[], []]


def test_when_all_refuse_the_last_one_says_why():
    First.errors, Second.errors = {PHONE: NotSent("HTTP 503")}, {PHONE: NotSent("HTTP 401")}
    with pytest.raises(NotSent, match="HTTP 401"):
        provider_for("sms").send(PHONE, "text", "a")


def test_a_single_name_is_that_provider_itself(settings):
    settings.SMS_PROVIDER = f"{OURS}Second"
    assert isinstance(provider_for("sms"), Second)


@pytest.mark.django_db
def test_a_doubtful_message_is_not_repeated_where_another_provider_could_take_it():
    First.errors, Second.errors = {PHONE: NotSent("HTTP 503")}, {PHONE: OutcomeUnknown("TimeoutError")}
    message = write()
    assert delivery.deliver(message.pk) == "dead"
    First.errors = {}
    assert delivery.deliver(message.pk) is None
    assert references() == [[], []]


@pytest.mark.django_db
def test_the_second_provider_delivers_while_the_first_is_down():
    First.errors = {PHONE: NotSent("HTTP 503")}
    assert delivery.deliver(write().pk) == "sent"
    assert references() == [[], ["enrolled:1"]]


# --- The simulator --------------------------------------------------------------------------------------------


@pytest.fixture
def simulated(settings, monkeypatch):
    monkeypatch.setattr(simulator, "PAUSE", 0)
    settings.SMS_PROVIDER = "simulator"

    def mode(name):
        settings.SMS_SIMULATOR = name
        return provider_for("sms")

    return mode


def test_it_takes_every_message(simulated):
    assert simulated("ok").send(PHONE, "text", "a") == "a"


@pytest.mark.parametrize(("mode", "error"), [("down", NotSent), ("slow", OutcomeUnknown)])
def test_it_fails_as_it_is_told(simulated, mode, error):
    with pytest.raises(error):
        simulated(mode).send(PHONE, "text", "a")


class Door(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.received.put((self.path, self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def door(settings):
    server = HTTPServer(("127.0.0.1", 0), Door)
    server.received, server.timeout = Queue(), 10
    settings.SITE_URL = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    yield server.received
    thread.join()
    server.server_close()


@pytest.mark.django_db
def test_what_bounces_is_taken_and_comes_back_as_a_signed_report(simulated, door):
    simulated("bounces")
    assert delivery.deliver(write().pk) == "sent"

    path, headers, body = door.get(timeout=10)
    assert (path, gateway.is_genuine(headers, body)) == ("/sms/", True)
    delivery.note_report(*gateway.read(body))

    message = OutboxMessage.objects.get()
    assert (message.state, message.last_error, message.sent_at) == ("dead", delivery.FAILED, None)


# --- Signatures -----------------------------------------------------------------------------------------------


def test_what_is_signed_now_is_genuine():
    assert gateway.is_genuine(gateway.signed(b"body"), b"body")


def test_the_signature_is_of_timestamp_full_stop_and_body():
    """Reckoned with `printf '1767225600.{}' | openssl dgst -sha256 -hmac 0f3b`."""
    assert gateway.signature("1767225600", b"{}") == KNOWN


@pytest.mark.parametrize(
    "wrong",
    [
        {"X-Signature": "0" * 64},
        {"X-Signature": "é"},
        {"X-Signature": ""},
        {"X-Timestamp": ""},
        {"X-Timestamp": "soon"},
        {"X-Timestamp": "١٢٣"},
        {"X-Timestamp": "9" * 5000},
        {"X-Timestamp": "0"},
    ],
)
def test_anything_else_is_not(wrong):
    assert not gateway.is_genuine(gateway.signed(b"body") | wrong, b"body")


def test_another_body_is_not():
    assert not gateway.is_genuine(gateway.signed(b"body"), b"bodY")


@pytest.mark.parametrize(("seconds", "genuine"), [(-310, False), (-290, True), (290, True), (310, False)])
def test_a_signature_is_good_for_five_minutes(monkeypatch, seconds, genuine):
    now = gateway.time.time()
    monkeypatch.setattr(gateway.time, "time", lambda: now + seconds)
    headers = gateway.signed(b"body")
    monkeypatch.setattr(gateway.time, "time", lambda: now)
    assert gateway.is_genuine(headers, b"body") is genuine


def test_without_a_secret_nothing_is_genuine(settings):
    settings.SMS_WEBHOOK_SECRET = ""
    assert not gateway.is_genuine(gateway.signed(b"body"), b"body")


# --- Contents -------------------------------------------------------------------------------------------------

TEXT = {"id": "m1", "from": PHONE, "text": "OUI", "at": "2026-05-16T10:30:00+01:00"}
REPORT = {"id": "r1", "status": "failed", "reference": "enrolment:7:offered"}


def read(**told):
    return gateway.read(json.dumps(told).encode())


def test_a_text_is_read():
    assert read(**TEXT) == ("m1", PHONE, "OUI", datetime(2026, 5, 16, 9, 30, tzinfo=UTC))


@pytest.mark.parametrize("spelled", [PHONE, "212612345678", "0612345678", "00212 6 12 34 56 78"])
def test_a_phone_is_known_however_it_is_written(spelled):
    assert read(**TEXT | {"from": spelled}).sender == PHONE


def test_a_number_is_as_good_an_id_as_a_word_and_what_cannot_be_kept_is_left_out():
    assert read(**TEXT | {"id": 7, "text": "O\0UI\ud83d"})[:3] == ("7", PHONE, "OUI")


def test_a_report_is_read():
    assert read(**REPORT) == ("enrolment:7:offered", "failed")


@pytest.mark.parametrize(
    "wrong",
    [
        *({name: None} for name in TEXT),
        {"id": ""},
        {"id": "a b"},
        {"id": "x" * 121},
        {"id": ["m1"]},
        {"from": "CASA INFO"},
        {"from": "12"},
        {"from": 7},
        {"text": ["OUI"]},
        {"text": 1},
        {"at": "2026-05-16T10:30:00"},
        {"at": "yesterday"},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"at": 1767225600},
        {"status": "read"},
        {"status": "failed", "reference": ""},
        {"status": "failed"},
    ],
)
def test_what_is_no_text_and_no_report_is_refused(wrong):
    with pytest.raises(gateway.Malformed):
        read(**TEXT | wrong)


@pytest.mark.parametrize("body", [b"", b"\xff", b"null", b"7", b'"status"', b"[]", b"{}", b"[" * 4000, b"9" * 4096])
def test_what_is_no_object_is_refused(body):
    with pytest.raises(gateway.Malformed):
        gateway.read(body)
