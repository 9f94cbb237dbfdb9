from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from redis import RedisError

from learningcity import clients
from learningcity.gsm import segments
from learningcity.models import OutboxMessage, User
from learningcity.services.wording import text_of
from programmes.models import CourseRun
from programmes.tests.factories import course, run, today

from ..models import Participant
from ..models.enrolments import State
from ..services import lost_links, merging, passports, queue
from .factories import enrolment, participant

PHONE, OTHER = "+212612345678", "+212698765432"
PAGE = "/fr/mes-inscriptions/retrouver/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_tries_remembered():
    cache.clear()


def sent():
    return list(OutboxMessage.objects.filter(template="lost_link").order_by("pk"))


def ask(client, asked):
    return client.post(PAGE, {"asked": asked})


def test_link_of_a_reference_goes_to_the_phone_on_record(client):
    place = enrolment(who=participant(phone=OTHER))
    ask(client, place.reference)
    [message] = sent()
    assert message.recipient == OTHER
    assert message.values["link"].endswith(reverse("receipt", args=[place.token]))


def test_link_of_the_only_place_goes_to_the_phone(client):
    place = enrolment()
    ask(client, "06 12 34 56 78")
    [message] = sent()
    assert place.token in text_of(message)


def test_several_places_are_one_message_and_one_list(client):
    places = [enrolment(who=participant(given_name=name)) for name in ("Yasmine", "Driss", "Salma")]
    ask(client, "٠٦١٢٣٤٥٦٧٨")
    [message] = sent()
    path = message.values["link"].partition("/r/")
    page = client.get("/r/" + path[2])

    assert page.status_code == 200
    assert page["X-Robots-Tag"] == "noindex"
    for place in places:
        assert reverse("receipt", args=[place.token]) in page.text


def test_list_names_no_sensitive_course(client):
    enrolment(run(course=course(is_sensitive=True, title_fr="COURS SENSIBLE")))
    signed = lost_links.sign(enrolment(run(course=course(title_fr="Couture"))))
    page = client.get(f"/r/{signed}/").text
    assert "Couture" in page
    assert "COURS SENSIBLE" not in page


def opened(*people):
    """Who is in the list of the phone, by name."""
    return {place.participant.given_name for place in lost_links.live_places(PHONE)} & set(people)


def test_who_set_a_pin_is_not_opened_by_the_phone(client):
    """Also when the PIN was set for a record that was merged into hers since."""
    amal, driss, salma = (participant(given_name=name) for name in ("Amal", "Driss", "Salma"))
    own = [enrolment(who=each) for each in (amal, driss, salma)]
    resident = User.objects.of_phone(PHONE, language="fr")
    before = participant(given_name="Ammal")
    for each in (before, salma):
        passports.set_pin(passports.link(resident, each), "1234")
    merging.merge(amal, before, by=None, reason="")
    passports.unlink(next(each for each in passports.people_of(resident) if each.participant == salma))

    assert opened("Amal", "Driss", "Salma") == {"Driss", "Salma"}
    assert lost_links.live_places(own[0].reference) == [own[0]]


def test_pins_are_looked_up_for_all_people_of_a_phone_at_once(queries_of):
    counts = []
    for name in ("Amal", "Driss", "Salma"):
        enrolment(who=participant(given_name=name))
        counts.append(queries_of(lost_links.live_places, PHONE))
    assert counts[0] == counts[1] == counts[2]


def test_who_wants_no_message_is_not_opened_by_the_phone(client):
    silent = enrolment(who=participant(given_name="Amal", channel="none"))
    ask(client, PHONE)
    assert sent() == []

    enrolment(who=participant(given_name="Driss", channel="call"))
    assert opened("Amal", "Driss") == {"Driss"}
    ask(client, silent.reference)
    [message] = sent()
    assert silent.token in text_of(message)


