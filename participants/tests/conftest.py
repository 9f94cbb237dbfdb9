import pytest

from programmes.models import Membership
from programmes.tests.factories import member


@pytest.fixture
def trainer():
    return member(Membership.Role.TRAINER)
