import logging
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.db.models import F

from learningcity import tasks
from learningcity.models import OutboxMessage
from learningcity.providers import OutcomeUnknown
from learningcity.services import delivery, messages

from .outbox import DOWN, PHONE, Provider, RememberingProvider, broker_at, write

OTHER = "+212698765432"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("provider")]


@pytest.fixture
def asked():
    with broker_at("memory://") as asked:
        yield asked


def forward(minutes):
    """As if so much time had passed."""
    OutboxMessage.objects.update(next_try_at=F("next_try_at") - timedelta(minutes=minutes))


def row(key="enrolled:1"):
    return OutboxMessage.objects.get(dedupe_key=key)


def test_a_delivered_message_is_marked_with_the_providers_reference(provider):
    assert delivery.deliver(write().pk) == "sent"
    message = row()
    assert (message.state, message.provider_reference, message.attempts, message.last_error) == ("sent", "sms-1", 1, "")
    assert message.sent_at is not None
    [(recipient, text, reference)] = provider.sent
    assert (recipient, reference) == (PHONE, "enrolled:1")
    assert text.startswith("Done: Sewing 1, Saturday 16 May 10:30")


def test_asking_twice_delivers_once(provider):
    message = write()
    assert [delivery.deliver(message.pk) for _time in range(3)] == ["sent", None, None]
    assert len(provider.sent) == 1


def test_an_email_leaves_as_an_email():
    delivery.deliver(write(channel="email", recipient="yasmine@apprend.example").pk)
    assert [(sent.to, sent.subject) for sent in mail.outbox] == [(["yasmine@apprend.example"], "Place confirmed")]


@pytest.mark.parametrize("state", ["cancelled", "dead", "sent"])
def test_only_a_pending_message_is_delivered(provider, state):
    message = write()
    OutboxMessage.objects.update(state=state, sent_at=F("created_at") if state == "sent" else None)
    assert delivery.deliver(message.pk) is None
    assert provider.sent == []


def test_a_message_that_is_not_due_waits(provider):
    message = write()
    forward(minutes=-1)
    assert delivery.deliver(message.pk) is None
    assert provider.sent == []


def test_a_provider_that_is_down_is_tried_five_times_after_pauses_then_the_message_is_dead(provider):
    provider.errors = {PHONE: DOWN}
    message, states = write(), []
    for _attempt in range(5):
        states.append(delivery.deliver(message.pk))
        assert delivery.deliver(message.pk) is None  # not before the pause is over
        forward(minutes=6)
    assert states == ["pending"] * 4 + ["dead"]
    assert (row().attempts, row().last_error) == (5, "HTTP 503")


def test_pauses_double_and_differ_between_messages():
    for attempts, seconds in [(1, 30), (2, 60), (3, 120), (4, 240)]:
        pauses = {delivery.pause(attempts).total_seconds() for _time in range(50)}
        assert seconds * 0.75 <= min(pauses) < max(pauses) <= seconds * 1.25
    worst = sum(30 * 2**attempt * 1.25 + delivery.SWEEP_EVERY for attempt in range(4))
    assert worst < 15 * 60


def test_one_number_that_fails_does_not_hold_up_the_others(provider, asked):
    provider.errors = {PHONE: DOWN}
    keys = [write(f"enrolled:{n}", recipient=PHONE if n % 2 else OTHER).pk for n in range(6)]
    for pk in keys:
        delivery.deliver(pk)
    assert sorted(reference for _to, _text, reference in provider.sent) == ["enrolled:0", "enrolled:2", "enrolled:4"]
    assert OutboxMessage.objects.pending().count() == 3


def test_a_message_that_cannot_be_written_dies_without_saying_what_was_in_it(provider):
    message = write(values={"course": None, "reference": "CA-1", "link": "x", "date": "Yasmine"})
    for _attempt in range(5):
        delivery.deliver(message.pk)
        forward(minutes=10)
    assert (row().state, row().last_error) == ("dead", "ValueError")
    assert provider.sent == []


class Killed(BaseException):
    """The worker is gone between the provider's yes and our commit."""


