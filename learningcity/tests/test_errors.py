import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from redis.exceptions import ConnectionError as RedisConnectionError

from learningcity.views import errors

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "direction"), [("fr", "ltr"), ("ar", "rtl"), ("en", "ltr")])
def test_unknown_pages_answer_404_in_the_language_of_the_address(client, language, direction):
    response = client.get(f"/{language}/nowhere/")

    assert response.status_code == 404
    assert f'<html lang="{language}" dir="{direction}">' in response.text
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 414, 415, 422, 429])
def test_every_refusal_has_a_page(rf, status):
    response = errors.error_page(rf.get("/fr/"), status)

    assert response.status_code == status
    assert response.text.count("<h1") == 1


@pytest.mark.parametrize(
    ("failure", "status"),
    [(OperationalError("lock timeout"), 503), (RedisConnectionError(), 503), (ZeroDivisionError(), 500)],
    ids=["database", "valkey", "our mistake"],
)
def test_what_is_down_for_a_moment_asks_to_come_back(monkeypatch, failure, status):
    def fail(request):
        raise failure

    monkeypatch.setattr("django.http.request.HttpRequest.get_host", fail)

    response = Client(raise_request_exception=False).get("/fr/aide/")

    assert response.status_code == status
    assert response.headers.get("Retry-After") == ("60" if status == 503 else None)
    assert "OperationalError" not in response.text


def test_page_of_a_broken_server_needs_no_database(django_db_blocker):
    with django_db_blocker.block():
        try:
            raise OperationalError
        except OperationalError:
            response = errors.server_error(RequestFactory().get("/fr/"))

    assert response.status_code == 503


def test_a_form_sent_too_late_keeps_the_answers():
    response = Client(enforce_csrf_checks=True).post("/fr/aide/", {"given_name": 'Yasmine"><b>'})

    assert response.status_code == 403
    assert '<input type="hidden" name="given_name" value="Yasmine&quot;&gt;&lt;b&gt;">' in response.text


def test_a_late_sign_in_never_shows_the_password():
    response = Client(enforce_csrf_checks=True).post(
        "/fr/gestion/connexion/", {"login": "a@b.example", "password": "a secret phrase"}
    )

    assert response.status_code == 403
    assert "a secret phrase" not in response.text
    assert "a@b.example" not in response.text


def test_the_form_of_another_site_is_never_offered_again():
    response = Client(enforce_csrf_checks=True).post(
        "/fr/gestion/groupes/C1-A/appel/1/", {"mark-1": "3"}, headers={"origin": "https://evil.example"}
    )

    assert response.status_code == 403
    assert "mark-1" not in response.text
