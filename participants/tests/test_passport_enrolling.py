"""The shorter way to a place that a passport opens."""

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation

from learningcity.tests.subjects import person as staff
from programmes.tests.factories import course, run

from ..models import Enrolment, Participant
from ..services import passports
from .factories import participant
from .journey import CONTACT, PERSON, SEND
from .test_passport import named, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_tries_remembered():
    cache.clear()


def who_page(group):
    with translation.override("fr"):
        return reverse("enrol-who", args=[group.code])


def choose(client, group, link):
    return client.post(who_page(group), {"who": f"p{link.participant_id}"})


def test_three_screens_and_nothing_typed_for_someone_of_the_passport(client, yasmine, driss):
    group, screens, typed = run(), [], []

    def look(address):
        screens.append(client.get(address))
        typed.extend(field for field in ("given_name", "phone", "birth_0") if f'name="{field}"' in screens[-1].text)

    look(who_page(group))
    assert "Driss El Idrissi" in screens[-1].text
    look(choose(client, group, driss)["Location"])
    look(client.post(screens[-1].request["PATH_INFO"], SEND, query_params=query(screens[-1]))["Location"])

    assert (len(screens), typed) == (3, [])
    place = Enrolment.objects.get()
    assert place.participant == driss.participant
    assert place.token in screens[-1].request["PATH_INFO"]
    assert Participant.objects.count() == 2
    assert Participant.objects.get(pk=driss.participant_id).guardianships.count() == 1


def query(page):
    return {"d": page.request["QUERY_STRING"].removeprefix("d=")}


@pytest.mark.parametrize("fields", [{"birth_year": 1990}, {"family_name": ""}, {"lives_outside": True}])
def test_person_of_the_passport_is_never_made_twice(client, resident, fields):
    link = passports.link(resident, participant(**fields))
    check = choose(client, run(), link)["Location"]
    client.post(check, SEND)
    assert Enrolment.objects.get().participant == link.participant
    assert Participant.objects.count() == 1


def test_changed_name_is_another_person(client, yasmine):
    group = run()
    check = choose(client, group, yasmine)["Location"]
    token = check.partition("?d=")[2]
    with translation.override("fr"):
        path = reverse("enrol-person", args=[group.code])
    client.post(f"{path}?d={token}", PERSON | {"given_name": "Salma"})
    client.post(check, SEND)
    assert Enrolment.objects.get().participant != yasmine.participant


def test_refusals_and_clashes_come_before_the_check(client, driss):
    adults = run(course=course(slug="adultes", minimum_age=18))
    assert choose(client, adults, driss).status_code == 409

    first, second = run(), run()
    client.post(choose(client, first, driss)["Location"], SEND)
    assert "horaire" in choose(client, second, driss)["Location"]


def test_person_with_a_pin_is_asked_for_it_before_her_answers(client, yasmine):
    passports.set_pin(yasmine, "1234")
    group = run()
    ask = choose(client, group, yasmine)["Location"]
    assert ask.startswith(page_of(yasmine, "passport-pin"))
    assert client.post(ask, {"pin": "1234"})["Location"] == who_page(group)
    assert "verifier" in choose(client, group, yasmine)["Location"]


def test_person_chosen_before_is_still_chosen_on_the_way_back(client, yasmine):
    group = run()
    token = choose(client, group, yasmine)["Location"].partition("?d=")[2]
    form = client.get(who_page(group), {"d": token}).context["form"]
    assert form["who"].value() == f"p{yasmine.participant_id}"


def enrol_new(client, group, **contact):
    with translation.override("fr"):
        second, third, check = (reverse(f"enrol-{name}", args=[group.code]) for name in ("person", "contact", "check"))
    token = client.post(who_page(group), {"who": "me"})["Location"].partition("?d=")[2]
    client.post(f"{second}?d={token}", PERSON | {"given_name": "Salma"})
    client.post(f"{third}?d={token}", CONTACT | contact)
    return client.post(f"{check}?d={token}", SEND)


def test_new_person_enrolled_from_the_passport_is_in_it_at_once(client, resident):
    enrol_new(client, run())
    assert named(resident) == ["Salma"]


def test_new_person_of_another_phone_is_not(client, resident):
    enrol_new(client, run(), phone="0698765432")
    assert Enrolment.objects.count() == 1
    assert named(resident) == []


def test_nobody_is_listed_for_who_is_not_signed_in_or_too_long(client, yasmine):
    group = run()
    session = client.session
    session["signed_in_at"] = session["seen_at"] = 0
    session.save()
    assert "Yasmine" not in client.get(who_page(group)).text
    client.force_login(staff("amina"))
    assert "Yasmine" not in client.get(who_page(group)).text
    client.logout()
    assert client.post(who_page(group), {"who": f"p{yasmine.participant_id}"}).status_code == 422