def killed_after_sending(provider, monkeypatch):
    kept = provider.send

    def send(self, *message):
        kept(self, *message)
        raise Killed

    message = write()
    with monkeypatch.context() as patch:
        patch.setattr(provider, "send", send)
        with pytest.raises(Killed):
            delivery.deliver(message.pk)
    return message


def test_a_worker_killed_while_sending_leaves_a_doubt_that_a_person_settles(provider, monkeypatch):
    message = killed_after_sending(provider, monkeypatch)
    assert (row().state, row().last_error, row().attempts) == ("pending", delivery.NO_ANSWER, 1)
    assert delivery.deliver(message.pk) is None  # the lease runs
    forward(minutes=3)
    assert delivery.deliver(message.pk) is None
    assert row().state == "dead"
    assert row().last_error.startswith("Outcome unknown")
    assert len(provider.sent) == 1


def test_a_provider_that_remembers_references_gets_the_same_reference_again(settings, monkeypatch):
    settings.SMS_PROVIDER = "learningcity.tests.outbox.RememberingProvider"
    message = killed_after_sending(RememberingProvider, monkeypatch)
    forward(minutes=3)
    assert delivery.deliver(message.pk) == "sent"
    assert [reference for _to, _text, reference in Provider.sent] == ["enrolled:1", "enrolled:1"]


@pytest.mark.parametrize(("name", "state"), [("Provider", "dead"), ("RememberingProvider", "pending")])
def test_a_silent_provider_is_asked_again_only_if_it_remembers(settings, provider, name, state):
    settings.SMS_PROVIDER = f"learningcity.tests.outbox.{name}"
    provider.errors = {PHONE: OutcomeUnknown("TimeoutError")}
    assert delivery.deliver(write().pk) == state


def test_a_message_that_kills_every_worker_dies_after_five(settings):
    settings.SMS_PROVIDER = "learningcity.tests.outbox.RememberingProvider"
    message = write()
    OutboxMessage.objects.update(attempts=5, last_error=delivery.NO_ANSWER)
    assert delivery.deliver(message.pk) is None
    assert row().state == "dead"


def test_a_message_cancelled_while_it_leaves_is_told_as_sent(provider, monkeypatch):
    message = write()
    kept = provider.send

    def send(self, *words):
        messages.cancel("enrolled:1")
        return kept(self, *words)

    monkeypatch.setattr(provider, "send", send)
    assert delivery.deliver(message.pk) == "sent"
    assert row().state == "sent"


def unlocked(pk):
    return OutboxMessage.objects.pending().filter(pk=pk).first()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("lock", "times"), [(delivery._locked, 1), (unlocked, 2)], ids=["lock", "control"])
