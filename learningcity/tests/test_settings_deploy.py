import os
import subprocess
import sys

import pytest
from django.conf import settings

PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "learningcity.settings.base",
    "SECRET_KEY": "k8Jd-2mXq_vR7sTz5wYb3nLh9cPf6gAe1uKi4oQx0jWtMyNrBaHdSvZpCgEl",
    "ALLOWED_HOSTS": "apprend.example",
    "SITE_URL": "https://apprend.example",
    "DATABASE_URL": "postgres://portal@localhost/portal",
    "REDIS_URL": "redis://localhost/0",
}


def check(**changes):
    return python("manage.py", "check", "--deploy", "--fail-level", "WARNING", **changes)


def python(*arguments, without="", **changes):
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env={name: value for name, value in (inherited | PRODUCTION | changes).items() if name != without},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_settings_pass_every_deployment_check():
    result = check()

    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"DEMO": "true"}, "city.E003"),
        ({"SECRET_KEY": "for-this-machine-only-never-for-a-public-address-at-all"}, "city.E004"),
        ({"HEALTH_TOKEN": "change-me"}, "city.E004"),
        ({"SECRET_KEY": "short"}, "security.W009"),
        ({"SECURE_SSL_REDIRECT": "false"}, "security.W008"),
    ],
    ids=["demonstration", "key of the example", "token of the example", "short key", "plain http"],
)
def test_unsafe_production_settings_are_refused(changes, finding):
    result = check(**changes)

    assert result.returncode != 0
    assert finding in result.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL", "SITE_URL"])
def test_portal_does_not_start_without_what_it_cannot_guess(name):
    result = check(without=name)

    assert name in result.stderr
    assert result.returncode != 0


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("unix:///tmp/a/valkey.sock?db=3", "redis+socket:///tmp/a/valkey.sock?virtual_host=3"),
        ("unix:///tmp/a/valkey.sock", "redis+socket:///tmp/a/valkey.sock?virtual_host=0"),
        ("redis://broker.example:6379/0", "redis://broker.example:6379/0"),
    ],
)
def test_celery_reads_the_same_address(url, broker):
    command = "from django.conf import settings; from kombu import Connection as Broker;"
    command += "print(settings.CELERY_BROKER_URL, Broker(settings.CELERY_BROKER_URL).transport.driver_type)"

    result = python("-c", command, REDIS_URL=url)

    assert result.stdout.split() == [broker, "redis"], result.stderr


def test_content_policy_leaves_nothing_open():
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]

    sources = {source for name, values in directives.items() if name != "report-uri" for source in values}
    assert sources == {"'self'", "'none'"}
    assert directives["default-src"] == ["'none'"]


@pytest.mark.parametrize(
    ("changes", "trusted"),
    [({}, "0"), ({"BEHIND_PROXY": "true"}, "1"), ({"BEHIND_PROXY": "true", "TRUSTED_PROXIES": "2"}, "2")],
)
def test_one_proxy_is_trusted_behind_a_proxy_unless_said_otherwise(changes, trusted):
    command = "from django.conf import settings; print(settings.TRUSTED_PROXIES)"

    assert python("-c", command, **changes).stdout.strip() == trusted
