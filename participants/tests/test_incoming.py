"""The door of the gateway: who may speak, what is refused, and a whole enrolment without a web page."""

import json
import logging
from datetime import timedelta

import pytest
from django.db import transaction

from learningcity import clock
from learningcity.models import IncomingMessage, OutboxMessage
from learningcity.providers import gateway
from learningcity.services import delivery
from learningcity.tests.outbox import Provider
from learningcity.tests.races import at_once, behind
from programmes.tests.factories import course

from ..models import Enrolment
from ..services import queue, replies
from .factories import enrolment, participant
from .lines import month_ahead
from .told import PHONE, told_earlier

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def secret(settings):
    settings.SMS_WEBHOOK_SECRET = "of the tests"


def text(**changes):
    return {"id": "m1", "from": PHONE, "text": "OUI", "at": clock.now().isoformat()} | changes


@pytest.fixture
def post(client):
    def post(told, **headers):
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.post("/sms/", body, content_type="application/json", headers=gateway.signed(body) | sent)

    return post


def offered():
    """A place of this phone that was offered a day ago."""
    group = month_ahead()
    first = enrolment(group, participant(given_name="Nom", phone=""))
    second = enrolment(group, participant(given_name="Yasmine", phone=PHONE))
    queue.leave(first, by=None)
    return told_earlier(second)


def state_of(place):
    return Enrolment.objects.get(pk=place.pk).state


# --- The whole way --------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("nothing_broken_in_the_end")
def test_from_the_offer_to_the_seat_by_text_message_alone(post, settings, monkeypatch):
    settings.SMS_PROVIDER = "learningcity.tests.outbox.Provider"
    monkeypatch.setattr(Provider, "sent", [])
    place = offered()
    OutboxMessage.objects.filter(template="offered").update(next_try_at=clock.now())
    for message in OutboxMessage.objects.filter(recipient=PHONE).order_by("pk"):
        delivery.deliver(message.pk)
    assert place.token in Provider.sent[-1][1]

    assert post(text(text="نعم")).status_code == 200

    assert state_of(place) == "enrolled"
    delivery.deliver(OutboxMessage.objects.pending().get(template="enrolled", recipient=PHONE).pk)
    [_offered, confirmation] = Provider.sent
    assert place.reference in confirmation[1]
    assert IncomingMessage.objects.get().outcome == "accepted"


def test_the_same_text_twice_is_taken_once(post):
    place = offered()
    told = text()
    post(told)
    before = OutboxMessage.objects.count()

    again = [post(told | {"text": "NON"}), post(told)]

    assert [answer.status_code for answer in again] == [200, 200]
    assert (state_of(place), IncomingMessage.objects.count()) == ("enrolled", 1)
    assert OutboxMessage.objects.count() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_again", range(5))
def test_the_same_text_twice_at_once_is_taken_once(_again):
    place = offered()
    same = gateway.Text("m1", PHONE, "OUI", clock.now())

    outcomes = at_once([lambda: replies.receive(same)] * 4)

    assert outcomes == ["accepted"] * 4
    assert IncomingMessage.objects.count() == 1
    assert place.events.filter(from_state="offered").count() == 1
    assert OutboxMessage.objects.filter(template="enrolled", recipient=PHONE).count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_answer_given_on_the_page_meanwhile_stands():
    place = offered()
    with transaction.atomic():
        queue.decline(place, by=None)
        reply = behind(lambda: replies.receive(gateway.Text("m1", PHONE, "OUI", clock.now())))

    assert reply() == "nothing"
    assert state_of(place) == "declined"


@pytest.mark.django_db(transaction=True)
def test_what_could_not_be_done_leaves_no_trace_and_may_be_sent_again(monkeypatch):
    place = offered()
    same = gateway.Text("m1", PHONE, "OUI", clock.now())
    with monkeypatch.context() as patch:
        patch.setitem(replies.DEEDS, "yes", lambda *place, by: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            replies.receive(same)
    assert not IncomingMessage.objects.exists()

    assert replies.receive(same) == "accepted"
    assert state_of(place) == "enrolled"


def test_a_report_of_failure_marks_the_message_and_touches_no_place(post):
    place = offered()
    message = OutboxMessage.objects.get(template="offered")
    OutboxMessage.objects.filter(pk=message.pk).update(state="sent", sent_at=clock.now())

    answer = post({"id": "r1", "status": "failed", "reference": message.dedupe_key})

    message.refresh_from_db()
    assert (answer.status_code, message.state, message.last_error) == (200, "dead", delivery.FAILED)
    assert state_of(place) == "offered"
    assert not IncomingMessage.objects.exists()


def test_a_report_of_a_message_that_nobody_knows_is_taken(post):
    assert post({"id": "r1", "status": "failed", "reference": "unknown"}).status_code == 200


# --- What is refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [{"X_Signature": "0" * 64}, {"X_Timestamp": "1767225600"}, {"X_Timestamp": ""}])
def test_what_is_not_signed_is_refused(post, wrong):
    place = offered()
    assert post(text(), **wrong).status_code == 403
    assert state_of(place) == "offered"
    assert not IncomingMessage.objects.exists()


def test_an_old_request_is_refused(post, monkeypatch):
    now = gateway.time.time()
    monkeypatch.setattr(gateway.time, "time", lambda: now - 301)
    headers = gateway.signed(body := json.dumps(text()).encode())
    monkeypatch.setattr(gateway.time, "time", lambda: now)
    answer = post(body, **{name.replace("-", "_"): value for name, value in headers.items()})
    assert answer.status_code == 403


def test_without_a_secret_the_door_is_closed(post, settings):
    settings.SMS_WEBHOOK_SECRET = ""
    assert post(text()).status_code == 403


def test_what_nobody_understands_is_refused(post):
    assert post(b"{").status_code == 400
    assert post(text(at="yesterday")).status_code == 400


def test_a_long_body_is_refused(post):
    told = text(text="")
    longest = gateway.LONGEST - len(json.dumps(told))
    assert post(told | {"text": "x" * longest}).status_code == 200
    assert post(told | {"id": "m2", "text": "x" * (longest + 1)}).status_code == 413
    assert len(IncomingMessage.objects.get().text) == 500


def test_it_is_a_door_for_sending_only(client):
    assert client.get("/sms/").status_code == 405


def test_neither_phone_nor_text_nor_course_is_logged(post, caplog):
    offered()
    course(is_sensitive=True)
    with caplog.at_level(logging.DEBUG):
        for number, words in enumerate(["OUI", "quoi", "ANNULER", "NON"]):
            post(text(id=f"m{number}", text=words, at=(clock.now() + timedelta(seconds=5)).isoformat()))
        post(b"{")
        post(text(), X_Signature="0")
    said = " ".join(record.getMessage() for record in caplog.records if record.name.startswith(("learning", "partic")))
    assert "POST sms/ 200" in said
    assert not [word for word in (PHONE, PHONE[4:], "OUI", "quoi", "ANNULER") if word in said]
