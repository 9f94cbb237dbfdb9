from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models.functions import Now
from django.test import Client
from django.urls import get_resolver, reverse

from learningcity import idempotency
from learningcity.models import SentForm

from .races import at_once
from .routes import named_routes

ADDRESS = "/fr/me-prevenir/?q=couture"
OWN_KEYS = {
    # the draft is the key: the last page sent twice leads to one receipt
    "enrol-who", "enrol-person", "enrol-contact", "enrol-clash", "enrol-check",
    # a mark is the same mark however often it is sent, and one form is sent many times
    "roll-call",
    # what they do is in the session
    "passport-sign-in", "passport-code", "passport-sign-out", "passport-join", "passport-pin",
    "account_login", "account_logout", "account_inactive", "account_reauthenticate",
    "mfa_authenticate", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_index", "mfa_reauthenticate",
    "mfa_generate_recovery_codes", "mfa_view_recovery_codes",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_limits():
    cache.clear()


def done():
    """How often the form has done what it does."""
    return apps.get_model("participants.Alert").objects.count()


def typed(key, **more):
    number = {} if key is None else {"form_key": key}
    return number | {"phone": "0612345678", "language": "fr"} | more


def send(key, client=None, **more):
    return (client or Client()).post(ADDRESS, typed(key, **more))


@pytest.mark.django_db
def test_every_form_has_a_number_of_its_own(client):
    pages = [client.get(ADDRESS).content.decode() for _time in range(2)]
    found = [idempotency.KEY.search(page.partition('name="form_key" value="')[2])[0] for page in pages]
    assert len(set(found)) == 2


@pytest.mark.django_db
def test_sent_twice_is_done_once_and_leads_to_the_same_place():
    key = uuid4().hex
    first, second = send(key), send(key)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert done() == 1


@pytest.mark.django_db
def test_without_the_number_it_would_be_done_twice():
    for phone in ("0612345678", "0612345679"):
        assert send(None, phone=phone).status_code == 302
    assert done() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "title"), [("fr", "Ce formulaire a déjà été envoyé"), ("ar", "سبق إرسال")])
def test_the_same_number_with_other_words_is_refused(language, title):
    key, address = uuid4().hex, ADDRESS.replace("fr", language)
    first = Client().post(address, typed(key))
    other = Client().post(address, typed(key, phone="0612345679"))
    assert other.status_code == 422
    assert title in other.content.decode()
    assert first["Location"].replace("&", "&amp;") in other.content.decode()
    assert done() == 1


@pytest.mark.django_db
def test_a_form_that_was_refused_may_be_mended_and_sent_again():
    key = uuid4().hex
    assert send(key, phone="12").status_code == 422
    assert not SentForm.objects.exists()
    assert send(key).status_code == 302


@pytest.mark.django_db
def test_the_number_of_someone_else_opens_nothing(django_user_model):
    key, other = uuid4().hex, Client()
    other.force_login(django_user_model.objects.create(email="a@city.example", name="A"))
    assert send(key)["Location"] == send(key)["Location"]
    assert send(key, other, phone="0612345679").status_code == 302
    assert done() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["' OR 1=1", "", "0" * 31, "0" * 33, "G" * 32, "\u0661" * 32])
@pytest.mark.parametrize(("language", "title"), [("fr", "Nous n’avons pas pu lire"), ("ar", "لم نتمكن من قراءة")])
def test_what_is_not_a_number_of_ours_is_refused_and_nothing_is_done(key, language, title):
    answer = Client().post(ADDRESS.replace("fr", language), typed(key))
    assert answer.status_code == 400
    assert title in answer.text
    assert done() == 0
    assert not SentForm.objects.exists()


@pytest.mark.django_db
def test_who_keeps_another_key_is_not_asked_for_this_one(client):
    assert client.post(reverse("passport-sign-in"), {"form_key": "x"}).status_code == 422


@pytest.mark.django_db
def test_numbers_are_forgotten_after_three_days():
    send(uuid4().hex)
    assert idempotency.forget() == 0
    SentForm.objects.update(at=Now() - timedelta(hours=73))
    assert idempotency.forget() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_again", range(5))
def test_sent_at_once_the_second_waits_for_the_first(_again):
    key = uuid4().hex
    answers = at_once([lambda: send(key)] * 4)
    assert {answer.status_code for answer in answers} == {302}
    assert len({answer["Location"] for answer in answers}) == 1
    assert done() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_number_all_of_them_are_done():
    at_once([lambda number=number: send(None, phone=f"061234567{number}") for number in range(4)])
    assert done() == 4


@pytest.mark.django_db(transaction=True)
def test_who_waits_too_long_is_told_that_it_is_being_done(monkeypatch):
    def impatient():
        connection.cursor().execute("SET lock_timeout = '50ms'")
        return send(key)

    key = uuid4().hex
    send(key)
    first = SentForm.objects.get()
    first.delete()
    with transaction.atomic():
        SentForm.objects.create(key=first.key, digest=first.digest)
        [answer] = at_once([impatient])
    assert answer.status_code == 409
    assert done() == 1


def views():
    """Name -> view of every named address."""
    found = {}

    def walk(patterns):
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                walk(pattern.url_patterns)
            else:
                found[pattern.name] = pattern.callback

    walk(get_resolver().url_patterns)
    return found


def test_whoever_keeps_another_key_is_listed_with_the_reason():
    own = {name for name, view in views().items() if getattr(view, "has_own_key", False)}
    assert own & set(named_routes()) == OWN_KEYS
