"""What a text means, which place it is about, and what is left alone."""

from datetime import timedelta
from uuid import uuid4

import pytest

from learningcity import clock
from learningcity.models import OutboxMessage
from learningcity.services.wording import text_of
from programmes.models import CourseRun
from programmes.tests.factories import course

from ..models import Enrolment
from ..services import queue
from .factories import enrolment, participant
from .lines import let_pass, month_ahead
from .told import PHONE, open_moment, told_earlier, write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken_in_the_end")]
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def waiting(group=None, **fields):
    """Someone on this phone who waits behind one who has the only seat."""
    group = group or month_ahead()
    if not group.enrolments.exists():
        enrolment(group, participant(given_name="Nom", phone=""))
    return enrolment(group, participant(**{"given_name": "Yasmine", "phone": PHONE} | fields))


def free(group):
    queue.leave(group.enrolments.filter(state="enrolled").first(), by=None)


def offered(group=None, **fields):
    """Someone on this phone who was offered a place on the last open day."""
    place = waiting(group, **fields)
    free(place.run)
    return told_earlier(place)


def family(number=2, **fields):
    """People on this phone who want in together, told of their offers on the last open day."""
    group, party = month_ahead(capacity=number), uuid4()
    for place in range(number):
        enrolment(group, participant(given_name=f"Nom {place}", phone=""))
    places = [waiting(group, given_name=name) for name in ("Adam", "Sara", "Ali")[:number]]
    Enrolment.objects.filter(pk__in=[place.pk for place in places]).update(party=party)
    for _place in range(number):
        free(group)
    return [told_earlier(place) for place in places]


def state_of(place):
    return Enrolment.objects.get(pk=place.pk).state


def said():
    """The messages since the last call."""
    fresh = OutboxMessage.objects.order_by("pk")
    templates = list(fresh.values_list("template", flat=True))
    fresh.delete()
    return templates


# --- Yes and no -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "outcome", "state"), [("1", "accepted", "enrolled"), ("لا", "declined", "declined")])
def test_an_answer_counts_and_is_confirmed_once(text, outcome, state):
    place = offered()
    said()

    assert write(text) == outcome

    assert state_of(place) == state
    assert said() == [state]


def test_the_same_answer_again_changes_nothing_and_says_nothing():
    place = offered()
    write("OUI")
    said()

    assert [write("OUI"), write("oui merci"), write("نعم")] == ["again"] * 3

    assert (state_of(place), said()) == ("enrolled", [])


def test_a_second_no_says_nothing_either():
    offered()
    write("NON")
    said()

    assert (write("NON"), said()) == ("again", [])


@pytest.mark.parametrize(("first", "second", "state"), [("OUI", "NON", "enrolled"), ("NON", "OUI", "declined")])
def test_the_first_answer_that_arrives_counts_and_the_other_is_told_so(first, second, state):
    place = offered()
    write(first)
    said()

    assert write(second) == "nothing"

    assert (state_of(place), said()) == (state, ["reply_nothing"])


def test_answers_in_the_wrong_order_end_with_one_of_them():
    place, now = offered(), clock.now()

    assert write("OUI", at=now) == "accepted"
    assert write("NON", at=now - MINUTE) == "nothing"

    assert state_of(place) == "enrolled"


def test_a_declined_place_goes_to_the_next():
    place = waiting()
    behind = waiting(place.run, given_name="Derrière", phone="")
    free(place.run)
    told_earlier(place)

    write("NON")

    assert state_of(behind) == "offered"


def test_a_family_is_answered_for_as_one():
    places = family()

    assert write("OUI") == "accepted"

    assert [state_of(place) for place in places] == ["enrolled", "enrolled"]


def test_a_family_that_has_answered_by_one_link_has_answered():
    adam, sara = family()
    queue.accept(adam, by=None)

    assert write("OUI") == "again"

    assert [state_of(adam), state_of(sara)] == ["enrolled", "enrolled"]


def test_two_offers_on_one_phone_stay_as_they_are_until_it_is_known_which():
    places = [offered(given_name="Adam"), offered(given_name="Sara")]
    said()

    assert [write("OUI"), write("NON")] == ["ambiguous"] * 2

    assert [state_of(place) for place in places] == ["offered", "offered"]
    assert said() == ["reply_many"]


