"""What a sign-in with a code opens, for how long, and for whom."""

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from learningcity.models import User
from learningcity.views.sign_in import masked, page_of_ours

from .subjects import person
from .test_sign_in_codes import PASSPORT, PHONE, SIGN_IN, ask, enter, last_code

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_tries_remembered():
    cache.clear()


# --- Sessions -------------------------------------------------------------------------------------------------


def test_session_ends_with_the_browser_unless_the_phone_is_ones_own(resident, settings):
    shared, own = Client(), Client()
    ask(shared)
    enter(shared, last_code())
    ask(own)
    answer = enter(own, last_code(), own_device="on")

    assert shared.session.get_expire_at_browser_close()
    assert not own.session.get_expire_at_browser_close()
    assert own.session.get_expiry_age() > 29 * 86_400
    assert answer.cookies[settings.SESSION_COOKIE_NAME]["max-age"] > 29 * 86_400


def age(client, seconds):
    session = client.session
    for key in ("signed_in_at", "seen_at"):
        session[key] -= seconds
    session.save()


def test_half_an_hour_idle_ends_it_on_a_shared_phone_only(resident):
    shared, own = Client(), Client()
    ask(shared)
    enter(shared, last_code())
    ask(own)
    enter(own, last_code(), own_device="on")
    for client in (shared, own):
        age(client, 31 * 60)

    assert shared.get(PASSPORT)["Location"] == f"{SIGN_IN}?next={PASSPORT}"
    assert own.get(PASSPORT).status_code == 200
    age(own, 31 * 86_400)
    assert own.get(PASSPORT).status_code == 302


def test_pages_of_the_passport_lead_to_the_sign_in_of_residents_and_back(client, resident):
    settings_page = "/fr/passeport/reglages/"
    sign_in = client.get(settings_page)["Location"]
    assert sign_in == f"{SIGN_IN}?next={settings_page}"
    client.post(sign_in, {"phone": PHONE})
    assert enter(client, last_code())["Location"] == settings_page


ELSEWHERE = ["//evil.example", "https:evil", "https://evil.example", "/\\evil", "javascript:alert(1)", "///evil"]


@pytest.mark.parametrize("target", [*ELSEWHERE, " //evil", ""])
def test_only_pages_of_ours_follow_a_sign_in(client, resident, target):
    assert page_of_ours(target) == ""
    client.post(SIGN_IN, query_params={"next": target}, data={"phone": PHONE})
    assert enter(client, last_code())["Location"] == PASSPORT


@pytest.mark.parametrize("name", ["desk-today", "mfa_activate_totp", "account_reauthenticate", "desk-courses"])
def test_pages_of_staff_do_not_exist_for_residents(client, resident, name):
    client.force_login(resident)
    assert client.get(reverse(name)).status_code == 404


def test_pages_of_the_passport_do_not_exist_for_staff(client):
    client.force_login(person("amina"))
    assert client.get(PASSPORT).status_code == 404


def test_begun_sign_in_of_a_resident_leaves_that_of_staff_open(client, resident):
    ask(client)
    assert client.get("/fr/gestion/connexion/").status_code == 200


# --- The account ----------------------------------------------------------------------------------------------


def test_asking_twice_gives_one_account(resident):
    assert User.objects.of_phone(PHONE, language="ar") == resident
    assert not resident.has_usable_password()
    assert str(resident) == PHONE


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "", "phone": ""},
        {"email": "amina@city.example", "phone": PHONE, "password": "md5$a$b"},
        {"email": "", "phone": PHONE, "password": "!", "is_superuser": True},
    ],
)
def test_the_database_refuses_accounts_that_are_neither_or_both(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(**fields)


def test_one_phone_has_one_account_and_no_phone_is_shared_by_all_staff(resident):
    person("amina")
    person("driss")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(phone=PHONE, password="!")


def test_phones_are_shown_by_their_last_digits():
    assert masked(PHONE) == "06 ·· ·· ·· 78"
    assert masked("+33612345699") == "·· ·· 99"
