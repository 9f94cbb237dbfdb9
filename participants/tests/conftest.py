import pytest
from django.utils import translation

from learningcity.tests.races import no_safety_net
from programmes.models import CourseRun, Membership
from programmes.tests.factories import member

from ..models import Enrolment, EnrolmentEvent
from ..services import invariants


@pytest.fixture
def nothing_broken_in_the_end(db):
    yield
    assert invariants.breaches() == []


@pytest.fixture
def trainer():
    return member(Membership.Role.TRAINER)


@pytest.fixture
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def without_safety_net():
    """Without the constraints that would catch what a missing lock lets through."""
    names = {"seats_within_capacity", "sequence_once_in_run", "ledger_number_once"}
    with no_safety_net(names, CourseRun, Enrolment, EnrolmentEvent, root=CourseRun):
        yield
