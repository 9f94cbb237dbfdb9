"""Who only typed the name, phone and date of birth of a known person holds one place, and nothing else of hers."""

import pytest
from django.urls import reverse
from django.utils import translation

from learningcity.models import User
from programmes.tests.factories import run

from ..models import Enrolment, Participant
from ..services import drafts, passports
from ..services.enrolment import rejoin
from ..services.families import shared_answers
from .factories import draft
from .lines import let_pass, offered

pytestmark = pytest.mark.django_db
WHOLE = ["own-data", "own-data-file", "own-data-correct", "erase"]
PHONE = "+212612345678"


@pytest.fixture
def first():
    """The place her record was made with."""
    acts = {"who": "adult", "guardian_name": "Amina Zeroual", "relation": "relative"}
    return drafts.send(draft(run(meetings=0), **acts), may_wait=False)


@pytest.fixture
def second(first):
    """Made by somebody who typed the same."""
    return drafts.send(draft(run(meetings=0)), may_wait=False)


def status(client, name, place):
    with translation.override("fr"):
        return client.get(reverse(name, args=[place.token])).status_code


def test_both_places_are_of_one_person_and_one_link_opens_her_data(client, first, second):
    assert first.participant == second.participant
    assert [status(client, name, first) for name in WHOLE] == [200] * 4
    assert [status(client, name, second) for name in WHOLE] == [403] * 4
    assert status(client, "receipt", second) == 200


@pytest.mark.parametrize(("name", "sent"), [("erase", {"sure": "on"}), ("consent", {"refuse": "follow_up"})])
def test_a_link_of_one_place_changes_nothing_of_the_person(client, second, name, sent):
    before = Participant.objects.values().get(), list(second.participant.consents.order_by("pk").values())

    assert client.post(reverse(name, args=[second.token]), sent).status_code == 403

    assert (Participant.objects.values().get(), list(second.participant.consents.order_by("pk").values())) == before


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_the_page_says_how_to_get_there_and_nothing_about_her(client, second, language):
    answer = client.get(f"/i/{second.token}/mes-donnees/?langue={language}")

    assert "Yasmine" not in answer.text
    assert "Amina" not in answer.text
    assert reverse("passport-join", args=[second.token]) in answer.text


def test_the_code_that_came_to_her_phone_opens_it(client, second):
    client.force_login(User.objects.of_phone("+212600000001", language="fr"))
    assert status(client, "own-data", second) == 403

    client.force_login(User.objects.of_phone(PHONE, language="fr"))
    assert status(client, "own-data", second) == 200


def test_on_a_shared_phone_her_pin_comes_first(client, second):
    user = User.objects.of_phone(PHONE, language="fr")
    passports.set_pin(passports.link(user, second.participant), "2468")
    client.force_login(user)

    assert status(client, "own-data", second) == 403


def test_who_enrols_signed_in_holds_a_link_to_all(client, first):
    client.force_login(User.objects.of_phone(PHONE, language="fr"))
    kept = draft(run(meetings=0))

    client.post(reverse("enrol-check", args=[kept.run.code]) + f"?d={kept.token}", {"consent": "on"})

    assert Enrolment.objects.get(run=kept.run).opens_person


def test_a_stranger_who_spends_what_a_phone_may_ask_for_does_not_shut_out_its_owner(client, monkeypatch):
    monkeypatch.setattr(drafts, "MOST_PER_PHONE", 0)
    kept = draft(run(meetings=0))
    check = reverse("enrol-check", args=[kept.run.code]) + f"?d={kept.token}"

    assert client.post(check, {"consent": "on"}).status_code == 429
    client.force_login(User.objects.of_phone("+212600000001", language="fr"))
    assert client.post(check, {"consent": "on"}).status_code == 429
    client.force_login(User.objects.of_phone(PHONE, language="fr"))
    assert client.post(check, {"consent": "on"}).status_code == 302


def test_who_acts_for_her_is_not_told_to_who_enrols_someone_else_from_it(first, second):
    assert shared_answers(first)["guardian_name"] == "Amina Zeroual"
    assert {"guardian_name", "relation", "district"} & set(shared_answers(second)) == set()


@pytest.mark.parametrize("opens", [True, False])
def test_coming_back_after_an_offer_opens_no_more_than_before(opens):
    place = offered()
    Enrolment.objects.filter(pk=place.pk).update(opens_person=opens)
    let_pass(place)

    assert rejoin(Enrolment.objects.get(pk=place.pk), by=None).opens_person is opens
