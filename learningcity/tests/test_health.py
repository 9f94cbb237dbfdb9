import logging
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from learningcity.models import OutboxMessage
from learningcity.services import health

from .subjects import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def watcher(settings):
    settings.HEALTH_TOKEN = "a-long-random-token"
    return {"authorization": "Bearer a-long-random-token"}


def finished_rollup(hours_ago):
    at = timezone.now() - timedelta(hours=hours_ago)
    month = date(2026, 11, 1)
    model = apps.get_model("indicators.RollupRun")
    return model.objects.create(first_month=month, last_month=month, started_at=at, finished_at=at, cause="test")


def message(minutes_late, state="pending"):
    return OutboxMessage.objects.create(
        channel="sms",
        recipient="+212612345678",
        language="fr",
        template="ok",
        dedupe_key=f"{state}-{minutes_late}",
        state=state,
        next_try_at=timezone.now() - timedelta(minutes=minutes_late),
    )


def test_living_process_says_ok_and_nothing_else(client):
    assert client.get("/livez").content == b"ok"


def test_health_does_not_exist_for_whom_it_does_not_concern(client, settings):
    assert client.get("/healthz").status_code == 404
    settings.HEALTH_TOKEN = ""
    assert client.get("/healthz", headers={"authorization": "Bearer "}).status_code == 404
    client.force_login(person("programme_officer"))
    assert client.get("/healthz").status_code == 404


def test_health_answers_a_superuser_with_a_second_factor(client):
    finished_rollup(1)
    client.force_login(person("technician", is_superuser=True))
    assert client.get("/healthz").status_code == 200

    client.force_login(person("careless", is_superuser=True, second_factor=False))
    assert client.get("/healthz").status_code == 404


def test_health_is_good_when_everything_is(client, watcher):
    finished_rollup(1)
    message(minutes_late=5)

    response = client.get("/healthz", headers=watcher)
    found = response.json()

    assert {name for name in found if name != "ok" and not found[name]["ok"]} == set()
    assert response.status_code == 200
    assert found.keys() == {"ok", "broker", "clock", "database", "rollup", "outbox"}
    assert found["database"] == {"ok": True}
    assert found["rollup"]["age"] == pytest.approx(3600, abs=5)
    assert found["outbox"]["oldest"] == pytest.approx(300, abs=5)
    assert "+212" not in response.text


@pytest.mark.parametrize(
    ("arrange", "fails"),
    [
        (lambda: None, "rollup"),
        (lambda: finished_rollup(4), "rollup"),
        (lambda: (finished_rollup(1), message(minutes_late=16)), "outbox"),
    ],
    ids=["never counted", "old figures", "stuck message"],
)
def test_health_fails_on_what_is_late(client, watcher, arrange, fails):
    arrange()

    response = client.get("/healthz", headers=watcher)

    assert response.status_code == 503
    assert response.json()[fails]["ok"] is False


def test_messages_given_up_are_counted(client, watcher):
    message(minutes_late=900, state="dead")

    assert client.get("/healthz", headers=watcher).json()["outbox"] == {"ok": True, "oldest": 0, "dead": 1}


def test_health_fails_without_broker(client, watcher, settings):
    settings.REDIS_URL = "unix:///nowhere/valkey.sock?db=0"

    assert client.get("/healthz", headers=watcher).json()["broker"] == {"ok": False}


def test_days_on_which_postgres_has_another_hour_are_found(monkeypatch):
    assert health.days_postgres_differs(date(2024, 1, 1)) == []

    monkeypatch.setattr(health, "our_offset", lambda day: -1)
    assert len(health.days_postgres_differs(date(2024, 1, 1))) == health.DAYS_AHEAD + 1


def test_csp_report_logs_the_directive_and_the_route_only(client, caplog):
    report = (
        '{"csp-report": {"effective-directive": "img-src", "document-uri": "https://x.example/fr/aide/?q=Yasmine"}}'
    )

    with caplog.at_level(logging.WARNING, logger="learningcity.csp"):
        response = client.post("/csp", report, content_type="application/csp-report")

    assert response.status_code == 204
    assert [record.getMessage() for record in caplog.records if record.name == "learningcity.csp"] == [
        "refused by img-src on fr/aide/"
    ]


@pytest.mark.parametrize(
    "body", ["", "[]", "null", '{"csp-report": 3}', "{" * 9000, '{"csp-report": {"a": "' + "x" * 9000]
)
def test_nonsense_csp_reports_are_accepted_and_forgotten(client, body):
    assert client.post("/csp", body, content_type="application/csp-report").status_code == 204
