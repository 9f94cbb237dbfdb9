from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F, Min, Q

from learningcity.clock import local_day
from learningcity.models import User
from learningcity.services.reference import load_ground
from participants.demo.book import reference, token
from participants.demo.city import build
from participants.demo.tables import definitions, without_checks
from participants.models import Attendance, Certificate, Enrolment, EnrolmentEvent, Participant
from participants.models.enrolments import State
from participants.services.enrolment import person_refusal
from participants.services.invariants import CHECKS
from programmes.models import CourseRun, Meeting, Membership
from programmes.services.reference import load_offer

TODAY = date(2026, 11, 17)


@pytest.fixture
def city(db):
    load_ground()
    load_offer()


def live(seed=1):
    return build(enrolments=600, attendance=6_000, seed=seed, today=TODAY)


def picture():
    return list(
        Enrolment.objects.order_by("pk").values_list(
            "reference", "token", "state", "sequence", "started_on", "participant__given_name", "run__code"
        )
    )


def test_the_same_seed_gives_the_same_city(city, django_db_blocker):
    from django.db import transaction

    pictures = []
    for _again in range(2):
        sequences = transaction.atomic()
        sequences.__enter__()
        live()
        pictures.append(picture())
        transaction.set_rollback(True)
        sequences.__exit__(None, None, None)
    assert pictures[0] == pictures[1]
