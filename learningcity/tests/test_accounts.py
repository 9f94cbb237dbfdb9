from urllib.parse import urlparse

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse

from learningcity.services import accounts

from .subjects import person

pytestmark = pytest.mark.django_db

PASSWORD = "une-phrase-assez-longue"
SIGN_IN = "/fr/gestion/connexion/"
SECOND_STEP = "/fr/gestion/connexion/code/"


@pytest.fixture(autouse=True)
def _no_tries_remembered():
    cache.clear()


def member(name="amina", second_factor=True, **fields):
    user = person(name, second_factor=False, **fields)
    user.set_password(PASSWORD)
    user.save()
    if second_factor:
        accounts.enrol_demo_second_factor(user)
    return user


def sign_in(client, email="amina@city.example", password=PASSWORD, **headers):
    return client.post(SIGN_IN, {"login": email, "password": password}, **headers)


def code(step=0):
    now = totp.hotp_value(accounts.DEMO_TOTP_SECRET, accounts.counters()[0] + step)
    return totp.format_hotp_value(now)


def is_signed_in(client):
    return "_auth_user_id" in client.session


def test_password_and_code_open_the_staff_pages(client):
    member()

    assert sign_in(client)["Location"] == SECOND_STEP
    assert not is_signed_in(client)
    assert client.post(SECOND_STEP, {"code": code()}).status_code == 302
    assert is_signed_in(client)
    assert client.session[accounts.SIGNED_IN_AT]


def test_code_may_be_typed_with_arabic_digits_and_spaces(client):
    member()
    sign_in(client)
    western = code()
    typed = western.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))

    client.post(SECOND_STEP, {"code": f" {typed[:3]} {typed[3:]}"})

    assert is_signed_in(client)


def test_code_works_once():
    member()
    first, second = Client(), Client()
    spent = code()
    for browser in (first, second):
        sign_in(browser)
        browser.post(SECOND_STEP, {"code": spent})

    assert is_signed_in(first)
    assert not is_signed_in(second)


def test_wrong_code_says_what_to_do(client):
    member()
    sign_in(client)
    wrong = f"{(int(code()) + 7) % 1_000_000:06}"

    response = client.post("/en/gestion/connexion/code/", {"code": wrong})

    assert response.status_code == 422
    assert "That is not the code. Check the 6 digits and try again." in response.text


def test_unknown_person_and_wrong_password_get_the_same_answer():
    member()
    answers = [
        sign_in(Client(), email="nobody@city.example"),
        sign_in(Client(), password="not-the-right-phrase"),
        sign_in(Client(), password="x" * 5000),
    ]

    texts = {answer.context["form"].non_field_errors().as_text() for answer in answers}
    assert {answer.status_code for answer in answers} == {422}
    assert len(texts) == 1


def test_password_beyond_128_characters_is_never_hashed(client, monkeypatch):
    member()
    hashed = []
    monkeypatch.setattr(
        "django.contrib.auth.hashers.MD5PasswordHasher.encode", lambda *given: hashed.append(given) or ""
    )

    sign_in(client, password="x" * 129)

    assert hashed == []


def test_five_failures_close_the_account_for_a_while(client):
    member()
    for _ in range(5):
        sign_in(client, password="not-the-right-phrase")

    assert sign_in(client).status_code == 422
    assert not is_signed_in(client)


def test_fifty_wrong_passwords_are_throttled_however_the_address_is_spelled():
    member("office")
    spelled = ["office@city.example", "OFFICE@City.Example", "oﬃce@city.example", "office@city.example."]

    answers = [sign_in(Client(), email=spelled[turn % 4], password=f"wrong-{turn}") for turn in range(50)]
    right = sign_in(Client(), email="office@city.example", REMOTE_ADDR="41.140.7.9")

    assert {answer.status_code for answer in answers} <= {422, 429}
    assert right.status_code == 422
    assert not right.wsgi_request.session.keys() & {"_auth_user_id"}


def test_one_address_that_tries_many_accounts_once_is_stopped_before_the_right_one(client):
    member()
    for number in range(60):
        sign_in(Client(), email=f"someone-{number}@city.example", password="not-the-right-phrase")

    assert sign_in(client).status_code in (422, 429)
    assert sign_in(Client(), REMOTE_ADDR="41.140.7.9")["Location"] == SECOND_STEP


