"""No answer of 500 or more to anything: `bad_inputs.yml` against every address, every parameter and every field."""

import re
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest
import yaml
from django.apps import apps
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import translation

from .routes import address, named_routes
from .subjects import city, people

CORPUS = yaml.safe_load((Path(__file__).parent / "bad_inputs.yml").read_text())
FORM = "application/x-www-form-urlencoded"
FIELD = re.compile(r'<(?:input|select|textarea)[^>]*\sname="([^"]+)"')
PERSON = {"given_name": "Yasmine", "family_name": "Alami", "birth_0": "27", "birth_1": "3", "birth_2": "1990"}
PERSON |= {"sex": "F", "district": "01"}
CONTACT = {"phone": "0612345678", "channel": "sms", "language": "fr"}

pytestmark = pytest.mark.django_db


def spelled(entry):
    if isinstance(entry, dict):
        return entry.get("text", "") + entry["repeat"] * entry["times"]
    return entry


def label(entry):
    return f"{entry['number']} {str(entry.get('path') or entry.get('change'))[:40].encode('unicode_escape').decode()}"


def survived(response):
    """Below 500, and a refusal is a page in the language of the address."""
    assert response.status_code < 500, response.request
    if response.status_code >= 400 and response["Content-Type"].startswith("text/html"):
        assert f'<html lang="{response["Content-Language"]}"' in response.text
    return response


@pytest.fixture
def visitor():
    """A signed-in programme officer, who reaches most pages; nothing she sends raises in the test."""
    cache.clear()
    place = city()
    client = Client(raise_request_exception=False)
    client.force_login(people(place)["programme_officer"])
    client.values = place.values
    return client


@pytest.mark.parametrize("entry", CORPUS["envelopes"], ids=label)
def test_nonsense_around_a_request_gets_its_answer(entry):
    city()
    response = Client(raise_request_exception=False).generic(
        entry.get("method", "GET"),
        quote(spelled(entry["path"]), safe="/?&=%:"),
        spelled(entry.get("body", "")),
        content_type=entry.get("type", FORM),
        headers=entry.get("headers"),
    )

    survived(response)
    assert response.status_code in entry["answers"]
    if "without" in entry:
        assert entry["without"] not in response.text


@pytest.mark.parametrize("name", sorted(named_routes()))
def test_every_page_survives_every_text_in_every_parameter(visitor, name):
    path = address(name, visitor.values)
    names = {*CORPUS["parameters"], *fields_of(visitor.get(path))} - {"csrfmiddlewaretoken"}

    for text in CORPUS["texts"]:
        survived(visitor.get(path, query_string="&".join(f"{name}={text}" for name in names)))


@pytest.mark.parametrize("name", sorted(set(named_routes()) - {"account_logout"}))
def test_every_form_survives_every_text_in_every_field(visitor, name):
    path = address(name, visitor.values)
    fields = [quote(field) for field in fields_of(visitor.get(path)) - {"csrfmiddlewaretoken"}]

    for text in [*CORPUS["texts"], *map(spelled, CORPUS["long_texts"])]:
        survived(visitor.post(path, "&".join(f"{field}={text}" for field in fields), content_type=FORM))
    for field in fields:
        for text in CORPUS["texts_alone"]:
            survived(visitor.post(path, f"{field}={text}", content_type=FORM))
        survived(visitor.post(path, f"{renumbered(field, '9' * 5000)}=1", content_type=FORM))


def renumbered(field, text):
    """`mark-17` with something else than 17; the field itself when its name holds no number."""
    return re.sub(r"\d+\Z", lambda number: text, field)


@pytest.mark.parametrize("name", sorted(name for name, needed in named_routes().items() if needed))
def test_every_address_survives_every_text_in_its_place(visitor, name):
    for needed in named_routes()[name]:
        mark = 987654321 if needed == "meeting" else "987654321"
        pattern = address(name, visitor.values | {needed: mark})
        for text in CORPUS["texts"]:
            survived(visitor.get(pattern.replace("987654321", text)))


def fields_of(response):
    """Names of everything a browser could send from a page."""
    is_page = response.status_code == 200 and response["Content-Type"].startswith("text/html")
    return set(FIELD.findall(response.text)) if is_page else set()


def test_fields_are_found_on_the_pages_that_have_some(visitor):
    assert {"who"} <= fields_of(visitor.get(address("enrol-who", visitor.values)))
    assert {"q"} <= fields_of(visitor.get(address("catalogue", visitor.values)))


def draft_with(**answers):
    draft = apps.get_model("participants.EnrolmentDraft")
    run = apps.get_model("programmes.CourseRun").objects.get()
    return draft.objects.create(run=run, answers=answers, expires_at="2999-01-01T00:00Z")


def send(step, answers, entry, language):
    change = {name: spelled(value) for name, value in entry["change"].items()}
    draft = draft_with(**answers)
    with translation.override(language):
        path = f"{reverse(step, args=['C1-A'])}?d={draft.token}"
    response = Client(raise_request_exception=False).post(path, STEPS[step] | change)
    draft.refresh_from_db()
    assert response["Content-Language"] == language
    return survived(response), draft.answers


STEPS = {"enrol-person": PERSON, "enrol-contact": CONTACT}
KNOWN = {"who": "me", "given_name": "Yasmine", "family_name": "", "birth": "1990", "sex": "F", "district": "01"}


@pytest.mark.parametrize("language", ["fr", "ar"])
@pytest.mark.parametrize("entry", CORPUS["person"], ids=label)
def test_what_is_wrong_about_a_person_is_told_and_what_is_right_is_kept(entry, language):
    city()
    response, answers = send("enrol-person", {"who": "me"}, entry, language)

    assert response.status_code == entry["answer"]
    assert entry.get("kept", {}).items() <= answers.items()


@pytest.mark.parametrize("language", ["fr", "ar"])
@pytest.mark.parametrize("entry", CORPUS["contact"], ids=label)
def test_what_is_wrong_about_a_phone_is_told_and_what_is_right_is_kept(entry, language):
    city()
    response, answers = send("enrol-contact", KNOWN, entry, language)

    assert response.status_code == entry["answer"]
    assert entry.get("kept", {}).items() <= answers.items()


ELSEWHERE = ["//evil.example", "https:evil.example", "/\\evil.example", "javascript:alert(1)", "///evil.example"]
ELSEWHERE += [" //evil.example", "https://evil.example", "\t//evil.example", "//evil.example/%2e%2e/fr/"]


@pytest.mark.parametrize("name", sorted(named_routes()))
def test_no_address_leads_to_another_site(visitor, name):
    path = address(name, visitor.values)

    for target in ELSEWHERE:
        wish = urlencode(dict.fromkeys(["next", "langue", "d", "retour", "url"], target))
        headers = {"referer": "https://evil.example/"}
        for answer in (
            visitor.get(path, query_string=wish, headers=headers),
            visitor.post(f"{path}?{wish}", wish, content_type=FORM, headers=headers),
        ):
            led_to = urlsplit(survived(answer).headers.get("Location", ""))
            assert (led_to.scheme, led_to.netloc.replace("testserver", "")) in (("", ""), ("http", ""))
            assert "evil" not in led_to.path


def test_corpus_covers_the_first_26_classes():
    numbers = {entry["number"] for part in ("envelopes", "person", "contact") for entry in CORPUS[part]}

    assert set(range(1, 27)) <= numbers