def test_an_answer_that_comes_late_does_not_hit_the_offer_that_is_left():
    """She wrote while both were open, then answered for one by its link."""
    adam, sara = offered(given_name="Adam"), offered(given_name="Sara")
    wrote = clock.now()
    queue.accept(adam, by=None)

    assert write("OUI", at=wrote) == "ambiguous"

    assert state_of(sara) == "offered"
    assert write("OUI") == "accepted"


def test_offers_of_another_phone_are_not_hers():
    place = offered(phone="+212698765432")

    assert write("OUI") == "nothing"

    assert state_of(place) == "offered"


# --- Too early and too late -------------------------------------------------------------------------------------


def test_what_was_written_before_the_offer_is_about_something_else_and_she_is_told_of_the_offer():
    place = offered()
    said()

    assert [write("OUI", at=open_moment() - 6 * MINUTE), write("NON", at=open_moment() - DAY)] == ["early"] * 2

    assert state_of(place) == "offered"
    [message] = OutboxMessage.objects.all()
    assert (message.template, message.values["link"][-24:]) == ("reply_early", f"/{place.token}/")


@pytest.mark.parametrize(("text", "outcome"), [("OUI", "accepted"), ("NON", "declined")])
def test_a_gateway_whose_clock_is_a_little_behind_is_believed(text, outcome):
    offered()
    assert write(text, at=open_moment() - 4 * MINUTE) == outcome


def test_an_answer_given_twice_does_not_hit_an_offer_that_came_a_little_later():
    """The clock may be behind or not: two offers are possible, so she is asked."""
    first, second = offered(given_name="Adam"), waiting(given_name="Sara")
    assert write("OUI") == "accepted"
    wrote = clock.now()
    free(second.run)

    assert write("OUI", at=wrote) == "early"

    assert [state_of(first), state_of(second)] == ["enrolled", "offered"]


def test_an_offer_of_the_night_can_be_answered_before_the_morning_tells_of_it():
    place = offered()
    evening = open_moment().replace(hour=23) - DAY
    Enrolment.objects.filter(pk=place.pk).update(offered_at=evening)

    assert write("OUI", at=evening - 6 * MINUTE) == "early"
    assert state_of(place) == "offered"
    assert write("OUI", at=evening + MINUTE) == "accepted"


def test_while_the_group_is_postponed_she_is_told_that_her_place_is_kept():
    place = offered()
    CourseRun.objects.filter(pk=place.run_id).update(decision="postponed")
    said()

    assert write("OUI") == "postponed"

    assert state_of(place) == "offered"
    assert [message.template for message in OutboxMessage.objects.all()] == ["reply_postponed"]


@pytest.mark.parametrize("swept", [True, False])
def test_after_its_time_an_answer_is_told_so_once(swept):
    place = offered()
    let_pass(place)
    if swept:
        queue.sweep()
    said()

    assert [write("OUI"), write("NON"), write("OUI")] == ["late"] * 3

    assert state_of(place) == ("expired" if swept else "offered")
    [message] = OutboxMessage.objects.all()
    assert (message.template, message.values["reference"]) == ("reply_late", place.reference)


def test_what_was_written_in_time_and_arrives_after_it_is_late():
    place = offered()
    let_pass(place)
    queue.sweep()

    assert write("OUI", at=clock.now() - MINUTE) == "late"


def test_a_group_that_no_longer_takes_place_gives_no_place():
    place = offered()
    CourseRun.objects.filter(pk=place.run_id).update(decision="cancelled")

    assert write("OUI") == "late"

    assert state_of(place) == "offered"


@pytest.mark.parametrize("swept", [True, False])
def test_an_offer_that_passed_does_not_stand_in_the_way_of_the_next(swept):
    first = offered(given_name="Adam")
    let_pass(first)
    if swept:
        queue.sweep()
    second = offered(given_name="Sara")

    assert write("OUI") == "accepted"

    assert [state_of(first), state_of(second)] == ["expired" if swept else "offered", "enrolled"]


