from datetime import date, timedelta

import pytest

from learningcity import clock
from learningcity.models import OutboxMessage
from programmes.models import CourseRun
from programmes.tests.factories import run

from ..models import Consent, Enrolment, EnrolmentDraft, EnrolmentEvent, Guardianship, Participant
from ..services import drafts
from ..services.refusals import EnrolmentRefused
from .factories import answers, draft, enrolment, participant

pytestmark = pytest.mark.django_db


def send(sent, *, may_wait=True):
    return drafts.send(sent, may_wait=may_wait)


def refused(sent, **options):
    with pytest.raises(EnrolmentRefused) as error:
        drafts.send(sent, **{"may_wait": True} | options)
    return error.value.reason.code


# --- Keeping ------------------------------------------------------------------------------------------------


def test_answers_add_up_and_the_link_stays():
    group = run()
    first = drafts.keep(None, run=group, answers={"who": "child"})
    second = drafts.keep(first, run=group, answers={"birth": "2012"})

    assert second.token == first.token
    assert drafts.find(group, first.token).answers == {"who": "child", "birth": "2012"}


def test_a_page_that_stayed_open_changes_nothing_of_what_was_sent():
    first = draft()
    stale = EnrolmentDraft.objects.get(pk=first.pk)
    place = send(first)

    again = drafts.keep(stale, run=place.run, answers={"together": True})

    sent = EnrolmentDraft.objects.get(pk=first.pk)
    assert (sent.enrolment, sent.answers) == (place, {})
    assert send(again) == place


def test_a_child_alone_has_no_place_whatever_page_it_comes_from():
    child = draft(birth="2016-03-27")

    assert refused(child) == "alone"
    assert not Enrolment.objects.exists()


def test_draft_is_kept_two_hours_after_the_last_answer():
    kept = draft()

    left = kept.expires_at - clock.now()
    assert timedelta(minutes=119) < left <= timedelta(hours=2)


@pytest.mark.parametrize("token", [None, "", "unknown", "x" * 5000])
def test_unknown_link_finds_nothing(token):
    assert drafts.find(run(), token) is None


def test_link_of_another_group_finds_nothing():
    assert drafts.find(run(), draft(run()).token) is None


def test_link_that_is_too_old_finds_nothing_and_is_swept():
    group = run()
    old, fresh = draft(group), draft(group)
    EnrolmentDraft.objects.filter(pk=old.pk).update(expires_at=clock.now())

    assert drafts.find(group, old.token) is None
    assert drafts.sweep() == 1
    assert list(EnrolmentDraft.objects.all()) == [fresh]


# --- What was typed -----------------------------------------------------------------------------------------


def test_person_is_what_the_answers_say():
    person = drafts.person_of(answers(who="child", relation="mother", guardian_name="Amina", needs=["hearing"]))

    assert (person.given_name, person.birth_year, person.birth_date) == ("Yasmine", 1998, date(1998, 3, 27))
    assert (person.district.slug, person.lives_outside) == ("sidi-moumen", False)
    assert (person.guardian_name, person.relation, person.needs) == ("Amina", "mother", ["hearing"])


def test_year_alone_makes_no_date_of_birth():
    person = drafts.person_of(answers(birth="1998"))

    assert (person.birth_year, person.birth_date) == (1998, None)


def test_person_from_outside_has_no_arrondissement():
    person = drafts.person_of(answers(district="outside"))

    assert (person.district, person.lives_outside) == (None, True)


def test_guardian_of_a_changed_mind_is_forgotten():
    person = drafts.person_of(answers(who="me", relation="mother", guardian_name="Amina"))

    assert (person.guardian_name, person.relation) == ("", "")


# --- Sending ------------------------------------------------------------------------------------------------


def test_sending_makes_person_consent_and_place():
    group = run()
    place = send(draft(group, who="child", relation="mother", guardian_name="Amina"))

    assert (place.run, place.state, place.source) == (group, "enrolled", Enrolment.Source.ONLINE)
    assert str(place.participant) == "Yasmine El Idrissi"
    consent = Consent.objects.get()
    assert (consent.participant, consent.is_given, consent.channel) == (place.participant, True, "online")
    assert Guardianship.objects.values_list("participant", "guardian_name", "relation").get() == (
        place.participant.pk,
        "Amina",
        "mother",
    )


def test_sending_again_gives_the_same_place_and_keeps_no_answers():
    sent = draft()
    first = send(sent)

    assert send(sent) == send(EnrolmentDraft.objects.get()) == first
    assert Enrolment.objects.count() == EnrolmentEvent.objects.count() == OutboxMessage.objects.count() == 1
    kept = EnrolmentDraft.objects.get()
    assert kept.answers == {}
    assert kept.expires_at > clock.now() + timedelta(hours=71)


def test_same_person_with_another_form_already_has_a_place():
    group = run()
    send(draft(group))

    assert refused(draft(group, given_name="YASMINE ", family_name="el idrissi")) == "already"
    assert Participant.objects.count() == Enrolment.objects.count() == Consent.objects.count() == 1


@pytest.mark.parametrize("change", [{"phone": "+212612345679"}, {"birth": "1998-03-28"}, {"given_name": "Salma"}])
def test_someone_else_on_the_same_group_gets_a_place(change):
    group = run()
    send(draft(group))

    assert send(draft(group, **change)).state == "enrolled"


def test_same_person_joins_another_group_as_the_same_person():
    assert send(draft()).participant == send(draft(run(meetings=0))).participant


def test_refused_draft_leaves_nothing_and_keeps_its_answers():
    group = run(women_only=True)
    sent = draft(group, sex="M")

    assert refused(sent) == "women_only"
    assert not Participant.objects.exists()
    assert not Consent.objects.exists()
    assert EnrolmentDraft.objects.get().answers == answers(sex="M")


def test_group_that_filled_up_meanwhile_asks_before_it_lets_wait():
    group = run(capacity=1)
    sent = draft(group)
    enrolment(group, participant(given_name="Première", phone=""))

    assert refused(sent, may_wait=False) == "full_now"
    assert not Participant.objects.filter(given_name="Yasmine").exists()
    assert send(sent).state == "waiting"


def test_group_that_closed_meanwhile_refuses():
    group = run()
    sent = draft(group)
    CourseRun.objects.update(enrolment_closes_at=clock.now())

    assert refused(sent) == "closed"


def test_reminder_goes_to_the_phone_with_the_true_place_in_line():
    group = run(capacity=0)
    first = send(draft(group))
    enrolment(group, participant(given_name="Deuxième", phone=""))
    again = draft(group)

    drafts.remind_of_receipt(again)
    drafts.remind_of_receipt(again)

    reminder = OutboxMessage.objects.exclude(dedupe_key=f"enrolment:{first.pk}:waiting").get()
    assert (reminder.template, reminder.values["place_in_line"]) == ("waiting", 1)
    assert first.token in reminder.values["link"]


def test_no_reminder_without_a_place():
    drafts.remind_of_receipt(draft())

    assert not OutboxMessage.objects.exists()
