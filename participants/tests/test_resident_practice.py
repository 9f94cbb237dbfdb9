"""Trying out how to enrol: the real pages with a course that does not exist."""

import pytest

from learningcity.models import OutboxMessage
from programmes.models import CourseRun, DemandSignal
from programmes.tests.factories import course, run

from ..models import Enrolment, EnrolmentDraft, Participant
from .journey import CONTACT, PERSON, SEND, WHO, address

pytestmark = pytest.mark.django_db


@pytest.fixture
def practice():
    return run(course=course(kind="practice", minimum_age=16))


def test_whole_way_ends_on_the_practice_page_and_leaves_nothing_behind(client, practice):
    response = client.get(address("enrol-who", practice))
    for answers in (WHO, PERSON, CONTACT, SEND):
        response = client.post(
            response["Location"] if "Location" in response else response.request["PATH_INFO"], answers
        )

    assert response["Location"] == "/fr/aide/s-entrainer/?fait=1"
    assert client.get(response["Location"]).context["done"]
    for model in (Enrolment, Participant, EnrolmentDraft, OutboxMessage):
        assert not model.objects.exists()
    practice.refresh_from_db()
    assert (practice.seats_taken, practice.waiting_count, practice.joined_count) == (0, 0, 0)


def test_refusal_is_explained_and_not_counted(client, practice):
    first = client.post(address("enrol-who", practice), WHO)

    response = client.post(first["Location"], PERSON | {"birth_2": "2020"})

    assert response.status_code == 409
    assert response.context["reason"].code == "too_young"
    assert not DemandSignal.objects.exists()


def test_practice_group_is_not_chosen_from_a_course_page(client, practice):
    assert client.get("/fr/inscription/", {"groupe": practice.code}).status_code == 404
    assert practice not in CourseRun.objects.public()


def test_practice_group_that_is_a_draft_does_not_exist(client):
    hidden = run(course=course(kind="practice"), decision="draft")

    assert client.get(address("enrol-who", hidden)).status_code == 404
