import hashlib
from smtplib import SMTPException, SMTPServerDisconnected

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from .protocol import NotSent, OutcomeUnknown


class Mail:
    """E-mail through `EMAIL_BACKEND`. The first line of the text is the subject."""

    remembers_references = False

    def send(self, recipient, text, reference):
        subject, _, body = text.partition("\n")
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
        name = f"<{hashlib.sha256(reference.encode()).hexdigest()[:32]}@{domain}>"
        headers = {"Message-ID": name, "Auto-Submitted": "auto-generated"}
        message = EmailMessage(subject, body.strip() + "\n", to=[recipient], headers=headers)
        message.message()  # a broken header fails here, before anything leaves
        self._hand_over(message)
        return name

    def _hand_over(self, message):
        connection = get_connection()
        try:
            connection.open()
        except OSError as error:
            raise NotSent(type(error).__name__) from None
        try:
            connection.send_messages([message])
        except SMTPServerDisconnected as error:
            raise OutcomeUnknown(type(error).__name__) from None
        except SMTPException as error:  # the server answered no
            raise NotSent(type(error).__name__) from None
        except OSError as error:
            raise OutcomeUnknown(type(error).__name__) from None
        finally:
            connection.close()
