"""What a group promises about its own line: the hours to answer, the pause, and the place shown."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from learningcity import clock
from learningcity.models import Holiday
from programmes.models import CourseRun, Membership
from programmes.services import runs
from programmes.tests.factories import course, member

from ..models import Enrolment, Participant
from ..services import families, hours, invariants, queue
from .factories import enrolment, participant
from .lines import month_ahead, offered, places_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
HOUR = timedelta(hours=1)


@pytest.fixture
def officer():
    return member(Membership.Role.PROGRAMME_OFFICER)


def again(group):
    return CourseRun.objects.select_related("course", "venue").get(pk=group.pk)


# --- Hours to answer ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("own", "most"), [(None, 48), (24, 24), (168, 168)])
def test_an_offer_lasts_as_long_as_its_group_says(own, most):
    place = offered(month_ahead(offer_hours=own))

    at = place.offered_at
    assert place.answer_by == hours.next_moment(hours.next_moment(at) + most * HOUR)


def test_two_hours_are_enough_and_one_is_not():
    assert offered(month_ahead(offer_hours=2)).state == "offered"
    for wrong in (1, 169):
        with pytest.raises(IntegrityError), transaction.atomic():
            month_ahead(offer_hours=wrong)


def test_residents_read_the_hours_of_the_group(client):
    _seated, waiting = places_in(month_ahead(offer_hours=24), 2)

    assert client.get(f"/i/{waiting.token}/", follow=True).context["line"]["hours"] == 24


def test_who_keeps_the_group_sets_them(officer):
    group = month_ahead()

    assert runs.change(group, by=officer, offer_hours=12).offer_hours == 12
    with pytest.raises(runs.RunRefused, match="2 to 168"):
        runs.change(group, by=officer, offer_hours=1)


# --- The pause ----------------------------------------------------------------------------------------------


def test_a_paused_line_offers_nothing_and_takes_people(officer):
    group = month_ahead(queue_paused=True)
    first, _second = places_in(group, 2)

    queue.leave(first, by=None)
    queue.sweep()

    assert list(group.enrolments.order_by("sequence").values_list("state", flat=True)) == [
        "cancelled_by_learner",
        "waiting",
    ]
    assert queue.hindrance(again(group), clock.now()) == "paused"
    assert enrolment(group, participant(given_name="Nouvelle", phone="")).state == "waiting"
    assert again(group).places_left == 0


def test_the_end_of_the_pause_moves_the_line_at_once(officer):
    group = month_ahead(queue_paused=True)
    first, second = places_in(group, 2)
    queue.leave(first, by=None)

    runs.change(group, by=officer, queue_paused=False)

    assert Enrolment.objects.get(pk=second.pk).state == "offered"
    assert queue.hindrance(again(group), clock.now()) is None
    assert invariants.breaches() == []


def test_an_offer_that_was_made_can_be_answered_during_the_pause(officer):
    place = offered()
    runs.change(place.run, by=officer, queue_paused=True)

    assert queue.accept(place, by=None).state == "enrolled"


def test_a_line_that_is_not_full_stands_still_for_the_pause_and_a_cancelled_one_because_it_is_closed():
    assert queue.standstill(month_ahead(queue_paused=True), clock.now()) == "paused"
    assert queue.standstill(month_ahead(queue_paused=True, decision="cancelled"), clock.now()) == "closed"


def test_residents_are_told_and_given_no_false_hope(client):
    _seated, waiting = places_in(month_ahead(queue_paused=True), 2)

    answer = client.get(f"/i/{waiting.token}/", follow=True)

    assert answer.context["line"]["is_paused"]
    assert not answer.context["stands_still"]


def test_the_staff_read_that_it_is_paused_and_where_to_end_it(client, officer):
    group = month_ahead(queue_paused=True)
    first, _second = places_in(group, 2)
    client.force_login(officer)
    full = client.get(f"/fr/gestion/groupes/{group.code}/inscrits/")
    queue.leave(first, by=None)

    free = client.get(f"/fr/gestion/groupes/{group.code}/inscrits/")

    assert (str(full.context["hindrance"]), bool(free.context["hindrance"])) == ("", True)
    for page in (full, free):
        assert f"/fr/gestion/groupes/{group.code}/modifier/#id_queue_paused" in page.text


# --- Why nothing goes out, on the page of the staff ---------------------------------------------------------


def rows_of(client, group, name):
    return client.get(f"/en/gestion/groupes/{group.code}/inscrits/").context[name]


def test_what_each_in_line_needs_stands_beside_her(client, officer):
    group = month_ahead(capacity=2)
    *_seated, first, second = places_in(group, 4)
    alone = enrolment(group, participant(given_name="Seule"))
    families.stand_together(first, second)
    client.force_login(officer)

    rows = {row["enrolment"]: [str(note) for note in row["notes"]] for row in rows_of(client, group, "waiting")}

    assert rows[alone] == []
    assert rows[first] == ["together: needs 2 places", "no text message: call this person"]


def test_who_is_passed_over_and_why_stands_beside_her(client, officer):
    group = month_ahead(capacity=2, course=course(maximum_age=60))
    *_seated, first, second, alone = places_in(group, 5)
    families.stand_together(first, second)
    Participant.objects.filter(pk=second.participant_id).update(birth_date=None, birth_year=1930)
    client.force_login(officer)

    rows = {row["enrolment"]: [str(note) for note in row["notes"]] for row in rows_of(client, group, "waiting")}

    assert rows[first][-1] == "passed over: the group is not for someone she wants in with"
    assert rows[second][-1] == "passed over: the group is not for this person any more"
    assert not any("passed over" in note for note in rows[alone])


@pytest.mark.parametrize("is_quiet", [True, False])
def test_an_offer_whose_message_waits_for_the_morning_says_so(client, officer, is_quiet):
    place = offered()
    Holiday.objects.all().delete()
    at = clock.now()
    if is_quiet:
        Holiday.objects.create(date=clock.local_day(at), name_fr="Aujourd’hui")
    else:
        Enrolment.objects.filter(pk=place.pk).update(offered_at=at - timedelta(days=4))
    client.force_login(officer)

    [row] = rows_of(client, place.run, "offers")

    assert row["deadline"]
    assert ("the message leaves when quiet hours end" in [str(note) for note in row["notes"]]) == is_quiet


# --- The place shown ----------------------------------------------------------------------------------------


def test_the_place_shown_is_the_order_of_offers():
    """The first of a party stands where its last member joined."""
    group = month_ahead(capacity=2)
    *_seated, first, alone, second = places_in(group, 5)
    families.stand_together(first, second)

    line = [Enrolment.objects.get(pk=each.pk) for each in (alone, first, second)]

    assert [each.place_in_line for each in line] == [1, 2, 3]
    assert [each for party in queue.parties(again(group), list(queue.waiting(group))) for each in party] == line
