from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from learningcity import clock
from learningcity.models import OutboxMessage
from learningcity.tests.factories import district
from programmes.models import CourseRun, DemandSignal
from programmes.tests.factories import course, run, venue

from ..models import Enrolment, EnrolmentDraft, Participant
from ..services import drafts
from .factories import draft, enrolment, participant
from .journey import CONTACT, PAGES, PERSON, SEND, WHO, address, answer

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


# --- The whole way ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_whole_way_from_the_course_to_the_receipt(client, language):
    group = run()
    place = district()
    with translation.override(language):
        chosen = reverse("enrol-group")

    response = client.get(chosen, {"groupe": group.code})
    for answers in (WHO, PERSON | {"district": place.code}, CONTACT | {"language": language}, SEND):
        assert response.status_code == 302
        page = client.get(response["Location"])
        assert page.status_code == 200
        assert f'<html lang="{language}"' in page.text
        response = client.post(response["Location"], answers)

    receipt = client.get(response["Location"])
    enrolment = Enrolment.objects.get()
    assert response["Location"] == f"/i/{enrolment.token}/?langue={language}"
    assert f'<html lang="{language}"' in receipt.text
    assert enrolment.reference in receipt.text
    assert (enrolment.state, enrolment.run, enrolment.district) == ("enrolled", group, place)
    assert str(enrolment.participant.phone) == "+212612345678"
    assert OutboxMessage.objects.get().language == language


def test_mother_enrols_her_child(client):
    group = run()
    client.post(address("enrol-who", group), {"who": "child"})
    kept = EnrolmentDraft.objects.get()

    assert "relation" in client.get(address("enrol-person", group, kept.token)).text
    answer(client, "enrol-person", kept, PERSON | {"birth_2": "2015", "relation": "mother", "guardian_name": "Amina"})
    answer(client, "enrol-contact", kept, CONTACT)
    answer(client, "enrol-check", kept, SEND)

    guardian = Participant.objects.get().guardianships.get()
    assert (guardian.relation, guardian.guardian_name) == ("mother", "Amina")
    assert OutboxMessage.objects.get().values["first_name"] == "Yasmine"


def test_full_group_is_joined_at_the_tail(client):
    group = run(capacity=0)
    kept = draft(group)

    page = client.get(address("enrol-check", group, kept.token))
    response = answer(client, "enrol-check", kept, SEND | {"wait": "1"})

    assert 'name="wait"' in page.text
    assert client.get(response["Location"]).context["place"] == 1
    assert Enrolment.objects.get().state == "waiting"


def test_group_that_fills_between_check_and_send_asks_first_then_lets_wait_in_one_submit(client):
    group = run(capacity=1)
    kept = draft(group)
    page = client.get(address("enrol-check", group, kept.token))
    assert 'name="wait"' not in page.text
    enrolment(group, participant(given_name="Première", phone=""))

    asked = answer(client, "enrol-check", kept, SEND)

    assert asked.status_code == 200
    assert asked.templates[0].name == "participants/refused.html"
    assert asked.context["reason"].code == "full_now"
    assert Enrolment.objects.count() == 1

    response = client.post(asked.context["check_url"], {"consent": "on", "wait": "1"})
    assert response["Location"].startswith("/i/")
    assert Enrolment.objects.filter(state="waiting").count() == 1


def test_sending_twice_leads_to_the_same_receipt(client):
    kept = draft()

    first, second = answer(client, "enrol-check", kept, SEND), answer(client, "enrol-check", kept, SEND)

    assert first["Location"] == second["Location"]
    assert Enrolment.objects.count() == 1
    for name in PAGES:
        assert client.get(address(name, kept.run, kept.token))["Location"] == first["Location"]


def test_person_who_already_has_a_place_is_written_to_and_not_shown_it(client):
    group = run()
    place = drafts.send(draft(group), may_wait=True)

    again = draft(group)
    response = answer(client, "enrol-check", again, SEND)

    assert response.status_code == 409
    assert response.context["reason"].code == "already"
    assert place.token not in response.text
    assert place.reference not in response.text
    assert OutboxMessage.objects.count() == 2
    assert not OutboxMessage.objects.filter(dedupe_key__contains=again.token).exists()  # providers are told the key


# --- Back and forth -----------------------------------------------------------------------------------------


def test_the_needs_are_shown_before_sending(client):
    kept = draft(needs=["hearing", "large_print"])

    page = client.get(address("enrol-check", kept.run, kept.token, "en"))

    assert "Hearing loop or sign language · Large print" in page.text


def test_going_back_keeps_the_answers(client):
    kept = draft(needs=["hearing"])

    texts = [client.get(address(name, kept.run, kept.token)).text for name in PAGES[:3]]

    assert texts[0].count("checked") == 1
    assert 'value="Yasmine"' in texts[1]
    assert 'value="1998"' in texts[1]
    assert 'value="+212612345678"' in texts[2]
    assert texts[2].count("checked") == 3


def test_changing_an_answer_keeps_the_others(client):
    kept = draft()

    answer(client, "enrol-person", kept, PERSON | {"given_name": "Salma"})

    kept.refresh_from_db()
    assert (kept.answers["given_name"], kept.answers["phone"]) == ("Salma", "+212612345678")


