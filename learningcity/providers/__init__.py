"""Who carries a message out of the house, chosen by the settings."""

from django.conf import settings
from django.utils.module_loading import import_string

from .protocol import NotSent, OutcomeUnknown, Provider

SMS = {
    "console": "learningcity.providers.sms.ConsoleSms",
    "file": "learningcity.providers.sms.FileSms",
    "http": "learningcity.providers.sms.HttpSms",
}


def provider_for(channel) -> Provider:
    """`SMS_PROVIDER` is one of the names above or the dotted path of a class."""
    if channel == "email":
        return import_string("learningcity.providers.mail.Mail")()
    return import_string(SMS.get(settings.SMS_PROVIDER, settings.SMS_PROVIDER))()


__all__ = ["NotSent", "OutcomeUnknown", "Provider", "provider_for"]
