import logging
import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from learningcity.gsm import segments
from learningcity.models import AuditEntry, OutboxMessage, User
from learningcity.services import delivery, sign_in_codes
from learningcity.services.wording import text_of

from .outbox import DOWN, PHONE
from .subjects import person

UNKNOWN = "+212698765432"
SIGN_IN, CODE, PASSPORT = "/fr/connexion/", "/fr/connexion/code/", "/fr/passeport/"
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("provider")]


@pytest.fixture(autouse=True)
def _no_tries_remembered():
    cache.clear()


def ask(client, phone="06 12 34 56 78", query=""):
    return client.post(SIGN_IN + query, {"phone": phone})


def codes():
    return list(OutboxMessage.objects.filter(template="sign_in_code").order_by("pk"))


def last_code():
    return codes()[-1].values["code"]


def enter(client, typed, **more):
    return client.post(CODE, {"code": typed} | more)


def is_signed_in(client):
    return "_auth_user_id" in client.session


def another(code):
    return f"{(int(code) + 1) % 100_000:05}"


# --- Coming in ------------------------------------------------------------------------------------------------


def test_phone_and_code_open_the_passport(client, resident):
    assert ask(client)["Location"] == CODE
    assert not is_signed_in(client)
    response = enter(client, last_code())

    assert response["Location"] == PASSPORT
    assert client.session["_auth_user_id"] == str(resident.pk)
    assert client.get(PASSPORT).status_code == 200


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_pages_of_the_sign_in_show_themselves(client, resident, language):
    with translation.override(language):
        first, second = reverse("passport-sign-in"), reverse("passport-code")
    page = client.get(first)
    client.post(first, {"phone": PHONE})
    next_page = client.get(second)

    assert (page.status_code, next_page.status_code) == (200, 200)
    assert "noindex" in page.text
    assert '<bdi dir="ltr">06 ·· ·· ·· 78</bdi>' in next_page.text
    assert 'autocomplete="one-time-code"' in next_page.text
    assert PHONE not in next_page.text


def test_message_holds_five_digits_and_leaves_at_once(client, resident, provider):
    ask(client)
    [row] = codes()
    assert re.fullmatch("[0-9]{5}", row.values["code"])
    assert row.next_try_at <= timezone.now()

    delivery.deliver(row.pk)
    [(recipient, text, _reference)] = provider.sent
    assert recipient == PHONE
    assert row.values["code"] in text


def test_code_may_be_typed_with_arabic_digits_and_spaces(client, resident):
    ask(client)
    typed = last_code().translate(ARABIC)
    enter(client, f" {typed[:2]} {typed[2:]}")

    assert is_signed_in(client)


def test_phone_may_be_typed_with_arabic_digits(client, resident):
    ask(client, "٠٦١٢٣٤٥٦٧٨")
    assert len(codes()) == 1


def test_who_is_signed_in_is_led_to_her_pages(client, resident):
    client.force_login(resident)
    assert client.get(SIGN_IN)["Location"] == PASSPORT
    client.force_login(person("amina"))
    assert client.get(CODE)["Location"] == "/fr/gestion/"


def test_code_page_without_a_phone_leads_to_the_first_page(client):
    assert client.get(CODE)["Location"] == SIGN_IN


def test_signing_out_ends_the_session(client, resident):
    client.force_login(resident)
    client.post("/fr/deconnexion/")
    assert not is_signed_in(client)


# --- Wrong, late, again, from elsewhere (bad input 42) --------------------------------------------------------


def refusal_of(response):
    assert response.status_code == 422
    return response.context["form"].errors["code"][0]


def enter_in_english(client, typed):
    return refusal_of(client.post("/en/connexion/code/", {"code": typed}))


def test_wrong_code_says_what_to_do(client, resident):
    ask(client)
    assert enter_in_english(client, another(last_code())).startswith("That is not the code")
    assert not is_signed_in(client)


def test_code_works_once(client, resident):
    ask(client)
    spent = last_code()
    enter(client, spent)
    client.post("/fr/deconnexion/")
    ask(client)

    assert not is_signed_in(client)
    assert spent == last_code() or refusal_of(enter(client, spent))


def test_code_of_another_browser_is_refused(resident):
    ours, theirs = Client(), Client()
    ask(ours)
    first = last_code()
    ask(theirs)
    second = last_code()
    if first != second:
        enter(theirs, first)
        assert not is_signed_in(theirs)
    enter(theirs, second)
    assert is_signed_in(theirs)
    enter(ours, first)
    assert is_signed_in(ours)


def test_code_is_void_after_15_minutes(client, resident, settings):
    ask(client)
    code = last_code()
    assert settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT == 15 * 60
    settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT = -1

    assert enter_in_english(client, code).startswith("This code is more than 15 minutes old")
    assert not is_signed_in(client)


def test_sixth_try_is_refused_even_with_the_right_code(client, resident):
    ask(client)
    code = last_code()
    for _time in range(5):
        enter(client, another(code))

    assert enter_in_english(client, code).startswith("Too many tries")
    assert not is_signed_in(client)


