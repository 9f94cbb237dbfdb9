import json
import logging
import re
import time

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from learningcity.logs import JsonFormatter, RequestIdFilter
from learningcity.middleware import PrivateByDefaultMiddleware, session_is_over
from learningcity.services.accounts import SEEN_AT, SIGNED_IN_AT
from learningcity.wsgi import application

from .subjects import person

pytestmark = pytest.mark.django_db


def test_every_answer_carries_the_number_of_its_request(client):
    numbers = {client.get("/livez")["X-Request-ID"], client.get("/fr/nowhere/")["X-Request-ID"]}

    assert len(numbers) == 2
    assert all(re.fullmatch("[0-9a-f]{32}", number) for number in numbers)


def test_access_line_names_the_route_and_nothing_typed(client, caplog):
    with caplog.at_level(logging.INFO, logger="learningcity.access"):
        client.get("/fr/aide/?q=Yasmine")
        client.get("/fr/yasmine-0612345678/")

    first, second = [record.getMessage() for record in caplog.records if record.name == "learningcity.access"]
    assert re.fullmatch(r"GET fr/aide/ 200 \d+ ms", first)
    assert re.fullmatch(r"GET - 404 \d+ ms", second)


def test_log_lines_hold_neither_the_path_nor_the_text_of_an_error():
    request = RequestFactory().get("/i/secret-token/")
    typed = "".join(["Yas", "mine"])
    try:
        raise ValueError(typed)
    except ValueError as error:
        record = logging.LogRecord(
            "django.request", logging.ERROR, "", 0, "%s: %s", ("Not Found", request.path), (type(error), error, None)
        )
    record.request = request
    RequestIdFilter().filter(record)

    line = JsonFormatter().format(record)

    assert json.loads(line)["message"] == "Not Found: -"
    assert "ValueError" in line
    assert "secret-token" not in line
    assert "Yasmine" not in line


def test_answers_are_private_unless_their_view_says_otherwise():
    def answer(**headers):
        return PrivateByDefaultMiddleware(lambda request: HttpResponse(headers=headers))(None)["Cache-Control"]

    assert answer() == "private, no-store"
    assert answer(**{"Cache-Control": "public, max-age=60"}) == "public, max-age=60"


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_path_decides_the_language_whatever_the_cookie_and_the_browser_say(client, language):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en" if language == "ar" else "ar"

    response = client.get(f"/{language}/aide/", headers={"accept-language": "en"})

    assert response["Content-Language"] == language
    assert settings.LANGUAGE_COOKIE_NAME not in response.cookies


def test_short_links_speak_the_asked_language_then_the_remembered_one_then_french(client):
    assert client.get("/livez", headers={"accept-language": "ar"})["Content-Language"] == "fr"

    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "ar"
    remembered = client.get("/livez")
    assert remembered["Content-Language"] == "ar"
    assert "Cookie" in remembered["Vary"]
    assert client.get("/livez?langue=en")["Content-Language"] == "en"

    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zz"
    assert client.get("/livez?langue=zz")["Content-Language"] == "fr"


def test_refusals_are_told_in_the_language_of_the_page(client):
    for language, direction in [("fr", "ltr"), ("ar", "rtl"), ("en", "ltr")]:
        response = client.get(f"/{language}/aide/?q=%00")

        assert response.status_code == 400
        assert f'<html lang="{language}" dir="{direction}">' in response.text


def test_other_methods_are_told_which_ones_exist(client):
    response = client.put("/fr/aide/")

    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, POST, OPTIONS"


def test_staff_without_a_second_factor_reach_its_set_up_and_the_way_out_only(client):
    client.force_login(person("programme_officer", second_factor=False))

    assert client.get("/fr/gestion/").headers["Location"] == reverse("mfa_activate_totp")
    assert client.get("/fr/gestion/deuxieme-facteur/secours/").headers["Location"] == reverse("mfa_activate_totp")
    assert client.get("/fr/aide/").status_code == 200
    assert client.get("/fr/gestion/deconnexion/").status_code == 200


def test_public_pages_do_not_ask_who_is_there(client, django_assert_num_queries):
    client.force_login(person("trainer"))

    with django_assert_num_queries(0):
        client.get("/livez")


@pytest.mark.parametrize(
    ("signed_in", "seen", "is_over"),
    [(60, 10, False), (8 * 3600 - 5, 10, False), (8 * 3600 + 5, 10, True), (3600, 1795, False), (3600, 1805, True)],
    ids=["fresh", "end of the day", "past eight hours", "almost idle", "idle"],
)
def test_staff_session_ends_after_eight_hours_or_thirty_idle_minutes(signed_in, seen, is_over):
    now = int(time.time())

    assert session_is_over({SIGNED_IN_AT: now - signed_in, SEEN_AT: now - seen}) is is_over


def test_session_notes_that_the_person_is_there_once_a_minute():
    now = int(time.time())
    recent, older = ({SIGNED_IN_AT: now - 600, SEEN_AT: now - seconds} for seconds in (50, 70))

    assert not session_is_over(recent)
    assert not session_is_over(older)
    assert recent[SEEN_AT] == now - 50
    assert older[SEEN_AT] >= now


def test_ended_session_asks_to_sign_in_again(client):
    client.force_login(person("trainer"))
    session = client.session
    session[SIGNED_IN_AT] = session[SEEN_AT] = int(time.time()) - 1900
    session.save()

    response = client.get("/fr/gestion/")

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("charset", ["hex", "undefined", "utf-16", "nope", "*=utf-8''hex"])
def test_a_charset_that_is_not_ours_is_refused_and_never_used(charset):
    environ = RequestFactory().get("/fr/aide/?q=abc").environ
    environ["CONTENT_TYPE"] = f"text/plain; charset={charset}" if charset[0] != "*" else f"text/plain; charset{charset}"
    statuses = []

    application(environ, lambda status, headers: statuses.append(status[:3]))

    assert statuses == ["415"]
