import json
from datetime import date

import pytest
from django.core import serializers

from learningcity import clock
from learningcity.models import AuditEntry, IncomingMessage, OutboxMessage
from learningcity.tests.factories import district
from programmes.tests.factories import member, run, today

from ..models import (
    Alert,
    Attendance,
    Certificate,
    Consent,
    Enrolment,
    EnrolmentDraft,
    EnrolmentEvent,
    Guardianship,
    Merge,
    Participant,
)
from ..services import drafts, erasure, invariants, merging, own_data, people, queue
from ..services.enrolment import enrol
from ..services.refusals import EnrolmentRefused
from .factories import draft, enrolment, participant, person, registered
from .lines import month_ahead, places_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken_in_the_end")]
PHONE = "+212612345678"


def erase(who, by=None):
    erasure.erase(who, by=by)
    who.refresh_from_db()


@pytest.fixture
def yasmine():
    """Registered as everyone is, with a mother who acts for her."""
    typed = person(birth_date=date(2012, 3, 27), birth_year=2012, guardian_name="Amina Zeroual", relation="mother")
    return registered(typed)


def everything():
    """All rows about people and messages, as text."""
    models = [Alert, Attendance, Consent, Enrolment, EnrolmentDraft, EnrolmentEvent, Guardianship, Merge, Participant]
    rows = [
        row for model in [*models, OutboxMessage, IncomingMessage, AuditEntry] for row in model.objects.order_by("pk")
    ]
    return serializers.serialize("json", rows, ensure_ascii=False)


# --- What is gone ---------------------------------------------------------------------------------------------


def test_nothing_that_names_or_reaches_the_person_is_left(yasmine):
    yasmine.email = "yasmine@example.org"
    yasmine.save()
    place = enrolment(run(), yasmine, needs=["step_free"])
    Alert.objects.create(phone=PHONE, language="fr", search="arr=anfa", expires_at=clock.now())
    draft(run())
    IncomingMessage.objects.create(provider_id="1", sender=PHONE, text="Oui merci", at=clock.now())
    words = [
        "Yasmine",
        "Idrissi",
        "Zeroual",
        "612345678",
        "Oui merci",
        "example.org",
        "step_free",
        "arr=anfa",
        place.token,
    ]
    before = everything()
    assert [word for word in [*words, place.reference, "2012-03-27"] if word not in before] == []

    erase(yasmine)

    after = everything()
    assert [word for word in [*words, place.reference, "2012-03-27"] if word in after] == []
    assert yasmine.erased_on == today()


def test_what_was_written_from_a_shared_phone_is_forgotten_and_shown_to_nobody():
    """It may name her: who is alone on the phone afterwards would read it among her own."""
    sister, brother = participant(), participant(given_name="Driss")
    IncomingMessage.objects.create(provider_id="1", sender=PHONE, text="ANNULER Yasmine, malade", at=clock.now())

    erase(sister)

    assert own_data.of(brother)["answers"] == []
    assert "malade" not in everything()


def test_the_place_keeps_who_she_was_that_day_and_the_record_does_not():
    who = participant(district=district())
    place = enrolment(run(), who)

    erase(who)

    place.refresh_from_db()
    assert (place.sex, place.birth_year, place.district) == ("F", 1998, district())
    assert (who.sex, who.birth_year, who.district, who.lives_outside) == ("U", 1900, None, False)


def test_records_merged_into_hers_are_erased_with_it():
    survivor, absorbed = participant(), participant(given_name="Yasmina", phone="+212600000002")
    merging.merge(survivor, absorbed, by=None, reason="Yasmina told us")

    erase(survivor)

    absorbed.refresh_from_db()
    assert absorbed.erased_on
    assert Merge.objects.get().reason == ""
    assert "Yasmin" not in everything()


def test_guardians_lose_name_and_right_and_a_past_end_stays(yasmine):
    ended = Guardianship.objects.create(participant=yasmine, guardian_name="Driss", relation="father")
    people.revoke(ended, by=None)
    ended.refresh_from_db()
    before = ended.revoked_at

    erase(yasmine)

    ended.refresh_from_db()
    assert ended.revoked_at == before
    assert set(Guardianship.objects.values_list("guardian_name", flat=True)) == {""}
    assert not Guardianship.objects.current().exists()


# --- A phone of several people --------------------------------------------------------------------------------