def test_group_that_has_ended_takes_no_room_and_is_found_by_its_reference():
    over = [enrolment() for _time in range(lost_links.MOST_PLACES)]
    CourseRun.objects.update(starts_on=today() - timedelta(days=90), ends_on=today() - timedelta(days=1))
    later, last_day = enrolment(run(starts_on=today() + timedelta(days=9))), enrolment(run())
    CourseRun.objects.filter(pk=last_day.run_id).update(starts_on=today() - timedelta(days=60), ends_on=today())

    assert lost_links.live_places(PHONE) == [last_day, later]
    assert lost_links.live_places(over[0].reference) == [over[0]]


@pytest.mark.parametrize("signed", ["none", "{}:abc:def", "{}", "٣:a:b", "9" * 30])
def test_list_that_we_did_not_sign_leads_to_the_question(client, signed):
    signed = signed.format(enrolment().pk)
    answer = client.get(f"/r/{signed}/")
    assert answer.status_code == 404 or answer["Location"] == PAGE


def test_list_is_gone_when_the_phone_on_record_is_another(client):
    signed = lost_links.sign(enrolment())
    Participant.objects.update(phone=OTHER)
    assert client.get(f"/r/{signed}/")["Location"] == PAGE


def test_list_lasts_a_day(client, monkeypatch):
    place = enrolment()
    signed = lost_links.sign(place)
    assert lost_links.signed_places(signed) == [place]
    monkeypatch.setattr(lost_links, "LIST_LIFE", -1)
    assert lost_links.signed_places(signed) is None


def test_reply_is_the_same_whatever_was_found(client):
    place = enrolment()
    texts = set()
    for asked in (place.reference, PHONE, OTHER, "CA-22222-22222"):
        answer = client.post(PAGE, {"asked": asked}, follow=True)
        assert answer.redirect_chain == [(PAGE, 302)]
        texts.add(next(str(message) for message in answer.context["messages"]))
    assert len(texts) == 1


def test_one_message_an_hour_however_it_was_asked_for(client):
    place = enrolment()
    for asked in (PHONE, PHONE, place.reference):
        ask(client, asked)
    assert len(sent()) == 1


def test_what_is_over_is_not_sent(client):
    place = enrolment()
    queue.leave(place, by=None)
    place.refresh_from_db()
    assert place.state == State.CANCELLED_BY_LEARNER
    ask(client, PHONE)
    ask(client, place.reference)
    assert sent() == []


def test_person_without_a_phone_gets_no_message(client):
    ask(client, enrolment(who=participant(phone="", channel="none")).reference)
    assert sent() == []


def test_while_the_cache_is_away_the_page_says_so_and_blames_nobody(client, monkeypatch):
    def away(*asked, **options):
        raise RedisError

    monkeypatch.setattr(clients.cache, "add", away)
    enrolment()
    page = ask(client, PHONE)
    assert (page.status_code, sent()) == (503, [])
    assert page.context["form"].errors["asked"]


def test_nothing_is_sent_while_the_cache_is_away(client, monkeypatch):
    enrolment()
    monkeypatch.setattr(lost_links, "is_spent", lambda *asked, **limit: True)
    assert ask(client, PHONE).status_code == 302
    assert sent() == []


@pytest.mark.parametrize("asked", ["", "hello", "12", "CA-00000-00000", "x" * 61, "+21289123456"])
def test_what_is_neither_is_told(client, asked):
    assert ask(client, asked).status_code == 422


def test_one_address_does_not_ask_for_ever(client, monkeypatch):
    monkeypatch.setattr("participants.views.find_again.MOST_PER_ADDRESS", 2)
    assert [ask(client, PHONE).status_code for _time in range(3)] == [302, 302, 429]


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_page_shows_itself(page, language):
    page("/mes-inscriptions/retrouver/", language)


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_message_for_a_family_has_one_part_in_french_and_two_in_arabic(client, language):
    for name in ("Yasmine", "Driss"):
        enrolment(who=participant(given_name=name, language=language))
    ask(client, PHONE)
    [message] = sent()
    assert segments(text_of(message)).segments <= (2 if language == "ar" else 1)
