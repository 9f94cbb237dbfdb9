import pytest
from django.utils import translation

from .. import signals
from ..models import Membership
from .desk import teaching_place
from .factories import member


@pytest.fixture
def officer():
    return member(Membership.Role.PROGRAMME_OFFICER)


@pytest.fixture
def desk(client, officer):
    """The staff pages as `officer` reads them."""
    client.force_login(officer)
    return client


@pytest.fixture
def place():
    return teaching_place()


@pytest.fixture
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def told():
    """The acts on timetables of which the world was told, each {"runs", "changes", "by", "note"}."""
    heard = []

    def hear(sender, **act):
        heard.append(act)

    signals.timetable_changed.connect(hear)
    yield heard
    signals.timetable_changed.disconnect(hear)