def test_what_others_of_the_same_phone_have_stays(yasmine):
    brother = participant(given_name="Sami")
    enrolment(run(), yasmine)
    other = enrolment(run(), brother)
    alert = Alert.objects.create(phone=PHONE, language="fr", search="", expires_at=clock.now())
    open_draft = draft(run(), given_name="Sami")

    erase(yasmine)

    [message] = OutboxMessage.objects.exclude(recipient="")
    assert message.values["reference"] == other.reference
    assert (message.recipient, message.state) == (PHONE, "pending")
    assert Alert.objects.get() == alert
    assert EnrolmentDraft.objects.get() == open_draft
    assert Enrolment.objects.get(pk=other.pk).token == other.token


def test_once_the_others_are_erased_the_phone_goes(yasmine):
    brother = participant(given_name="Sami")
    Alert.objects.create(phone=PHONE, language="fr", search="", expires_at=clock.now())

    erase(brother)
    assert Alert.objects.exists()
    erase(yasmine)
    assert not Alert.objects.exists()


def test_the_draft_she_sent_goes_with_her_place():
    sent = drafts.send(draft(run()), may_wait=True)
    participant(given_name="Sami")

    erase(sent.participant)

    assert not EnrolmentDraft.objects.exists()


def test_what_has_not_left_is_not_sent_and_what_was_sent_stays_so(yasmine):
    for state in ("sent", "pending", "dead"):
        place = enrolment(run(), yasmine)
        sent_at = clock.now() if state == "sent" else None
        OutboxMessage.objects.filter(values__reference=place.reference).update(state=state, sent_at=sent_at)

    erase(yasmine)

    states = OutboxMessage.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["sent", "cancelled", "cancelled"]
    assert all(message.values == {} for message in OutboxMessage.objects.all())


# --- Her places -----------------------------------------------------------------------------------------------


def test_her_seat_goes_to_the_next_in_line_and_she_is_told_nothing():
    group = month_ahead()
    first, _second = places_in(group, 2)
    waiting = enrolment(group, participant(given_name="Rim", phone=""))
    officer = member("programme_officer")

    erase(first.participant, by=officer)
    erase(waiting.participant)

    states = Enrolment.objects.order_by("sequence").values_list("state", flat=True)
    assert list(states) == ["cancelled_by_learner", "offered", "cancelled_by_learner"]
    event = EnrolmentEvent.objects.get(enrolment=first, to_state="cancelled_by_learner")
    assert (event.why, event.by) == ("erasure", officer)
    assert not OutboxMessage.objects.filter(template="cancelled").exists()


def test_an_offer_she_has_goes_on():
    group = month_ahead()
    first, second, third = places_in(group, 3)
    queue.leave(first, by=None)

    erase(second.participant)

    third.refresh_from_db()
    assert third.state == "offered"


def test_what_is_over_stays_as_it_was():
    place = enrolment(run())
    queue.leave(place, by=None)

    erase(place.participant)

    assert EnrolmentEvent.objects.filter(enrolment=place).count() == 2


def test_a_certificate_stays_what_was_printed():
    place = enrolment(run())
    days = {"starts_on": place.run.starts_on, "ends_on": place.run.ends_on, "issued_on": place.run.ends_on}
    printed = {"name": "Yasmine El Idrissi", "course_title_fr": "C", "course_title_ar": "C", "issuer": "V", "hours": 20}
    issued = Certificate.objects.create(enrolment=place, number="1", **days, **printed)

    erase(place.participant)

    kept = Certificate.objects.get()
    assert (kept.name, kept.code, kept.number) == ("Yasmine El Idrissi", issued.code, "1")


# --- Once -----------------------------------------------------------------------------------------------------


def test_erasing_twice_changes_nothing_more():
    place = enrolment(run())
    erase(place.participant)
    before = everything()

    erase(place.participant)

    assert everything() == before
    assert AuditEntry.objects.filter(action="erase person").count() == 1


def test_nobody_enrols_by_a_record_that_was_erased():
    who = participant()
    erase(who)

    with pytest.raises(EnrolmentRefused) as refused:
        enrol(who, run(), by=None, source="online")
    assert refused.value.reason.code == "erased"


def test_who_comes_again_is_someone_new():
    who = participant()
    erase(who)

    assert registered(person()) != who


def test_a_live_place_of_who_was_erased_is_a_breach():
    enrolment(run())
    Participant.objects.update(erased_on=today())

    assert len(list(invariants.nobody_gone_has_a_live_place())) == 1
    Participant.objects.update(erased_on=None)


def test_the_journal_knows_that_and_by_whom():
    who, officer = participant(), member("programme_officer")

    erase(who, by=officer)

    entry = AuditEntry.objects.get(action="erase person")
    assert (entry.subject, entry.by, json.dumps(entry.detail)) == (f"participants.participant:{who.pk}", officer, "{}")
