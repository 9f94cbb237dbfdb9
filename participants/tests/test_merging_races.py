"""Merging while places are given, and merges that cross. Each ends in one person with one place."""

import pytest

from learningcity.tests.races import at_once, behind
from programmes.tests.factories import run

from ..models import Enrolment, Merge, Participant
from ..services import erasure, invariants, merging, people, queue
from ..services.enrolment import enrol
from ..services.refusals import EnrolmentRefused
from .factories import enrolment, participant
from .lines import month_ahead, places_in

pytestmark = pytest.mark.django_db(transaction=True)
REPEATS = 5


def two():
    return participant(), participant(given_name="Yasmina")


def merging_of(survivor, absorbed):
    return lambda: merging.merge(survivor, absorbed, by=None, reason="")


def enrolling(who, group):
    return lambda: enrol(who, group, by=None, source="online")


@pytest.mark.parametrize("_again", range(REPEATS))
def test_a_merge_while_the_absorbed_enrols_in_the_group_of_the_survivor(_again):
    survivor, absorbed = two()
    group = month_ahead(capacity=2)
    enrolment(group, survivor)

    results = at_once([merging_of(survivor, absorbed), enrolling(absorbed, group)])

    assert [result for result in results if isinstance(result, Exception)] == []
    assert group.enrolments.live().get().participant == survivor
    assert invariants.breaches() == []


@pytest.mark.parametrize("_again", range(REPEATS))
def test_a_merge_while_the_absorbed_enrols_in_a_group_where_nobody_of_them_is(_again):
    survivor, absorbed = two()
    groups = [run(), run()]
    enrolment(groups[1], absorbed)

    at_once([merging_of(survivor, absorbed), enrolling(absorbed, groups[0]), enrolling(survivor, groups[0])])

    assert set(Enrolment.objects.live().values_list("participant", flat=True)) == {survivor.pk}
    assert Enrolment.objects.live().count() == 2
    assert invariants.breaches() == []


@pytest.mark.parametrize("_again", range(REPEATS))
def test_of_two_merges_that_cross_one_is_refused(_again):
    one, other = two()
    groups = [month_ahead(), month_ahead()]
    for group, who in zip(groups, [one, other], strict=True):
        enrolment(group, who)

    results = at_once([merging_of(one, other), merging_of(other, one)])

    assert sorted(type(result).__name__ for result in results) == ["Merge", "MergeRefused"]
    assert Participant.objects.filter(merged_into=None).count() == 1
    assert invariants.breaches() == []


@pytest.mark.parametrize("_again", range(REPEATS))
def test_the_same_merge_twice_at_once_is_one(_again):
    survivor, absorbed = two()

    first, second = at_once([merging_of(survivor, absorbed)] * 2)

    assert first == second == Merge.objects.get()


@pytest.mark.parametrize("_again", range(REPEATS))
def test_a_merge_that_frees_a_seat_while_the_line_moves(_again):
    survivor, absorbed = two()
    group = month_ahead(capacity=3)
    leaver = enrolment(group, participant(given_name="Rim", phone=""))
    enrolment(group, survivor)
    enrolment(group, absorbed)
    waiting = places_in(group, 3)

    at_once([merging_of(survivor, absorbed), lambda: queue.leave(leaver, by=None), queue.sweep])

    states = [Enrolment.objects.get(pk=place.pk).state for place in waiting]
    assert states == ["offered", "offered", "waiting"]
    assert invariants.breaches() == []


@pytest.mark.parametrize("_again", range(REPEATS))
def test_who_is_erased_while_she_enrols_has_no_place_in_the_end(_again):
    who, group = participant(), run()

    _erased, place = at_once([lambda: erasure.erase(who, by=None), enrolling(who, group)])

    assert isinstance(place, EnrolmentRefused | Enrolment)
    assert not group.enrolments.live().exists()
    assert invariants.breaches() == []


def test_a_place_that_comes_while_the_locks_are_taken_is_seen(monkeypatch):
    """The merge has read which groups to lock when the absorbed gets a place in another."""
    survivor, absorbed = two()
    group, other = month_ahead(capacity=2), run()
    enrolment(group, survivor)
    lock_people, came = people.lock_people, []

    def enrol_first(pks):
        if not came:
            came.append(behind(enrolling(absorbed, other))())
        return lock_people(pks)

    monkeypatch.setattr(people, "lock_people", enrol_first)
    made = merging_of(survivor, absorbed)()

    assert made.moved == [came[0].pk]
    assert invariants.breaches() == []


def test_without_holding_the_person_a_place_is_given_to_who_was_merged_away(monkeypatch):
    """The control: what `people.standing` is for."""
    monkeypatch.setattr(people, "standing", lambda participant: participant)
    survivor, absorbed = two()
    group = month_ahead(capacity=2)
    enrolment(group, survivor)

    merging_of(survivor, absorbed)()
    enrolling(absorbed, group)()

    assert [breach for breach in invariants.breaches() if "merged away" in breach]
