import socket
import time
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.template import TemplateDoesNotExist

from learningcity.models import OutboxMessage
from learningcity.services import delivery, messages

from .outbox import PHONE, VALUES, WORDS, broker_at, write


@pytest.fixture
def asked():
    with broker_at("memory://") as asked:
        yield asked


@contextmanager
def refusing():
    yield "redis://127.0.0.1:1/0"


@contextmanager
def silent():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.mark.django_db(transaction=True)
def test_a_message_is_a_row_first_and_delivery_is_asked_for_after_the_commit(asked):
    with transaction.atomic():
        message = write()
        assert asked() == []
    assert asked() == [message.pk]
    assert (message.state, message.attempts, message.recipient) == ("pending", 0, PHONE)
    assert message.values == VALUES


@pytest.mark.django_db(transaction=True)
def test_the_same_key_twice_gives_the_same_row_and_the_first_words(asked):
    assert write() == write(values=VALUES | {"time": "18:00"})
    [message] = OutboxMessage.objects.all()
    assert message.values["time"] == "10:30"


@pytest.mark.django_db
def test_the_row_is_one_insert_that_conflicts_in_silence(django_assert_num_queries):
    write()
    with django_assert_num_queries(1) as seen:
        messages.write(dedupe_key="enrolled:1", **WORDS)
    assert "ON CONFLICT DO NOTHING" in seen[0]["sql"]


@pytest.mark.django_db(transaction=True)
def test_a_rollback_leaves_no_row_and_asks_for_nothing(asked):
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert not OutboxMessage.objects.exists()
    assert asked() == []


@pytest.mark.django_db(transaction=True)
def test_what_has_left_is_not_asked_for_again(asked, settings):
    settings.SMS_PROVIDER = "learningcity.tests.outbox.Provider"
    delivery.deliver(write().pk)
    asked()
    write()
    assert asked() == []


@pytest.mark.parametrize("broker", [refusing, silent])
@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_caller_goes_on_and_the_sweeper_delivers_later(broker, provider):
    with broker() as address, broker_at(address):
        start = time.monotonic()
        with transaction.atomic():
            message = write()
        assert time.monotonic() - start < 1.5
    OutboxMessage.objects.update(next_try_at=message.next_try_at - delivery.LATE)
    with broker_at("memory://") as asked:
        assert delivery.sweep() == 1
        for pk in asked():
            delivery.deliver(pk)
    assert [reference for _to, _text, reference in provider.sent] == ["enrolled:1"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"template": "nothing"}, TemplateDoesNotExist),
        ({"language": "de"}, ValueError),
        ({"channel": "fax"}, LookupError),
    ],
)
def test_a_message_that_could_never_be_written_fails_at_once(change, error):
    with pytest.raises(error):
        write(**change)


@pytest.mark.django_db
def test_a_pending_message_is_cancelled_and_a_sent_one_is_not(settings):
    settings.SMS_PROVIDER = "learningcity.tests.outbox.Provider"
    write("one")
    delivery.deliver(write("two").pk)
    assert (messages.cancel("one"), messages.cancel("two")) == (True, False)
    states = OutboxMessage.objects.order_by("dedupe_key").values_list("state", flat=True)
    assert list(states) == ["cancelled", "sent"]
