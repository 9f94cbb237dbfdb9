"""Bad input 31: fields nobody asked for, on every form that a resident can send."""

from contextlib import contextmanager

import pytest
import yaml
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.urls import get_resolver

from learningcity import clock
from learningcity.tests.routes import address as address_of
from learningcity.tests.subjects import city
from learningcity.tests.test_bad_inputs import fields_of
from programmes.models import CourseRun, Meeting

from ..models import Enrolment, EnrolmentDraft, Guardianship, Participant, Survey
from .factories import draft, enrolment, participant
from .journey import CONTACT, PERSON, SEND, WHO
from .lines import month_ahead, offered

pytestmark = pytest.mark.django_db
VALID = {
    "enrol-who": WHO,
    "enrol-person": PERSON,
    "enrol-contact": CONTACT,
    "enrol-check": SEND,
    "cancel": {"reason": "far"},
    "offer": {"answer": "yes"},
    "own-data-correct": {"given_name": "Salma", "channel": "sms", "language": "ar", "district": "outside"},
    "erase": {"sure": "on"},
    "survey": {"useful": "yes", "recommend": "yes", "words": "Merci"},
    "alert": {"phone": "0612345678", "language": "fr"},
}
SETTLED = (Participant, Enrolment, Guardianship, EnrolmentDraft, CourseRun, Meeting, get_user_model())
WATCHED = [*apps.get_app_config("participants").get_models(), CourseRun, Meeting, get_user_model()]
CHANCE = {"token", "reference", "hash", "previous_hash", "ledger_hash", "party"}
HOSTILE = {"BooleanField": "1", "DateField": "2020-01-01", "DateTimeField": "2020-01-01 00:00", "CharField": "refused"}


def resident_forms():
    """Names of the pages that whoever holds a link, or nobody in particular, can send a form to."""
    public = yaml.safe_load((settings.BASE_DIR / "learningcity/matrix.yml").read_text())["public"]
    ours = {pattern.name for pattern in patterns() if pattern.callback.__module__.startswith("participants.")}
    takes_forms = {name for name, answers in public.items() if answers["POST"] != 405}
    return sorted((ours & takes_forms) - {"sms-incoming"})  # of the gateway, signed: see test_incoming


def patterns(level=None):
    for pattern in get_resolver().url_patterns if level is None else level:
        yield from patterns(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern]


def subjects(name):
    """Values for the address, with a place whose form has something to change; and answers ready to send."""
    values, group = city().values, month_ahead(capacity=3)
    place = offered() if name == "offer" else enrolment(group, participant(given_name="Rim"))
    today = clock.local_day(clock.now())
    Survey.objects.create(enrolment=place, kind="satisfaction", due_on=today, invited_on=today)
    return values | {"code": group.code, "token": place.token}, draft(group)


def every_field():
    """{name: a value that would matter} of all that people, places and groups are made of."""
    fields = [field for model in SETTLED for field in model._meta.fields]
    return {name: HOSTILE.get(type(field).__name__, "1") for field in fields for name in (field.name, field.attname)}


@contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def written():
    """All that is stored, without what differs each time a form is sent."""
    return {
        model.__name__: [
            tuple(str(getattr(row, field.attname)) for field in model._meta.concrete_fields if is_settled(field))
            for row in model.objects.order_by("pk")
        ]
        for model in WATCHED
    }


def is_settled(field):
    by_chance = field.primary_key or field.name in CHANCE or isinstance(field, (models.DateTimeField, models.JSONField))
    return not by_chance and (not field.is_relation or field.related_model in (CourseRun, get_user_model()))


@pytest.mark.parametrize("name", resident_forms())
def test_31_fields_nobody_asked_for_change_nothing_on_any_form(client, name):
    values, kept = subjects(name)
    path = address_of(name, values) + f"?d={kept.token}"
    valid = VALID.get(name, {})
    extra = {field: value for field, value in every_field().items() if field not in valid | fields_asked(client, path)}
    stored = []
    for typed in (valid, valid | extra):
        with undone():
            client.cookies.clear()  # a session that was undone is none
            answer = client.post(path, typed)
            stored.append((answer.status_code, written()))

    assert {"state", "seats_taken", "is_superuser", "participant_id"} <= set(extra)
    assert stored[0][0] == stored[1][0]
    assert [table for table in stored[0][1] if stored[0][1][table] != stored[1][1][table]] == []


def fields_asked(client, path):
    return dict.fromkeys(fields_of(client.get(path)))


def test_31_the_forms_are_found_and_what_is_sent_is_taken(client):
    assert set(VALID) <= set(resident_forms())
    values, _kept = subjects("own-data-correct")
    before = written()

    with undone():
        assert client.post(address_of("own-data-correct", values), VALID["own-data-correct"]).status_code == 302
        assert written() != before
    assert written() == before
