import pytest
from django.utils import translation

from programmes.models import Membership
from programmes.tests.factories import member

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