def test_a_password_of_a_megabyte_is_refused_unread(client, monkeypatch):
    member()
    hashed = []
    monkeypatch.setattr(
        "django.contrib.auth.hashers.MD5PasswordHasher.encode", lambda *given: hashed.append(given) or ""
    )

    answer = sign_in(client, password="x" * 1_000_000)

    assert answer.status_code in (413, 422)
    assert hashed == []


def test_a_class_of_40_behind_one_address_signs_in():
    for number in range(40):
        member(f"trainer-{number}")

    answers = [sign_in(Client(), email=f"trainer-{number}@city.example") for number in range(40)]

    assert {answer.headers.get("Location") for answer in answers} == {SECOND_STEP}


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("  Amina@City.Example ", "amina@city.example"),
        ("amina@city.example.", "amina@city.example"),
        ("oﬃce@city.example", "office@city.example"),
        ("ａmina@city.example", "amina@city.example"),
        ("amına@city.example", ""),
        ("amina+tag@city.example", "amina+tag@city.example"),
    ],
)
def test_one_account_has_one_spelling(typed, canonical):
    assert accounts.canonical_email(typed) == canonical


def test_dotless_i_does_not_open_the_account_of_a_dotted_one(client):
    member()

    assert sign_in(client, email="amına@city.example").status_code == 422


def test_disabled_account_learns_it_only_with_the_right_password(client):
    member(is_active=False)

    assert sign_in(client)["Location"] == reverse("account_inactive")
    assert client.get("/fr/gestion/connexion/fermee/").status_code == 200
    assert sign_in(Client(), password="not-the-right-phrase").status_code == 422


@pytest.mark.parametrize(
    "target", ["//evil.example", "https:evil.example", "/\\evil.example", "javascript:alert(1)", "///evil"]
)
def test_sign_in_only_leads_to_our_own_pages(client, target):
    member()
    sign_in(client)

    response = client.post(f"{SECOND_STEP}", {"code": code(), "next": target})

    assert urlparse(response["Location"]).netloc == ""
    assert response["Location"].startswith("/fr/")


def test_new_staff_set_up_their_second_factor_and_receive_recovery_codes(client):
    member(second_factor=False)
    sign_in(client)
    set_up = reverse("mfa_activate_totp")

    confirm = client.get(set_up)["Location"]
    client.post(confirm, {"password": PASSWORD})
    page = client.get(set_up)
    secret = page.context["form"].secret
    answer = client.post(set_up, {"code": totp.format_hotp_value(totp.hotp_value(secret, accounts.counters()[0]))})

    assert "<svg" in page.text
    assert "data:" not in page.text
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    assert Authenticator.objects.filter(type=Authenticator.Type.TOTP).count() == 1
    assert client.get(answer["Location"]).text.count("<code>") == 10


@pytest.mark.parametrize(
    "page",
    ["mfa_index", "mfa_deactivate_totp", "mfa_generate_recovery_codes", "account_logout", "account_reauthenticate"],
)
def test_pages_of_the_second_factor_show_themselves(client, page):
    member()
    sign_in(client)
    client.post(SECOND_STEP, {"code": code()})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    response = client.get(reverse(page))

    assert response.status_code == 200
    assert response.text.count("<h1") == 1


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_reset_password", "account_set_password"])
def test_nobody_makes_or_mends_an_account_alone(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_demonstration_shows_the_code_and_only_there(client, settings):
    member()
    sign_in(client)
    assert code() not in client.get(SECOND_STEP).text

    settings.DEMO = True
    assert accounts.demo_code() in client.get(SECOND_STEP).text


def test_demonstration_never_shows_the_code_of_a_real_second_factor(client, settings):
    user = member()
    Authenticator.objects.update(data={"secret": "A" * 32})
    settings.DEMO = True
    sign_in(client)

    assert accounts.demo_code(user) not in client.get(SECOND_STEP).text


def test_demonstration_offers_another_code_once_one_is_spent():
    user = member()
    first = accounts.demo_code(user)
    accounts.use_code_once(user, first)

    assert accounts.demo_code(user) != first


def test_demonstration_sign_ins_exist_only_in_a_demonstration(settings):
    assert accounts.demo_sign_ins() == []

    settings.DEMO = True
    assert len(accounts.demo_sign_ins()) == len(accounts.DEMO_STAFF)
    assert all(len(line) == 4 for line in accounts.demo_sign_ins())
