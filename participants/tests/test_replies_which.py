"""Which place a text means, by the name in it, and by the phone that was told of it; what is kept of it."""

from datetime import timedelta

import pytest

from learningcity import clock
from learningcity.models import IncomingMessage, OutboxMessage
from learningcity.services import delivery
from learningcity.tests.outbox import Provider

from .. import tasks
from ..models import Enrolment
from ..services import merging, replies
from .factories import enrolment, participant
from .lines import month_ahead
from .test_replies import offered, state_of
from .told import PHONE, write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken_in_the_end")]


# --- Which one --------------------------------------------------------------------------------------------------


def two(*names):
    group = month_ahead(capacity=2)
    return [enrolment(group, participant(given_name=name, phone=PHONE)) for name in names]


@pytest.mark.parametrize("text", ["ANNULER Sara", "annuler pour SARA merci", "Annulér sàra", "cancel Sara."])
def test_a_first_name_says_which_place_is_given_up(text):
    adam, sara = two("Adam", "Sara")
    assert write(text) == "cancelled"
    assert [state_of(adam), state_of(sara)] == ["enrolled", "cancelled_by_learner"]


def test_so_it_does_in_arabic_and_when_it_has_two_words():
    hiba, zahra = two("هبة", "Fatima-Zahra")
    assert [write("إلغاء هبه"), write("ANNULER fatima zahra")] == ["cancelled", "cancelled"]
    assert [state_of(hiba), state_of(zahra)] == ["cancelled_by_learner"] * 2


@pytest.mark.parametrize("change", [str, str.lower, lambda text: text.replace("-", " "), lambda text: text[3:]])
def test_a_reference_says_it_too(change):
    adam, sara = two("Sara", "Sara")
    assert write("ANNULER Sara") == "ambiguous"
    assert write(f"ANNULER {change(sara.reference)}") == "cancelled"
    assert [state_of(adam), state_of(sara)] == ["enrolled", "cancelled_by_learner"]


def test_the_digits_of_a_reference_may_be_arabic():
    adam, sara = two("Sara", "Sara")
    Enrolment.objects.filter(pk=sara.pk).update(reference="CA-7K3M9-2QRT8")
    assert write("إلغاء CA-٧K٣M٩-٢QRT٨") == "cancelled"
    assert [state_of(adam), state_of(sara)] == ["enrolled", "cancelled_by_learner"]


def test_who_is_named_and_has_given_up_her_place_does_not_give_up_that_of_the_other():
    adam, _sara = two("Adam", "Sara")
    assert [write("ANNULER Sara"), write("ANNULER Sara")] == ["cancelled", "again"]
    assert state_of(adam) == "enrolled"


def test_a_first_name_says_which_offer_is_answered():
    adam, sara = offered(given_name="Adam"), offered(given_name="Sara")
    assert write("OUI Sara") == "accepted"
    assert [state_of(adam), state_of(sara)] == ["offered", "enrolled"]


# --- After a merge ----------------------------------------------------------------------------------------------


def merged(place, phone="+212699999999"):
    """The record of this place goes on into one with another phone."""
    survivor = participant(given_name="Yasmine", phone=phone)
    merging.merge(survivor, Enrolment.objects.get(pk=place.pk).participant, by=None, reason="Deux fois")
    return survivor


def test_who_was_told_of_an_offer_may_answer_it_after_her_record_went_on_into_another():
    place = offered()
    merged(place)
    assert write("OUI") == "accepted"


def test_and_after_that_one_went_on_as_well():
    place = offered()
    merging.merge(participant(given_name="Nom", phone=""), merged(place), by=None, reason="Trois fois")
    assert write("OUI") == "accepted"


def test_a_phone_that_was_not_told_of_a_place_says_nothing_about_it():
    place = offered()
    OutboxMessage.objects.all().delete()
    merged(place)
    assert write("OUI") == "nothing"
    assert state_of(place) == "offered"


# --- What is kept -----------------------------------------------------------------------------------------------


def days_ago(number):
    for model, field in [(IncomingMessage, "received_at"), (OutboxMessage, "created_at")]:
        model.objects.update(**{field: clock.now() - timedelta(days=number)})


def test_what_a_phone_wrote_that_nobody_has_is_not_kept_for_long(settings, monkeypatch):
    settings.SMS_PROVIDER = "learningcity.tests.outbox.Provider"
    monkeypatch.setattr(Provider, "sent", [])
    write("Bonjour, je suis Amal", phone="+212655555555")
    [answer] = OutboxMessage.objects.all()
    delivery.deliver(answer.pk)

    days_ago(2)
    assert replies.forget() == 0
    days_ago(4)
    tasks.forget_people()

    text, answer = IncomingMessage.objects.get(), OutboxMessage.objects.get()
    assert (text.sender, text.text, text.outcome) == ("", "", "unclear")
    assert (answer.recipient, answer.values, answer.state) == ("", {}, "sent")
    assert replies.forget() == 0


def test_what_a_known_person_wrote_stays_with_her():
    participant(phone=PHONE)
    write("quoi")
    days_ago(4)
    assert replies.forget() == 0
    assert IncomingMessage.objects.get().text == "quoi"
