import json
from datetime import date

import pytest

from learningcity import clock
from learningcity.models import AuditEntry, IncomingMessage, OutboxMessage
from learningcity.tests.factories import district
from programmes.models import Prerequisite
from programmes.tests.factories import meeting, run, today

from ..models import Alert, Certificate, Enrolment, Guardianship, Participant
from ..services import attendance, merging, queue
from .factories import enrolment, participant, person, registered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken_in_the_end")]
PHONE = "+212612345678"


def address(place, *parts, language="en"):
    return f"/i/{place.token}/{'/'.join([*parts, ''])}?langue={language}"


def data(place, language="en"):
    return address(place, "mes-donnees", language=language)


def file_of(place):
    return f"/i/{place.token}/mes-donnees.json?langue=en"


@pytest.fixture
def child():
    typed = person(birth_date=date(2015, 3, 27), birth_year=2015, guardian_name="Amina Zeroual", relation="mother")
    return registered(typed)


@pytest.fixture
def place(child):
    return enrolment(run(), child, needs=["step_free"])


# --- What it tells --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_the_page_tells_all_that_is_kept(client, place, language):
    text = client.get(data(place, language)).text

    for told in ("Yasmine", "El Idrissi", "Amina Zeroual", "06 12 34 56 78", place.reference, place.run.code):
        assert told in text


def test_the_file_is_the_same_as_data(client, place):
    response = client.get(file_of(place))
    told = json.loads(response.content)

    assert response["Content-Disposition"] == 'attachment; filename="mes-donnees.json"'
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert (told["person"]["given_name"], told["person"]["phone"]) == ("Yasmine", PHONE)
    assert [each["guardian_name"] for each in told["guardians"]] == ["Amina Zeroual"]
    assert [(each["purpose"], each["is_given"]) for each in told["consents"]] == [("course", True)]
    [own] = told["enrolments"]
    assert (own["reference"], own["state"], own["needs"]) == (place.reference, "enrolled", ["step_free"])
    assert [(each["template"], each["state"]) for each in told["messages"]] == [("enrolled", "pending")]


def test_marks_are_counted_and_changes_are_dated(client, child):
    group = run(meetings=0, starts_on=today())
    place = enrolment(group, child)
    attendance.mark(meeting(group, date=today()), {}, by=None, rest_present=True)
    days = {"starts_on": group.starts_on, "ends_on": group.ends_on, "issued_on": group.ends_on}
    printed = {"name": "Y", "course_title_fr": "C", "course_title_ar": "C", "issuer": "V", "hours": 20}
    Certificate.objects.create(enrolment=place, number="CERT-7", **days, **printed)
    queue.leave(place, by=None)

    [own] = json.loads(client.get(file_of(place)).content)["enrolments"]
    page = client.get(data(place))

    assert own["attendance"] == {"present": 1, "late": 0, "absent": 0, "excused": 0}
    assert [event["to_state"] for event in own["history"]] == ["enrolled", "cancelled_by_learner"]
    assert "<li>Present · 1</li>" in page.text
    assert "<li>Absent" not in page.text
    assert "CERT-7" in page.text


@pytest.mark.parametrize(("language", "words"), [("en", "I can read"), ("fr", "Je sais lire"), ("ar", "أعرف القراءة")])
def test_what_was_confirmed_before_the_course_is_told_in_words(client, child, language, words):
    group = run()
    said = {"statement_en": "I can read", "statement_fr": "Je sais lire", "statement_ar": "أعرف القراءة"}
    row = Prerequisite.objects.create(course=group.course, kind="declared", **said)
    group.course.refresh_from_db()
    place = enrolment(group, child, declared=[row.pk])
    file = file_of(place).replace("langue=en", f"langue={language}")

    assert json.loads(client.get(file).content)["enrolments"][0]["declared"] == [words]
    assert f"<bdi>{words}</bdi>" in client.get(data(place, language)).text

    row.delete()
    assert "Something that is no longer asked" in client.get(file_of(place)).text
    assert "Something that is no longer asked" in client.get(data(place)).text


def test_nothing_of_another_person_of_the_same_phone_is_told(client, place):
    brother = participant(given_name="Sami", birth_year=2013)
    other = enrolment(run(), brother)
    Guardianship.objects.create(participant=brother, guardian_name="Karim", relation="father")
    Alert.objects.create(phone=PHONE, language="fr", search="arr=anfa", expires_at=clock.now())

    for path in (data(place), file_of(place)):
        text = client.get(path).text
        for secret in ("Sami", "Karim", other.reference, other.token, other.run.code, "anfa"):
            assert secret not in text


