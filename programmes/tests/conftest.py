import pytest

from .. import signals
from ..models import Membership
from .factories import member


@pytest.fixture
def officer():
    return member(Membership.Role.PROGRAMME_OFFICER)


@pytest.fixture
def told():
    """The acts on timetables of which the world was told, each {"runs", "changes", "by", "note"}."""
    heard = []

    def hear(sender, **act):
        heard.append(act)

    signals.timetable_changed.connect(hear)
    yield heard
    signals.timetable_changed.disconnect(hear)