@pytest.mark.parametrize("name", PAGES[1:])
def test_page_without_a_draft_leads_to_the_first(client, name):
    group = run()

    for token in (None, "unknown", draft(run()).token):
        assert client.get(address(name, group, token))["Location"] == address("enrol-who", group)


@pytest.mark.parametrize(
    ("known", "asked", "led_to"),
    [
        ({"who": "me"}, "enrol-contact", "enrol-person"),
        ({"who": "me"}, "enrol-check", "enrol-person"),
        ({"who": "me", "birth": "1998"}, "enrol-check", "enrol-contact"),
        ({"who": "child", "birth": "1998", "channel": "none"}, "enrol-check", "enrol-person"),
    ],
)
def test_skipping_a_page_leads_to_the_one_that_is_missing(client, known, asked, led_to):
    group = run()
    kept = drafts.keep(None, run=group, answers=known)

    for response in (
        client.get(address(asked, group, kept.token)),
        client.post(address(asked, group, kept.token), SEND),
    ):
        assert response["Location"] == address(led_to, group, kept.token)
    assert not Enrolment.objects.exists()


def test_old_link_leads_to_the_first_page(client):
    kept = draft()
    EnrolmentDraft.objects.update(expires_at=clock.now())

    assert client.get(address("enrol-check", kept.run, kept.token))["Location"] == address("enrol-who", kept.run)


# --- Refusals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"decision": "cancelled"}, "cancelled"),
        ({"decision": "postponed"}, "closed"),
        ({"enrolment_opens_at": clock.datetime(2040, 1, 1, 9, tzinfo=clock.CASABLANCA)}, "not_open"),
    ],
)
@pytest.mark.parametrize("name", PAGES)
def test_group_that_is_closed_says_why_on_every_page(client, name, changes, code):
    group = run()
    kept = draft(group)
    changes |= {"enrolment_closes_at": clock.datetime(2041, 1, 1, tzinfo=clock.CASABLANCA)}
    CourseRun.objects.filter(pk=group.pk).update(**changes)

    for ask in (client.get, client.post):
        response = ask(address(name, group, kept.token))
        assert response.status_code == 409
        assert response.context["reason"].code == code
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize(
    ("group", "answers", "code"),
    [
        ({"course": {"minimum_age": 40}}, {}, "too_young"),
        ({"course": {"maximum_age": 15}}, {}, "too_old"),
        ({"women_only": True}, {"sex": "M"}, "women_only"),
    ],
)
def test_person_the_group_is_not_for_learns_it_at_once_and_sees_what_fits(client, group, answers, code):
    theme = {"theme": "trade"}
    wanted = run(**group | {"course": course(**theme | group.get("course", {}))})
    fitting = run(course=course(**theme))
    run(**group | {"course": course(**theme | group.get("course", {}))})
    kept = drafts.keep(None, run=wanted, answers=WHO)

    response = answer(client, "enrol-person", kept, PERSON | answers)

    assert response.status_code == 409
    assert response.context["reason"].code == code
    assert [card.title for card in response.context["others"]] == [fitting.course.title]
    kept.refresh_from_db()
    assert kept.answers["given_name"] == "Yasmine"


def test_group_and_line_that_are_full_refuse(client):
    group = run(capacity=0, waiting_places=0)

    response = answer(client, "enrol-check", draft(group), SEND | {"wait": "1"})

    assert (response.status_code, response.context["reason"].code) == (409, "full")


@pytest.mark.parametrize("changes", [{"decision": "draft"}, {"course": "archived"}, {"course": "draft"}])
def test_group_that_is_not_public_does_not_exist(client, changes):
    group = run(**changes | ({"course": course(state=changes["course"])} if "course" in changes else {}))

    for path in [address(name, group) for name in PAGES] + [f"/fr/inscription/?groupe={group.code}"]:
        assert client.get(path).status_code == 404
    assert client.get("/fr/inscription/").status_code == 404


# --- Cost ---------------------------------------------------------------------------------------------------


def test_pages_of_the_journey_stay_cheap(client, queries_of):
    kept = draft(run(venue=venue(district=district("Anfa", "أنفا")), meetings=3))
    for name in PAGES:
        assert queries_of(client.get, address(name, kept.run, kept.token)) <= 6


def test_sending_stays_cheap(client, queries_of):
    kept = draft()

    assert queries_of(client.post, address("enrol-check", kept.run, kept.token), SEND) <= 30
    assert Enrolment.objects.get().state == "enrolled"


# --- What the city learns -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["regular", "practice"])
def test_a_refusal_is_counted_without_a_name_but_not_in_practice(client, kind):
    group = run(course=course(minimum_age=18, theme="trade", kind=kind))
    client.post(address("enrol-who", group), WHO)
    answer(client, "enrol-person", EnrolmentDraft.objects.get(), PERSON | {"birth_2": "2020"})

    seen = DemandSignal.objects.values_list("kind", "reason", "theme", "district", "words", "count")
    counted = [("refusal", "too_young", "trade", group.venue.district_id, "", 1)]
    assert list(seen) == (counted if kind == "regular" else [])