def test_tries_are_counted_outside_the_session(client, resident):
    """Tries that are sent at once all read the same session."""
    ask(client)
    code, before = last_code(), dict(client.session)
    for _time in range(6):
        enter(client, another(code))
        session = client.session
        session.clear()
        session.update(before)
        session.save()

    assert enter_in_english(client, code).startswith("Too many tries")


def test_another_code_voids_the_one_before_and_has_its_own_time(client, resident):
    ask(client)
    first = last_code()
    for _time in range(6):
        enter(client, another(first))

    assert client.post(CODE, {"again": "1"})["Location"] == CODE
    assert len(codes()) == 2
    enter(client, last_code())
    assert is_signed_in(client)


@pytest.mark.parametrize("typed", ["", " ", "1234", "123456", "abcde", "1" * 41, "١٢٣٤"])
def test_what_is_no_code_is_refused(client, resident, typed):
    ask(client)
    assert enter(client, typed).status_code == 422


# --- Nobody is told who has a passport ------------------------------------------------------------------------


def test_unknown_phone_gets_the_same_pages_and_no_message(resident):
    known, unknown = Client(), Client()
    answers = [ask(known), ask(unknown, UNKNOWN)]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, CODE)}
    assert [row.recipient for row in codes()] == [PHONE]

    wrong = [enter(known, another(last_code())), enter(unknown, "00000")]
    assert {refusal_of(answer) for answer in wrong} == {refusal_of(wrong[0])}


def test_disabled_resident_gets_no_code(client, resident):
    User.objects.update(is_active=False)
    ask(client)
    assert codes() == []


def test_staff_never_sign_in_by_code(client):
    person("amina")
    ask(client)
    assert codes() == []


def test_limits_are_the_same_for_phones_that_nobody_has(client):
    for _time in range(3):
        assert ask(client, UNKNOWN).status_code == 302
    assert ask(client, UNKNOWN).status_code == 422


# --- How often ------------------------------------------------------------------------------------------------


def test_fourth_code_within_an_hour_is_not_sent(resident):
    for _time in range(4):
        last = ask(Client())
    assert last.status_code == 422
    assert len(codes()) == 3


def test_a_class_behind_one_address_signs_in():
    phones = [f"+2126123456{number:02}" for number in range(40)]
    for phone in phones:
        User.objects.of_phone(phone, language="fr")
    assert {ask(Client(), phone).status_code for phone in phones} == {302}
    assert len(codes()) == 40


def test_one_address_does_not_ask_for_ever(resident, monkeypatch):
    monkeypatch.setattr(sign_in_codes, "MOST_PER_ADDRESS", 2)
    answers = [ask(Client(), f"+2126123456{number}").status_code for number in (10, 11, 12)]
    assert answers == [302, 302, 422]


def test_no_code_while_the_cache_is_away(client, resident, settings):
    settings.CACHES = settings.CACHES | {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1",
        }
    }
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    assert ask(client).status_code == 422
    assert codes() == []


# --- A code is nowhere else -----------------------------------------------------------------------------------


def test_code_is_not_in_the_session_the_logs_or_the_journal(client, resident, caplog):
    with caplog.at_level(logging.DEBUG):
        ask(client)
        code = last_code()
        delivery.deliver(codes()[0].pk)
    kept = [session.get_decoded() for session in Session.objects.all()]
    assert kept
    assert f"'{code}'" not in str(kept)
    assert f" {code}" not in caplog.text
    assert not AuditEntry.objects.filter(detail__icontains=code).exists()
    enter(client, code)
    assert PHONE not in str(client.session.items())


def test_row_forgets_the_code_when_it_has_left(client, resident):
    ask(client)
    delivery.deliver(codes()[0].pk)
    [row] = codes()
    assert (row.state, row.values) == ("sent", {})


def test_row_forgets_the_code_when_it_is_dead_and_is_not_sent_again(client, resident, provider):
    provider.errors = {PHONE: DOWN}
    ask(client)
    OutboxMessage.objects.update(attempts=delivery.MOST_ATTEMPTS - 1)
    delivery.deliver(codes()[0].pk)
    [row] = codes()

    assert (row.state, row.values) == ("dead", {})
    assert delivery.retry_dead() == 0


def test_code_that_is_late_is_not_sent(client, resident, provider):
    ask(client)
    OutboxMessage.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    delivery.deliver(codes()[0].pk)
    assert provider.sent == []
    assert codes()[0].state == "dead"


def test_message_is_in_the_language_of_the_resident_in_one_part(client, provider):
    for phone, language in [("+212612345601", "fr"), ("+212612345602", "ar"), ("+212612345603", "en")]:
        User.objects.of_phone(phone, language=language)
        ask(Client(), phone)
    assert [row.language for row in codes()] == ["fr", "ar", "en"]
    assert {segments(text_of(row)).segments for row in codes()} == {1}


def test_demonstration_shows_the_code_and_only_there(client, resident, settings):
    ask(client)
    assert last_code() not in client.get(CODE).text
    settings.DEMO = True
    ask(client)
    assert last_code() in client.get(CODE).text
