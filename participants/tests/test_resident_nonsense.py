"""The bad inputs of an enrolment that are more than one wrong field: 24, 27 to 32 and 43, by their numbers."""

import logging
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from learningcity import clock
from learningcity.tests.routes import named_routes
from programmes.models import CourseRun
from programmes.tests.factories import course, run

from ..models import Enrolment, EnrolmentDraft, Guardianship, Participant
from ..services import drafts, erasure
from .factories import draft, enrolment, participant
from .journey import CONTACT, PAGES, PERSON, SEND, WHO, address
from .lines import offered
from .test_forms_extras import subjects

pytestmark = pytest.mark.django_db
LANGUAGES = ["fr", "ar"]
SECOND = timedelta(seconds=1)


def post(client, name, kept, answers, language="fr"):
    return client.post(address(name, kept.run, kept.token, language), answers)


def speaks(response, language):
    return f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in response.text


# --- 24: a number of 5,000 digits -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "field"),
    [("enrol-person", "birth_0"), ("enrol-person", "birth_1"), ("enrol-person", "birth_2"), ("enrol-contact", "phone")],
)
def test_24_five_thousand_digits_are_refused_in_50_milliseconds(client, name, field):
    kept, typed = draft(), (PERSON | CONTACT) | {field: "9" * 5000}
    took = []
    for _time in range(5):
        started = time.process_time()
        response = post(client, name, kept, typed)
        took.append(time.process_time() - started)

    assert response.status_code == 422
    assert min(took) < 0.05


# --- 27: who acts for whom --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("age", [5, 15, 17])
def test_27_a_child_alone_is_asked_for_an_adult_and_keeps_its_answers(client, language, age):
    today = clock.local_day(clock.now())
    kept = drafts.keep(None, run=run(), answers=WHO)
    child = PERSON | {"birth_0": "1", "birth_1": "1", "birth_2": str(today.year - age)}

    asked = post(client, "enrol-person", kept, child, language)

    assert asked.status_code == 422
    assert speaks(asked, language)
    for later in ("enrol-contact", "enrol-check"):
        assert client.post(address(later, kept.run, kept.token, language), CONTACT | SEND).status_code == 302
    assert not Enrolment.objects.exists()
    page = client.get(asked.context["person_url"])
    assert 'value="Yasmine"' in page.text
    sent = post(client, "enrol-person", kept, child | {"relation": "mother", "guardian_name": "Amina"}, language)
    assert sent["Location"] == address("enrol-contact", kept.run, kept.token, language)


def test_27_who_comes_of_age_today_enrols_alone(client):
    today = clock.local_day(clock.now())
    kept = drafts.keep(None, run=run(), answers=WHO)
    born = {"birth_0": str(today.day), "birth_1": str(today.month), "birth_2": str(today.year - 18)}

    assert post(client, "enrol-person", kept, PERSON | born).status_code == 302
    tomorrow = today + timedelta(days=1)
    born = {"birth_0": str(tomorrow.day), "birth_1": str(tomorrow.month), "birth_2": str(tomorrow.year - 18)}
    assert post(client, "enrol-person", kept, PERSON | born).status_code == 422


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", [{"who": "child"}, {"who": "adult", "adult_agrees": True}])
@pytest.mark.parametrize("name", ["Yasmine El Idrissi", "yasmine el-idrissi ", "Yasmine  EL IDRISSI"])
def test_27_nobody_acts_for_herself(client, language, who, name):
    kept = drafts.keep(None, run=run(), answers=who)

    refused = post(client, "enrol-person", kept, PERSON | {"relation": "mother", "guardian_name": name}, language)

    assert refused.status_code == 422
    assert speaks(refused, language)
    assert list(refused.context["form"].errors) == ["guardian_name"]


def test_27_who_acts_for_a_child_is_a_name_and_no_record_so_that_nobody_can_act_in_a_circle():
    people = [field.name for field in Guardianship._meta.fields if field.related_model is Participant]

    assert people == ["participant"]


# --- 28: a group that takes no one ------------------------------------------------------------------------------

