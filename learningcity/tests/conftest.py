import pytest

from learningcity.models import User

from .outbox import PHONE, Provider


@pytest.fixture
def provider(settings, monkeypatch):
    """Text messages go to a provider that keeps what it sent."""
    settings.SMS_PROVIDER = "learningcity.tests.outbox.Provider"
    monkeypatch.setattr(Provider, "sent", [])
    monkeypatch.setattr(Provider, "errors", {})
    return Provider


@pytest.fixture
def resident():
    return User.objects.of_phone(PHONE, language="fr")
