"""Who carries a message out of the house, chosen by the settings."""

from django.conf import settings
from django.utils.module_loading import import_string

from .failover import Failover
from .protocol import NotSent, OutcomeUnknown, Provider

SMS = {
    "console": "learningcity.providers.sms.ConsoleSms",
    "file": "learningcity.providers.sms.FileSms",
    "http": "learningcity.providers.sms.HttpSms",
    "simulator": "learningcity.providers.simulator.SimulatedSms",
}


def provider_for(channel) -> Provider:
    """`SMS_PROVIDER` is one of the names above or the dotted path of a class; or several, the first preferred."""
    if channel == "email":
        return import_string("learningcity.providers.mail.Mail")()
    names = [name.strip() for name in settings.SMS_PROVIDER.split(",")]
    providers = [import_string(SMS.get(name, name))() for name in names]
    return providers[0] if len(providers) == 1 else Failover(providers)


__all__ = ["NotSent", "OutcomeUnknown", "Provider", "provider_for"]
