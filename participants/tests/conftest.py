from datetime import date

import pytest
from django.utils import translation

from learningcity.models import User
from learningcity.tests.races import no_safety_net
from programmes.models import CourseRun, Membership
from programmes.tests.factories import member

from ..models import Enrolment, EnrolmentEvent
from ..services import invariants, passports
from .factories import TYPED, participant


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


@pytest.fixture
def resident(client):
    """Signed in to the passport of the phone that the factories give everyone."""
    user = User.objects.of_phone(TYPED["phone"], language="fr")
    client.force_login(user)
    return user


@pytest.fixture
def yasmine(resident):
    return passports.link(resident, participant(given_name="Yasmine"))


@pytest.fixture
def driss(resident):
    child = participant(given_name="Driss", birth_date=date(2015, 5, 2), sex="M")
    child.guardianships.create(guardian_name="Yasmine El Idrissi", relation="mother")
    return passports.link(resident, child)