CLOSED = {
    "closed": {"enrolment_closes_at": -SECOND},
    "cancelled": {"decision": "cancelled"},
    "postponed": {"decision": "postponed"},
    "not yet open": {"enrolment_opens_at": 60 * SECOND},
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("why", CLOSED)
def test_28_a_group_that_takes_no_one_says_why(client, language, why):
    kept = draft()
    at = clock.now()
    changes = {name: at + value if isinstance(value, timedelta) else value for name, value in CLOSED[why].items()}
    CourseRun.objects.update(**changes)

    for name, typed in zip(PAGES, (WHO, PERSON, CONTACT, SEND), strict=True):
        refused = post(client, name, kept, typed, language)
        assert refused.status_code == 409
        assert speaks(refused, language)
        assert refused.context["reason"].sentence in refused.text
    assert not Enrolment.objects.exists()


def test_28_the_clock_of_the_database_decides_not_that_of_the_server(client, monkeypatch):
    kept = draft()
    now = clock.now()
    CourseRun.objects.update(enrolment_opens_at=now - SECOND)
    monkeypatch.setattr(time, "time", lambda: 0.0)

    assert post(client, "enrol-check", kept, SEND).status_code == 302


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("group", "typed", "code"),
    [
        ({"course": {"minimum_age": 40}}, {}, "too_young"),
        ({"course": {"maximum_age": 20}}, {}, "too_old"),
        ({"women_only": True}, {"sex": "M"}, "women_only"),
    ],
)
def test_28_who_the_group_is_not_for_is_refused_again_when_the_form_is_sent(client, language, group, typed, code):
    of = run(**group | {"course": course(**group.get("course", {}))})
    kept = draft(of, **typed)

    refused = post(client, "enrol-check", kept, SEND, language)

    assert (refused.status_code, refused.context["reason"].code) == (409, code)
    assert speaks(refused, language)
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_28_a_group_that_is_full_or_not_public_has_no_seat_to_give(client, language):
    full, hidden = draft(run(capacity=0, waiting_places=0)), draft(run(decision="draft"))

    refused = post(client, "enrol-check", full, SEND | {"wait": "1"}, language)
    missing = post(client, "enrol-check", hidden, SEND, language)

    assert (refused.status_code, missing.status_code) == (409, 404)
    assert speaks(refused, language)
    assert speaks(missing, language)
    assert not Enrolment.objects.exists()


# --- 29: sent twice ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_29_two_tabs_and_two_devices_are_one_enrolment(language):
    group = run()
    browsers = [(Client(), draft(group)) for _device in range(2)]

    first, second = [post(browser, "enrol-check", kept, SEND, language) for browser, kept in browsers]

    assert first.status_code == 302
    assert (second.status_code, second.context["reason"].code) == (409, "already")
    assert speaks(second, language)
    assert Enrolment.objects.count() == 1
    assert Enrolment.objects.get().token not in second.text


# --- 30: the place of someone else ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/i/{}/annuler/", "/i/{}/", "/o/{}/", "/i/{}/autre/", "/i/{}/effacer/"])
def test_30_a_guessed_link_is_a_404_in_the_log_and_changes_nothing(client, caplog, path):
    place = enrolment()
    guesses = [place.token[:-1] + ("A" if place.token[-1] != "A" else "B"), place.reference, str(place.pk)]

    with caplog.at_level(logging.INFO, logger="learningcity.access"):
        answers = [client.post(path.format(guess), {"reason": "far", "sure": "on"}) for guess in guesses]

    assert {answer.status_code for answer in answers} == {404}
    lines = [record.getMessage() for record in caplog.records if record.name == "learningcity.access"]
    assert len(lines) == 3
    assert all(" 404 " in line for line in lines)
    assert not any(guess in line for guess in guesses[:2] for line in lines)
    place.refresh_from_db()
    assert place.state == "enrolled"


# --- 32: pages that stayed open, steps that were jumped ---------------------------------------------------------