# --- Giving up --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [waiting, offered, lambda: enrolment(month_ahead(), participant(phone=PHONE))])
def test_a_place_is_given_up_whatever_its_state(make):
    place = make()
    said()

    assert write("ANNULER") == "cancelled"

    assert state_of(place) == "cancelled_by_learner"
    assert place.events.last().why == "learner: sms"
    assert said() == ["cancelled"]
    assert (write("إلغاء"), said()) == ("again", [])


def test_of_several_places_none_is_given_up():
    group = month_ahead(capacity=2)
    places = [enrolment(group, participant(given_name=name, phone=PHONE)) for name in ("Adam", "Sara")]
    said()

    assert write("ANNULER") == "ambiguous"

    assert [state_of(place) for place in places] == ["enrolled", "enrolled"]
    assert said() == ["reply_many"]


def test_a_text_that_comes_late_does_not_give_up_the_place_that_is_left():
    group = month_ahead(capacity=2)
    adam, sara = (enrolment(group, participant(given_name=name, phone=PHONE)) for name in ("Adam", "Sara"))
    wrote = clock.now()
    queue.leave(adam, by=None)

    assert write("ANNULER", at=wrote) == "ambiguous"
    assert state_of(sara) == "enrolled"
    assert write("ANNULER") == "cancelled"


def test_a_place_taken_after_the_text_was_written_is_not_meant():
    wrote = clock.now() - 6 * MINUTE
    place = enrolment(month_ahead(), participant(phone=PHONE))
    said()

    assert write("ANNULER", at=wrote) == "nothing"

    assert (state_of(place), said()) == ("enrolled", ["reply_nothing"])


def test_a_place_taken_a_moment_before_is_given_up_by_a_clock_that_is_behind():
    wrote = clock.now() - MINUTE
    enrolment(month_ahead(), participant(phone=PHONE))
    assert write("ANNULER", at=wrote) == "cancelled"


def test_the_same_again_does_not_give_up_the_place_taken_since():
    first = enrolment(month_ahead(), participant(phone=PHONE))
    assert write("ANNULER") == "cancelled"
    wrote = clock.now()
    again = enrolment(month_ahead(), first.participant)

    assert write("ANNULER", at=wrote) == "nothing"

    assert state_of(again) == "enrolled"


def test_a_group_that_is_over_is_not_given_up():
    place = enrolment(month_ahead(), participant(phone=PHONE))
    yesterday = clock.local_day(clock.now()) - DAY
    CourseRun.objects.filter(pk=place.run_id).update(starts_on=yesterday - DAY, ends_on=yesterday)

    assert write("ANNULER") == "nothing"

    assert state_of(place) == "enrolled"


# --- What is said -----------------------------------------------------------------------------------------------


def test_who_is_not_understood_gets_one_word_of_help_a_day():
    assert [write("quoi"), write("bonjour"), write("quoi", phone="+212698765432")] == ["unclear"] * 3
    recipients = OutboxMessage.objects.filter(template="reply_help").order_by("pk").values_list("recipient", flat=True)
    assert list(recipients) == [PHONE, "+212698765432"]


def test_an_answer_leaves_at_once_whatever_the_hour():
    write("quoi")
    assert OutboxMessage.objects.due(clock.now()).count() == 1


@pytest.mark.parametrize(("text", "language"), [("quoi", "fr"), ("السلام", "ar"), ("OUI", "fr"), ("نعم", "ar")])
def test_who_is_not_known_is_answered_in_the_letters_she_wrote(text, language):
    write(text)
    assert OutboxMessage.objects.get().language == language


def test_who_is_known_is_answered_in_her_language():
    participant(phone=PHONE, language="ar")
    write("quoi")
    assert OutboxMessage.objects.get().language == "ar"


def test_no_key_holds_a_phone():
    for text in ("quoi", "OUI"):
        write(text)
    assert not OutboxMessage.objects.filter(dedupe_key__contains=PHONE[4:]).exists()
    assert OutboxMessage.objects.count() == 2


def test_a_sensitive_course_is_not_named():
    group = month_ahead(course=course(title_fr="Secret", title_ar="Secret", title_en="Secret", is_sensitive=True))
    place = offered(group)
    let_pass(place)
    write("OUI")
    write("quoi")
    assert not [text for text in map(text_of, OutboxMessage.objects.all()) if "Secret" in text]
