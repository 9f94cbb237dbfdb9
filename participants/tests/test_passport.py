"""The pages of a passport, and the shorter way to a place that it opens."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from learningcity.models import OutboxMessage, User
from programmes.tests.factories import course, meeting, run

from ..models import Attendance, Certificate, Enrolment, Participant, PassportPerson
from ..models.enrolments import State
from ..services import passports
from .factories import enrolment, participant

PHONE, OTHER = "+212612345678", "+212698765432"
PASSPORT, SIGN_IN = "/fr/passeport/", "/fr/connexion/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_tries_remembered():
    cache.clear()


def named(user):
    return [person.participant.given_name for person in passports.people_of(user)]


def page_of(link, name="passport-person"):
    with translation.override("fr"):
        return reverse(name, args=[link.pk])


def last_code():
    return OutboxMessage.objects.filter(template="sign_in_code").latest("pk").values["code"]


def join(client, place):
    return client.post(reverse("passport-join", args=[place.token]))


def enter(client, code):
    return client.post("/fr/connexion/code/", {"code": code})


# --- From the receipt -----------------------------------------------------------------------------------------


def test_receipt_and_code_together_open_the_passport_of_its_person(client):
    place = enrolment()
    receipt = client.get(reverse("receipt", args=[place.token]))
    assert reverse("passport-join", args=[place.token]) in receipt.text

    assert join(client, place)["Location"] == "/fr/connexion/code/"
    assert not PassportPerson.objects.exists()
    assert enter(client, last_code())["Location"] == PASSPORT
    assert named(User.objects.get(phone=PHONE)) == ["Yasmine"]


def test_code_of_another_phone_links_nobody(client):
    place = enrolment()
    User.objects.of_phone(OTHER, language="fr")
    join(client, place)
    client.post(SIGN_IN, {"phone": OTHER})
    enter(client, last_code())
    assert not PassportPerson.objects.exists()


def test_person_who_was_erased_meanwhile_is_not_linked(client):
    place = enrolment()
    join(client, place)
    code = last_code()
    Participant.objects.update(erased_on=date(2026, 1, 1))
    enter(client, code)
    assert not PassportPerson.objects.exists()


def test_who_is_signed_in_with_the_same_phone_needs_no_second_code(client, resident):
    assert join(client, enrolment())["Location"] == PASSPORT
    assert named(resident) == ["Yasmine"]


def test_receipt_of_another_phone_leads_to_its_own_passport(client, resident):
    place = enrolment(who=participant(phone=OTHER))
    assert join(client, place)["Location"] == "/fr/connexion/code/"
    assert "_auth_user_id" not in client.session
    enter(client, last_code())
    assert named(resident) == []
    assert named(User.objects.get(phone=OTHER)) == ["Yasmine"]


def test_person_without_a_phone_is_told_how_to_add_one(client):
    place = enrolment(who=participant(phone="", channel="none"))
    answer = join(client, place)
    assert answer.status_code == 409
    assert reverse("own-data", args=[place.token]) in answer.text
    assert not User.objects.exists()


def test_too_many_codes_are_told_on_a_page(client):
    place = enrolment()
    assert [join(client, place).status_code for _time in range(4)] == [302, 302, 302, 429]


# --- Whose pages ----------------------------------------------------------------------------------------------


def test_two_people_with_one_phone_never_see_each_other_unless_linked(client, yasmine):
    theirs = enrolment(run(course=course(title_fr="Couture")), participant(given_name="Driss"))
    page = client.get(PASSPORT)
    assert "Driss" not in page.text
    assert theirs.token not in page.text


@pytest.mark.parametrize("name", ["passport-person", "passport-pin", "passport-person-settings"])
def test_pages_of_people_of_another_passport_do_not_exist(client, yasmine, name):
    other = passports.link(User.objects.of_phone(OTHER, language="fr"), participant(phone=OTHER))
    assert client.get(page_of(other, name)).status_code == 404
    passports.unlink(passports.people_of(yasmine.user)[0])
    assert client.get(page_of(yasmine, name)).status_code == 404


def test_one_person_is_shown_at_once_and_of_several_one_is_asked(client, yasmine):
    assert client.get(PASSPORT).templates[0].name == "participants/passport_person.html"
    passports.link(yasmine.user, participant(given_name="Driss"))
    page = client.get(PASSPORT)
    assert [person["label"] for person in page.context["people"]] == ["Yasmine El Idrissi", "Driss El Idrissi"]
    assert [client.get(person["href"]).status_code for person in page.context["people"]] == [200, 200]


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_every_page_shows_itself(client, resident, language):
    """The test client reads each of them as a browser would."""
    with translation.override(language):
        assert client.get(reverse("passport")).context["tiles"]
        link = passports.link(resident, full_life())
        pages = [reverse(name) for name in ("passport", "passport-add", "passport-settings")]
        pages += [reverse(name, args=[link.pk]) for name in ("passport-person", "passport-person-settings")]
        passports.link(resident, full_life(given_name="Driss"))
        pages.append(reverse("passport"))
    for path in pages:
        page = client.get(path)
        assert page.status_code == 200
        assert "noindex" in page.text


def test_signing_out_closes_the_pages_and_leaves_the_receipts(client, yasmine):
    place = enrolment(who=yasmine.participant)
    client.post("/fr/deconnexion/")
    assert client.get(PASSPORT)["Location"].startswith(SIGN_IN)
    receipt = client.get(reverse("receipt", args=[place.token]))
    assert receipt.status_code == 200
    assert receipt["Referrer-Policy"] == "same-origin"


# --- What stands in it ----------------------------------------------------------------------------------------


def full_life(**fields):
    """A person with a course attended and certified, a place with meetings to come, an offer and a place in line."""
    person = participant(**fields)
    today = timezone.now().date()
    done = enrolment(run(), person)
    past = meeting(done.run, date=today - timedelta(days=400))
    Attendance.objects.create(
        enrolment=done, meeting=past, day=past.date, mark=1, minutes=150, entered_at=timezone.now()
    )
    Enrolment.objects.filter(pk=done.pk).update(state=State.COMPLETED)
    issued = {"hours": 24, "starts_on": past.date, "ends_on": past.date, "issued_on": past.date, "issuer": "C"}
    names = {"name": "Y", "course_title_fr": "T", "course_title_ar": "T"}
    Certificate.objects.create(enrolment=done, number=f"V-{done.pk}", **names, **issued)
    coming = enrolment(run(meetings=0), person)
    meeting(coming.run, date=today + timedelta(days=3))
    offered = enrolment(run(), person)
    answer_by = timezone.now() + timedelta(hours=30)
    Enrolment.objects.filter(pk=offered.pk).update(state=State.OFFERED, answer_by=answer_by)
    waiting = enrolment(run(), person)
    Enrolment.objects.filter(pk=waiting.pk).update(state=State.WAITING)
    return person


def test_page_of_a_person_says_what_waits_comes_and_was_learnt(client, resident):
    link = passports.link(resident, full_life())
    context = client.get(page_of(link)).context
    assert [len(context[key]) for key in ("to_do", "meetings", "waiting", "certificates", "past")] == [1, 1, 1, 1, 1]
    assert (context["hours"], context["finished"]) == ("2", 1)
    assert [row[1] for row in context["years"]] == ["2,5"]
    assert context["waiting"][0]["number"] == 1


def test_meetings_called_off_and_over_are_not_next(client, yasmine):
    place = enrolment(run(meetings=0), yasmine.participant)
    today = timezone.now().date()
    meeting(place.run, date=today - timedelta(days=2))
    meeting(place.run, date=today + timedelta(days=2), state="cancelled")
    assert client.get(page_of(yasmine)).context["meetings"] == []


def test_offer_whose_time_has_passed_is_not_to_do(client, yasmine):
    place = enrolment(who=yasmine.participant)
    passed = timezone.now() - timedelta(minutes=1)
    Enrolment.objects.filter(pk=place.pk).update(state=State.OFFERED, answer_by=passed)
    assert client.get(page_of(yasmine)).context["to_do"] == []


def test_question_who_names_offers_but_no_sensitive_course(client, yasmine, driss):
    for secret, title in [(False, "Couture"), (True, "Vivre avec")]:
        group = run(course=course(title_fr=title, slug=title.lower().replace(" ", "-"), is_sensitive=secret))
        place = enrolment(group, yasmine.participant)
        answer_by = timezone.now() + timedelta(hours=30)
        Enrolment.objects.filter(pk=place.pk).update(state=State.OFFERED, answer_by=answer_by)
    page = client.get(PASSPORT)
    assert len(page.context["to_do"]) == 2
    assert "Couture" in page.text
    assert "Vivre avec" not in page.text


def statements(client, path):
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_statements_do_not_grow_with_places(client, resident):
    person = full_life()
    link = passports.link(resident, person)
    one = statements(client, page_of(link))
    for _time in range(2):
        other = full_life(given_name="Other")
        Enrolment.objects.filter(participant=other).update(participant=person)
    assert len(client.get(page_of(link)).context["to_do"]) == 3
    assert statements(client, page_of(link)) == one <= 8


def test_statements_do_not_grow_with_people(client, resident):
    counts = []
    for name in ("A1", "B2", "C3", "D4"):
        passports.link(resident, full_life(given_name=name))
        counts.append(statements(client, PASSPORT))
    assert counts[1] == counts[2] == counts[3] <= 5


# --- PIN ------------------------------------------------------------------------------------------------------


def test_pin_is_asked_once_in_a_session_and_opens_one_person(client, yasmine, driss):
    client.post(page_of(yasmine, "passport-person-settings"), {"new-pin": "1", "pin": "٤٣٢١"})
    client.logout()
    client.force_login(yasmine.user)

    ask = client.get(page_of(yasmine))["Location"]
    assert ask.startswith(page_of(yasmine, "passport-pin"))
    assert client.get(page_of(yasmine, "passport-person-settings"))["Location"].startswith(ask.partition("?")[0])
    assert client.get(page_of(driss)).status_code == 200
    assert client.get(ask).status_code == 200
    assert client.post(ask, {"pin": "0000"}).status_code == 422
    assert client.post(ask, {"pin": "4321"})["Location"] == page_of(yasmine)
    assert client.get(page_of(yasmine)).status_code == 200


def test_nothing_of_a_person_with_a_pin_is_shown_before_it(client, resident):
    link = passports.link(resident, full_life())
    passports.set_pin(link, "1234")
    page = client.get(PASSPORT)
    assert page.context["to_do"] == []
    passports.link(resident, full_life(given_name="Driss"))
    assert [each["name"] for each in client.get(PASSPORT).context["to_do"]] == ["Driss"]


def test_sixth_pin_waits(client, yasmine):
    passports.set_pin(yasmine, "1234")
    ask = page_of(yasmine, "passport-pin")
    for _time in range(5):
        client.post(ask, {"pin": "9999"})
    assert client.post(ask, {"pin": "1234"}).status_code == 422
    assert client.get(page_of(yasmine)).status_code == 302


@pytest.mark.parametrize("typed", ["", "123", "1234567", "12a4", "²²²²"])
def test_pin_has_four_to_six_digits(client, yasmine, typed):
    answer = client.post(page_of(yasmine, "passport-person-settings"), {"new-pin": "1", "pin": typed})
    assert answer.status_code == 422
    assert PassportPerson.objects.get().pin == ""


def test_pin_is_taken_away(client, yasmine):
    settings = page_of(yasmine, "passport-person-settings")
    client.post(settings, {"new-pin": "1", "pin": "1234"})
    client.post(settings, {"no-pin": "1"})
    assert PassportPerson.objects.get().pin == ""


def test_only_adults_may_have_a_pin(client, yasmine, driss):
    assert client.get(page_of(yasmine, "passport-person-settings")).context["may_have_pin"]
    assert not client.get(page_of(driss, "passport-person-settings")).context["may_have_pin"]
    client.post(page_of(driss, "passport-person-settings"), {"new-pin": "1", "pin": "1234"})
    assert PassportPerson.objects.get(pk=driss.pk).pin == ""


def test_who_forgot_the_pin_leaves_and_comes_back_by_a_reference(client, yasmine):
    passports.set_pin(yasmine, "1234")
    place = enrolment(who=yasmine.participant)
    client.post(page_of(yasmine, "passport-pin"), {"unlink": "1"})
    assert named(yasmine.user) == []
    answer = client.post("/fr/passeport/ajouter/", {"reference": place.reference})
    assert client.get(answer["Location"]).status_code == 200


# --- Settings -------------------------------------------------------------------------------------------------


def test_language_is_that_of_the_codes_and_of_the_messages(client, yasmine, driss):
    passports.set_pin(driss, "1234")
    answer = client.post("/fr/passeport/reglages/", {"language": "ar"})
    assert answer["Location"] == "/ar/passeport/reglages/"
    assert User.objects.get().language == "ar"
    languages = dict(Participant.objects.values_list("given_name", "language"))
    assert languages == {"Yasmine": "ar", "Driss": "fr"}


def test_person_leaves_the_passport_and_keeps_her_places(client, yasmine):
    place = enrolment(who=yasmine.participant)
    settings = page_of(yasmine, "passport-person-settings")
    assert reverse("own-data", args=[place.token]) in client.get(settings).text
    assert client.post(settings, {"unlink": "1"})["Location"] == PASSPORT
    assert named(yasmine.user) == []
    place.refresh_from_db()
    assert place.state == State.ENROLLED


def test_reference_of_another_phone_is_refused_like_an_unknown_one(client, resident):
    place = enrolment(who=participant(phone=OTHER))
    answers = [client.post("/en/passeport/ajouter/", {"reference": typed}) for typed in (place.reference, "CA-1")]
    errors = {answer.context["form"].errors.as_text() for answer in answers}
    assert [answer.status_code for answer in answers] == [422, 422]
    assert len(errors) == 1
