import smtplib

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from learningcity.providers import NotSent, OutcomeUnknown, provider_for

TEXT = "Place confirmed\n\nDone: Sewing 1."


class Server(BaseEmailBackend):
    """A mail server that fails as told, when it is called or when it is given the message."""

    at_open = at_send = None

    def open(self):
        if self.at_open:
            raise self.at_open

    def send_messages(self, messages):
        if self.at_send:
            raise self.at_send


def send(reference="enrolled:1"):
    return provider_for("email").send("yasmine@apprend.example", TEXT, reference)


def test_the_first_line_is_the_subject(settings):
    name = send()
    [message] = mail.outbox
    assert (message.subject, message.body) == ("Place confirmed", "Done: Sewing 1.\n")
    assert message.to == ["yasmine@apprend.example"]
    assert message.from_email == settings.DEFAULT_FROM_EMAIL
    assert message.message()["Message-ID"] == name


def test_the_same_reference_gives_the_same_message_id():
    assert send("a") == send("a") != send("b")


@pytest.mark.parametrize(
    ("moment", "error", "expected"),
    [
        ("at_open", ConnectionRefusedError(), NotSent),
        ("at_open", TimeoutError(), NotSent),
        ("at_open", smtplib.SMTPAuthenticationError(535, b""), NotSent),
        ("at_send", smtplib.SMTPRecipientsRefused({"yasmine@apprend.example": (550, b"")}), NotSent),
        ("at_send", smtplib.SMTPDataError(451, b""), NotSent),
        ("at_send", TimeoutError(), OutcomeUnknown),
        ("at_send", smtplib.SMTPServerDisconnected(), OutcomeUnknown),
    ],
)
def test_only_a_silence_after_the_message_leaves_a_doubt(settings, monkeypatch, moment, error, expected):
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    monkeypatch.setattr(Server, moment, error)
    with pytest.raises(expected) as caught:
        send()
    assert "yasmine" not in str(caught.value)
