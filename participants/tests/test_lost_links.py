import pytest
from django.core.cache import cache
from django.urls import reverse

from learningcity.gsm import segments
from learningcity.models import OutboxMessage
from learningcity.services.wording import text_of

from ..models import Participant
from ..models.enrolments import State, new_reference
from ..services import lost_links, queue
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


@pytest.mark.parametrize("typed", ["ca-{0}-{1}", "CA {0} {1}", "{0}{1}", " ca{0}{1} ", "‎CA-{0}-{1}"])
def test_reference_is_read_however_it_was_typed(typed):
    reference = new_reference()
    _ca, first, second = reference.split("-")
    assert lost_links.reference_of(typed.format(first.lower(), second)) == reference


def test_digits_of_an_arabic_keyboard_are_read_in_a_reference():
    assert lost_links.reference_of("CA-٢٣٤٥٦-٧٨٩٢٣") == "CA-23456-78923"


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
