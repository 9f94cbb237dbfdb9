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


def check(without="", **changes):
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
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


def test_content_policy_leaves_nothing_open():
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]

    sources = {source for name, values in directives.items() if name != "report-uri" for source in values}
    assert sources == {"'self'", "'none'"}
    assert directives["default-src"] == ["'none'"]
