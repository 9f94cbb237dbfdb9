from datetime import time

import pytest

from learningcity import clock
from learningcity.models import OutboxMessage
from programmes.tests.factories import course, member

from ..models import Enrolment, EnrolmentEvent
from ..services import invariants, queue, transfers
from ..services.refusals import EnrolmentRefused
from .factories import enrolment, participant
from .lines import month_ahead, offered, places_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken_in_the_end")]


def two_groups(**fields):
    shared = course(**fields)
    return month_ahead(course=shared, label="A"), month_ahead(course=shared, label="B")


def move(place, group, **options):
    return transfers.transfer(place, group, by=member("programme_officer"), reason="hours", **options)


def states(group):
    return list(group.enrolments.order_by("sequence").values_list("state", flat=True))


def why_not(place, group):
    with pytest.raises(EnrolmentRefused) as refused:
        move(place, group)
    return refused.value.reason.code


def test_a_seat_there_frees_the_seat_here_for_the_next_in_line():
    here, there = two_groups()
    seated, _waiting = places_in(here, 2)

    moved = move(seated, there)

    assert (moved.state, moved.participant) == ("enrolled", seated.participant)
    assert (states(here), states(there)) == (["transferred", "offered"], ["enrolled"])
    lines = EnrolmentEvent.objects.filter(enrolment__in=[seated, moved]).order_by("pk")
    assert lines.filter(run=there).get().why == f"from {here.code}"
    assert lines.filter(run=here).last().why == "hours"


def test_who_waits_may_wait_in_the_other_line_at_its_end():
    here, there = two_groups()
    _seated, waiting = places_in(here, 2)
    places_in(there, 2)

    moved = move(waiting, there)

    assert (moved.state, moved.place_in_line) == ("waiting", 2)
    assert states(here) == ["enrolled", "transferred"]


def test_nobody_gives_a_seat_away_for_a_place_in_line():
    here, there = two_groups()
    seated = enrolment(here)
    places_in(there, 1)

    assert why_not(seated, there) == "full_now"
    assert (states(here), states(there)) == (["enrolled"], ["enrolled"])


def test_an_offer_that_is_given_away_goes_to_the_next_and_its_message_stays_unsaid():
    here, there = two_groups()
    place = offered(here, behind=1)

    move(place, there)

    assert states(here) == ["cancelled_by_learner", "transferred", "offered"]
    told = OutboxMessage.objects.filter(dedupe_key=f"enrolment:{place.pk}:offered")
    assert [message.state for message in told] in ([], ["cancelled"])


def test_asked_twice_it_gives_the_same_place():
    here, there = two_groups()
    seated = enrolment(here)

    assert move(seated, there) == move(seated, there)
    assert (states(here), states(there)) == (["transferred"], ["enrolled"])


def test_the_rules_of_the_group_hold_for_who_is_moved():
    here, there = two_groups()
    seated = enrolment(here, participant(sex="M"))
    type(there).objects.filter(pk=there.pk).update(women_only=True)

    assert why_not(seated, there) == "women_only"


def test_a_group_of_another_course_is_refused():
    assert why_not(enrolment(month_ahead()), month_ahead()) == "other_course"


def test_who_is_there_already_stays_in_both():
    here, there = two_groups()
    who = participant()
    seated = enrolment(here, who)
    enrolment(there, who)

    assert why_not(seated, there) == "there_already"


def test_nobody_is_moved_past_those_who_ask_for_a_draw():
    here, there = two_groups()
    seated = enrolment(here)
    type(there).objects.filter(pk=there.pk).update(allocation="draw")

    assert why_not(seated, there) == "drawn"
    assert transfers.open_groups(seated, clock.now()) == []


def test_what_is_over_is_not_moved():
    here, there = two_groups()
    seated = enrolment(here)
    queue.leave(seated, by=None)

    assert why_not(seated, there) == "over"


def test_the_person_is_told_of_the_new_group_once():
    here, there = two_groups()
    seated = enrolment(here, participant(phone="+212612345699"))
    OutboxMessage.objects.all().delete()

    moved = move(seated, there)

    assert [message.template for message in OutboxMessage.objects.all()] == ["transferred"]
    assert OutboxMessage.objects.get().values["reference"] == moved.reference


def test_groups_one_can_be_moved_to_have_a_seat_for_who_has_one():
    here, there = two_groups()
    seated, waiting = places_in(here, 2)
    assert transfers.open_groups(seated, clock.now()) == [there]
    places_in(there, 1)

    assert transfers.open_groups(seated, clock.now()) == []
    assert transfers.open_groups(waiting, clock.now()) == [there]
    assert Enrolment.objects.filter(run=there).count() == 1


# --- Places that end for another one ------------------------------------------------------------------------------


def instead(here, held):
    """She waits in `here`; `held` ends when she has a seat there."""
    enrolment(here, participant(given_name="Nom", phone=""))
    place = enrolment(here, held.participant)
    Enrolment.objects.filter(pk=place.pk).update(replaces=[held.pk])
    place.refresh_from_db()
    return place


def state(place):
    return Enrolment.objects.get(pk=place.pk).state


def test_a_seat_in_the_other_group_ends_the_place_it_was_to_replace():
    here, there = two_groups()
    held = enrolment(month_ahead())
    assert move(instead(here, held), there).state == "enrolled"
    assert state(held) == "cancelled_by_learner"


def test_who_waits_in_the_other_group_keeps_what_is_to_be_replaced_till_then():
    here, there = two_groups()
    held = enrolment(month_ahead())
    [before] = places_in(there, 1)

    moved = move(instead(here, held), there)
    assert (state(moved), state(held)) == ("waiting", "enrolled")
    queue.leave(before, by=None)
    queue.accept(Enrolment.objects.get(pk=moved.pk), by=None)

    assert (state(moved), state(held)) == ("enrolled", "cancelled_by_learner")


def test_what_is_not_at_the_hours_of_the_other_group_stays():
    here, there = two_groups()
    held = enrolment(month_ahead())
    there.meetings.update(starts_at=time(18), ends_at=time(20))
    assert move(instead(here, held), there).state == "enrolled"
    assert state(held) == "enrolled"


def test_what_is_to_be_replaced_may_move_and_still_ends():
    first, second = two_groups()
    held = enrolment(first)
    place = instead(month_ahead(), held)

    moved = move(held, second)
    queue.leave(place.run.enrolments.filter(state="enrolled").first(), by=None)
    queue.accept(Enrolment.objects.get(pk=place.pk), by=None)

    assert (state(place), state(moved)) == ("enrolled", "cancelled_by_learner")


def test_what_is_to_be_replaced_and_moves_to_other_hours_stays():
    first, second = two_groups()
    held = enrolment(first)
    place = instead(month_ahead(), held)
    second.meetings.update(starts_at=time(18), ends_at=time(20))

    moved = move(held, second)

    assert Enrolment.objects.get(pk=place.pk).replaces == []
    assert state(moved) == "enrolled"


def test_ledgers_hold_after_a_transfer_there_and_back():
    here, there = two_groups()
    seated = enrolment(here)

    move(move(seated, there), here)

    assert (states(here), states(there)) == (["transferred", "enrolled"], ["transferred"])
    assert invariants.breaches() == []