def test_saved_searches_of_a_phone_that_is_hers_alone_are_told(client, place):
    Alert.objects.create(phone=PHONE, language="fr", search="arr=anfa", expires_at=clock.now())

    assert "arr=anfa" in client.get(data(place)).text


def test_what_was_written_from_a_phone_of_hers_alone_is_told(client, place):
    written = IncomingMessage.objects.create(provider_id="1", sender=PHONE, text="OUI merci", at=clock.now())

    assert written.text in client.get(data(place)).text
    participant(given_name="Sami")
    assert written.text not in client.get(data(place)).text


def test_no_link_to_another_place_is_given(client, place, child):
    other = enrolment(run(), child)

    page, told = client.get(data(place)), client.get(file_of(place))

    assert other.reference in page.text
    assert other.token not in page.text + told.text


def test_records_merged_into_hers_are_told_too(client, place, child):
    double = participant(given_name="Yasmina", phone="+212600000002")
    moved = enrolment(run(), double)
    merging.merge(child, double, by=None, reason="x")

    page = client.get(data(place))

    assert "Yasmina" in page.text
    assert "06 00 00 00 02" in page.text
    assert [row["reference"] for row in page.context["places"]] == [place.reference, moved.reference]
    assert page.context["rows"][0]["value"] == "Yasmine"


def test_messages_are_told_by_what_they_were_about_and_never_by_their_text(client, place):
    told = [("cancelled", "Cancelled by you"), ("meeting_moved", "A change"), ("reminder", "Another message")]
    first = OutboxMessage.objects.get()
    for number, (template, _about) in enumerate(told):
        OutboxMessage.objects.create(
            channel="sms",
            recipient=PHONE,
            language="fr",
            template=template,
            values=first.values,
            dedupe_key=str(number),
            next_try_at=clock.now(),
        )

    text = client.get(data(place)).text.partition("<h2>Messages</h2>")[2]

    assert [text.count(f" · {about} · ") for _template, about in [*told, ("", "Place confirmed")]] == [1] * 4


def test_who_gave_little_has_little_told(client):
    who = participant(birth_year=1950, phone="", lives_outside=True, sex="U", channel="none")
    values = {row["key"]: row["value"] for row in client.get(data(enrolment(run(), who))).context["rows"]}

    assert (values["Date of birth"], values["Arrondissement"], values["Mobile phone"]) == (
        "1950",
        "Outside Casablanca",
        "–",
    )


@pytest.mark.parametrize("path", ["mes-donnees/", "mes-donnees.json", "mes-donnees/corriger/", "effacer/"])
def test_an_unknown_link_shows_nothing(client, place, path):
    assert client.get(f"/i/unknown/{path}").status_code == 404
    assert client.get(f"/i/{place.reference}/{path}").status_code == 404


@pytest.mark.parametrize("parts", [["mes-donnees"], ["mes-donnees", "corriger"], ["effacer"]])
def test_pages_are_kept_by_no_cache_and_no_search_engine(client, place, parts):
    response = client.get(address(place, *parts))

    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex"


def test_the_receipt_leads_there(client, place):
    assert f'href="{data(place)}"' in client.get(f"/i/{place.token}/?langue=en").text


def test_it_costs_the_same_for_one_place_and_for_three(client, queries_of, place, child):
    one = queries_of(client.get, data(place))
    enrolment(run(), child)
    enrolment(run(), child)

    assert queries_of(client.get, data(place)) == one


# --- Correcting -----------------------------------------------------------------------------------------------

ANSWERS = {"given_name": "ياسمين", "family_name": "الإدريسي", "language": "ar", "channel": "call"}


def correct(client, place, **answers):
    return client.post(address(place, "mes-donnees", "corriger"), ANSWERS | answers)


def test_names_district_language_and_channel_can_be_corrected(client, place, child):
    answer = correct(client, place, district=district("Anfa", "أنفا").code)

    assert answer["Location"] == data(place)
    child.refresh_from_db()
    told = (child.given_name, child.family_name, child.district, child.language, child.channel)
    assert told == ("ياسمين", "الإدريسي", district("Anfa", "أنفا"), "ar", "call")


def test_the_form_begins_with_what_is_known(client, place, child):
    text = client.get(address(place, "mes-donnees", "corriger")).text

    assert 'value="Yasmine"' in text
    assert f'<option value="{child.district.code}" selected' in text
    Participant.objects.update(district=None, lives_outside=True)
    assert '<option value="outside" selected' in client.get(address(place, "mes-donnees", "corriger")).text