def test_two_workers_at_once_deliver_once_and_without_the_lock_twice(provider, monkeypatch, lock, times):
    """Both have looked for the row before either goes on."""
    message, meeting = write(), threading.Barrier(2, timeout=5)

    def look(pk):
        found = lock(pk)
        meeting.wait()
        return found

    def work():
        try:
            delivery.deliver(message.pk)
        finally:
            connection.close()

    monkeypatch.setattr(delivery, "_locked", look)
    workers = [threading.Thread(target=work) for _number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(provider.sent) == times


def test_the_sweeper_asks_for_late_messages_only_oldest_first(asked):
    late, later = write("late"), write("later")
    OutboxMessage.objects.filter(pk=later.pk).update(next_try_at=F("created_at") - timedelta(minutes=1))
    OutboxMessage.objects.filter(pk=late.pk).update(next_try_at=F("created_at") - timedelta(minutes=2))
    write("now")
    assert delivery.sweep() == 2
    assert asked() == [late.pk, later.pk]


def test_the_sweeper_asks_in_batches(asked, monkeypatch):
    monkeypatch.setattr(delivery, "BATCH", 2)
    for number in range(3):
        write(f"enrolled:{number}")
    forward(minutes=1)
    assert delivery.sweep() == 2


def test_the_sweeper_gives_up_at_the_first_silence_of_the_broker():
    for number in range(3):
        write(f"enrolled:{number}")
    forward(minutes=1)
    with broker_at("redis://127.0.0.1:1/0"):
        assert delivery.sweep() == 0


def test_the_tasks_do_what_the_services_do(asked, provider):
    message = write()
    forward(minutes=1)
    tasks.sweep_outbox()
    for pk in asked():
        tasks.deliver(pk)
    assert row() == message
    assert row().state == "sent"


def test_neither_number_nor_text_is_logged(provider, caplog):
    provider.errors = {PHONE: DOWN, OTHER: ValueError(f"{OTHER}: Done")}
    with caplog.at_level(logging.DEBUG):
        for key, number in [("a", PHONE), ("b", OTHER), ("c", "+212600000000")]:
            message = write(key, recipient=number)
            for _attempt in range(5):
                delivery.deliver(message.pk)
                forward(minutes=10)
        with broker_at("redis://127.0.0.1:1/0"):
            messages.ask(message.pk)
    ours = [record for record in caplog.records if record.name.startswith("learningcity")]
    assert len(ours) == 11  # 4 postponed and 1 dead for each of two, 1 broker
    assert [record for record in ours if record.exc_info] == []
    said = "".join(record.getMessage() for record in ours)
    assert "+212" not in said
    assert "Done" not in said


def test_the_command_counts_and_gives_dead_messages_another_chance(provider, asked, capsys):
    write("dead")
    OutboxMessage.objects.update(state="dead", attempts=5, last_error="HTTP 503")
    delivery.deliver(write("sent").pk)
    asked()
    call_command("outbox")
    assert capsys.readouterr().out.split() == ["pending", "0", "sent", "1", "dead", "1", "cancelled", "0"]
    call_command("outbox", "--retry-dead")
    assert capsys.readouterr().out.startswith("1 dead messages start anew\n1 messages asked for\npending   1\n")
    assert asked() == [row("dead").pk]
    assert delivery.deliver(row("dead").pk) == "sent"


def test_the_command_sweeps(asked, capsys):
    message = write()
    forward(minutes=1)
    call_command("outbox", "--sweep")
    assert capsys.readouterr().out.startswith("1 messages asked for\n")
    assert asked() == [message.pk]


# --- Reports --------------------------------------------------------------------------------------------------


def test_a_reported_failure_makes_a_sent_message_dead(provider):
    delivery.deliver(write().pk)
    delivery.note_report("enrolled:1", "failed")
    assert (row().state, row().last_error, row().sent_at) == ("dead", delivery.FAILED, None)


def test_a_report_of_what_nobody_knows_or_of_an_email_changes_nothing(provider):
    delivery.deliver(write(channel="email", recipient="yasmine@apprend.example").pk)
    for reference in ("enrolled:1", "enrolled:2"):
        delivery.note_report(reference, "failed")
    assert row().state == "sent"


def test_a_report_of_success_ends_a_doubt_and_changes_nothing_else(provider):
    provider.errors = {PHONE: OutcomeUnknown("TimeoutError")}
    assert delivery.deliver(write().pk) == "dead"
    for _time in range(2):
        delivery.note_report("enrolled:1", "delivered")
        assert (row().state, row().last_error) == ("sent", delivery.DELIVERED)
        assert row().sent_at is not None


@pytest.mark.parametrize("reports", [["delivered", "failed"], ["failed", "delivered", "failed"]])
def test_what_has_arrived_is_not_dead_and_not_sent_again(provider, reports):
    delivery.deliver(write().pk)
    for status in reports:
        delivery.note_report("enrolled:1", status)
    assert (row().state, delivery.retry_dead()) == ("sent", 0)


def test_a_report_of_success_keeps_the_moment_in_which_it_left(provider):
    delivery.deliver(write().pk)
    left = row().sent_at
    delivery.note_report("enrolled:1", "delivered")
    assert row().sent_at == left


@pytest.mark.parametrize(("state", "status"), [("cancelled", "failed"), ("cancelled", "delivered")])
def test_what_was_cancelled_stays_so(provider, state, status):
    write()
    OutboxMessage.objects.update(state=state)
    delivery.note_report("enrolled:1", status)
    assert row().state == state


def test_a_report_that_is_faster_than_our_own_note_stands(provider, monkeypatch):
    kept = provider.send

    def send(self, *words):
        delivery.note_report("enrolled:1", "failed")
        return kept(self, *words)

    monkeypatch.setattr(provider, "send", send)
    assert delivery.deliver(write().pk) == "dead"
    assert (row().state, row().last_error) == ("dead", delivery.FAILED)
