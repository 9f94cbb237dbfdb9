"""`learningcity/matrix.yml`, line by line."""

from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from .routes import address, named_routes
from .subjects import SUBJECTS, city, people

MATRIX = yaml.safe_load((Path(settings.BASE_DIR) / "learningcity" / "matrix.yml").read_text())
ROUTES = MATRIX["public"] | MATRIX["staff"]
OF_ALL_STAFF_PAGES = {
    "anonymous": "sign-in",
    "disabled_user": "sign-in",
    "staff_without_second_factor": "second-factor",
    "resident": 404,
}


def expected(name, method, subject):
    line = ROUTES[name][method]
    answers = line if isinstance(line, dict) else {"others": line}
    usual = OF_ALL_STAFF_PAGES if name in MATRIX["staff"] else {}
    return answers.get(subject) or usual.get(subject) or answers["others"]


def answer_of(response):
    target = response.headers.get("Location", "")
    if target.startswith(reverse("account_login") + "?"):
        return "sign-in"
    if target == reverse("mfa_activate_totp"):
        return "second-factor"
    return "moved" if target else response.status_code


def test_every_address_is_in_the_matrix_and_the_matrix_has_no_other():
    assert set(named_routes()) == set(ROUTES)


def test_every_subject_is_described():
    assert set(MATRIX["subjects"]) == set(SUBJECTS)


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", sorted(set(ROUTES) & set(named_routes())))
def test_each_subject_gets_the_answer_of_the_matrix(name, method):
    place = city()
    users = people(place)
    path = address(name, place.values)
    answers = {}
    for subject in SUBJECTS:
        cache.clear()
        client = Client()
        if subject in users:
            client.force_login(users[subject])
        answers[subject] = answer_of(client.get(path) if method == "GET" else client.post(path, {"sent": "1"}))

    assert answers == {subject: expected(name, method, subject) for subject in SUBJECTS}


@pytest.mark.django_db
def test_what_one_may_not_see_is_the_page_of_what_never_existed():
    place = city()
    client = Client()
    client.force_login(people(place)["org_manager_other"])

    hidden = client.get(f"/fr/gestion/groupes/{place.run.code}/inscrits/")
    missing = client.get("/fr/gestion/groupes/none/inscrits/")

    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.text.replace(place.run.code, "") == missing.text.replace("none", "")


@pytest.mark.django_db
def test_a_right_withdrawn_is_gone_at_the_next_request():
    place = city()
    manager = people(place)["org_manager"]
    client = Client()
    client.force_login(manager)
    roster = address("roster", place.values)
    assert client.get(roster).status_code == 200

    manager.memberships.all().delete()

    assert client.get(roster).status_code == 404