def test_someone_who_moved_out_of_town_says_so(client, place, child):
    correct(client, place, district="outside")

    child.refresh_from_db()
    assert (child.district, child.lives_outside) == (None, True)


def test_past_places_stay_as_they_were(client, place):
    before = Enrolment.objects.values("sex", "birth_year", "district", "lives_outside").get()

    correct(client, place, district="outside")

    assert Enrolment.objects.values("sex", "birth_year", "district", "lives_outside").get() == before


def test_phone_and_date_of_birth_are_not_changed_here(client, place, child):
    correct(client, place, phone="+212600000009", birth_0="1", birth_1="1", birth_2="1990", birth_year="1990", sex="M")

    child.refresh_from_db()
    assert (str(child.phone), child.birth_date, child.sex) == (PHONE, date(2015, 3, 27), "F")


def test_what_changed_is_in_the_journal_without_the_values(client, place, child):
    correct(client, place, district="outside")
    correct(client, place, district="outside")

    entry = AuditEntry.objects.get(action="correct person")
    assert entry.subject == f"participants.participant:{child.pk}"
    assert set(entry.detail["fields"]) == {
        "given_name",
        "family_name",
        "district",
        "lives_outside",
        "language",
        "channel",
    }


def test_without_a_name_nothing_is_saved(client, place, child):
    answer = correct(client, place, given_name="", family_name="")

    assert answer.status_code == 422
    child.refresh_from_db()
    assert child.given_name == "Yasmine"


def test_who_has_no_phone_cannot_ask_for_text_messages(client):
    place = enrolment(run(), participant(phone="", channel="none"))

    assert correct(client, place, channel="sms").status_code == 422
    assert correct(client, place, channel="none").status_code == 302


# --- Who acts for a person ------------------------------------------------------------------------------------


def test_one_of_two_guardians_can_be_ended_and_the_last_of_a_child_not(client, place, child):
    mother = Guardianship.objects.get()
    father = Guardianship.objects.create(participant=child, guardian_name="Driss", relation="father")

    first = client.post(data(place), {"guardian": father.pk})
    new_link = first["Location"]
    again = client.post(new_link, {"guardian": father.pk})
    last = client.post(new_link, {"guardian": mother.pk})

    assert (first.status_code, again.status_code, last.status_code) == (302, 302, 409)
    assert list(child.guardianships.current()) == [mother]
    assert AuditEntry.objects.filter(action="revoke guardian").count() == 1
    assert "until" in client.get(new_link).text
    assert client.get(data(place)).status_code == 404


@pytest.mark.parametrize("number", ["", "x", "0", "9" * 30])
def test_a_guardian_of_nobody_changes_nothing(client, place, number):
    assert client.post(data(place), {"guardian": number}).status_code == 302
    assert Guardianship.objects.current().exists()


def test_the_guardian_of_another_child_is_not_ended(client, place):
    other = participant(given_name="Sami", birth_year=2014)
    theirs = Guardianship.objects.create(participant=other, guardian_name="Karim", relation="father")
    Guardianship.objects.create(participant=other, guardian_name="Rim", relation="mother")

    client.post(data(place), {"guardian": theirs.pk})

    theirs.refresh_from_db()
    assert theirs.revoked_at is None


# --- Erasing --------------------------------------------------------------------------------------------------


def test_opening_the_page_erases_nothing_and_says_what_it_does(client, place, child):
    page = client.get(address(place, "effacer"))

    assert place.run.course.title_en in page.text
    child.refresh_from_db()
    assert child.erased_on is None
    assert client.post(address(place, "effacer")).status_code == 422


def test_it_says_that_a_certificate_stays(client, place):
    days = {"starts_on": today(), "ends_on": today(), "issued_on": today()}
    printed = {"name": "Y", "course_title_fr": "C", "course_title_ar": "C", "issuer": "V", "hours": 20}
    Certificate.objects.create(enrolment=place, number="CERT-7", **days, **printed)

    assert "CERT-7" in client.get(address(place, "effacer")).text


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_after_erasing_a_page_about_nobody_follows_and_the_link_is_dead(client, place, child, language):
    answer = client.post(address(place, "effacer", language=language), {"sure": "on"})

    assert answer["Location"] == f"/{language}/donnees-effacees/"
    page = client.get(answer["Location"])
    assert page.status_code == 200
    assert '<meta name="robots" content="noindex">' in page.text
    for path in ("", "mes-donnees/", "effacer/", "annuler/"):
        assert client.get(f"/i/{place.token}/{path}").status_code == 404
    assert client.post(address(place, "effacer"), {"sure": "on"}).status_code == 404
    child.refresh_from_db()
    assert child.erased_on == today()