def too_old(kept):
    EnrolmentDraft.objects.filter(pk=kept.pk).update(expires_at=clock.now() - timedelta(hours=23))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "typed"), [("enrol-person", PERSON), ("enrol-contact", CONTACT)])
def test_32_a_page_that_was_open_for_a_day_keeps_what_was_typed_on_it(client, language, name, typed):
    kept = draft()
    too_old(kept)

    response = post(client, name, kept, typed, language)
    first = client.get(response["Location"])
    after = client.get(client.post(response["Location"], WHO)["Location"])
    again = client.post(after.request["PATH_INFO"] + "?" + after.request["QUERY_STRING"], PERSON)

    assert "/1/?d=" in response["Location"]
    assert speaks(first, language)
    assert len(first.context["messages"]) == 1
    assert ('value="Yasmine"' in after.text) == (name == "enrol-person")
    assert ("/3/" if name == "enrol-person" else "/verifier/") in again["Location"]
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*PAGES[1:], "enrol-clash"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_32_a_link_whose_answers_are_gone_leads_kindly_to_the_first_page(client, language, name, method):
    kept = draft()
    too_old(kept)

    path = address(name, kept.run, kept.token, language)
    response = client.post(path, SEND | {"choice": "replace"}) if method == "post" else client.get(path)
    page = client.get(response["Location"])

    assert response["Location"] == address("enrol-who", kept.run, language=language)
    assert len(page.context["messages"]) == 1
    assert EnrolmentDraft.objects.count() == 1
    assert not Enrolment.objects.exists()
    assert not Participant.objects.exists()


def test_32_the_first_page_opened_for_the_first_time_says_nothing_of_the_kind(client):
    assert len(client.get(address("enrol-who", run())).context["messages"]) == 0


# --- 43: personal links -----------------------------------------------------------------------------------------


def paths_behind(token):
    names = [name for name, needed in named_routes().items() if needed == ["token"]]
    return [reverse(name, args=[token]) for name in sorted(names)]


def test_43_no_other_site_is_told_the_address_of_a_personal_page(client):
    values, kept = subjects("receipt")
    paths = [*paths_behind(values["token"]), address("enrol-check", kept.run, kept.token)]

    answers = [client.get(path) for path in paths]

    assert {answer["Referrer-Policy"] for answer in answers} <= {"same-origin", "no-referrer"}
    assert {answer.status_code for answer in answers} <= {200, 302, 404, 405}


@pytest.mark.parametrize("state", ["enrolled", "waiting", "cancelled_by_learner", "completed"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_43_no_link_out_of_a_personal_page_carries_its_token(client, language, state):
    place = enrolment()
    Enrolment.objects.update(state=state)

    text = client.get(f"/i/{place.token}/?langue={language}").text

    links = [part.partition('"')[0] for part in text.split('href="')[1:]]
    out = [link for link in links if link.startswith(("http", "//")) and not link.startswith(settings.SITE_URL)]
    assert any(link.startswith("https://wa.me/") for link in out)
    assert [link for link in out if place.token in link] == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_43_every_link_of_who_was_erased_is_dead(client, method):
    place = offered()
    erasure.erase(place.participant, by=None)

    answers = [getattr(client, method)(path) for path in paths_behind(place.token)]

    assert {answer.status_code for answer in answers} <= {404, 405}
    assert 404 in {answer.status_code for answer in answers}


def test_43_a_receipt_is_opened_as_often_as_one_likes_and_an_answer_counts_once(client):
    place = offered()
    with translation.override("fr"):
        path = reverse("offer", args=[place.token])

    for said in ("yes", "no", "yes"):
        client.post(path, {"answer": said})

    place.refresh_from_db()
    assert place.state == "enrolled"
    assert [client.get(f"/i/{place.token}/").status_code for _time in range(3)] == [200] * 3


def test_43_the_link_outlives_another_phone_and_language(client):
    place = enrolment()
    Participant.objects.update(phone="+212699999999", language="ar", email="")

    assert client.get(f"/i/{place.token}/").status_code == 200
    assert participant().pk != place.participant_id
