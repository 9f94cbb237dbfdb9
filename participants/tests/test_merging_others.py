"""What merging two records may not do to others: who wants in together, who has a passport, who typed a name."""

from uuid import uuid4

import pytest

from learningcity import clock
from learningcity.models import User
from programmes.tests.factories import run

from ..models import Enrolment
from ..services import merging, passports, queue
from .factories import enrolment, participant
from .lines import month_ahead, places_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken_in_the_end", "in_english")]


@pytest.fixture
def two():
    """The same woman, written down twice."""
    return participant(), participant(given_name="Yasmina")


def merge(survivor, absorbed):
    return merging.merge(survivor, absorbed, by=None, reason="typed twice")


def state_of(place):
    return Enrolment.objects.values_list("state", flat=True).get(pk=place.pk)


# --- Who wants in together ------------------------------------------------------------------------------------


def together(*enrolments):
    """They want in together; gives the number of their party."""
    party = uuid4()
    Enrolment.objects.filter(pk__in=[each.pk for each in enrolments]).update(party=party)
    return party


def party_of(*enrolments):
    return [Enrolment.objects.values_list("party", flat=True).get(pk=each.pk) for each in enrolments]


def in_line(group, *people):
    places_in(group, 1)
    return [enrolment(group, each) for each in people]


def test_who_wants_in_together_with_the_place_that_ends_is_together_with_the_one_that_stays(two):
    sister = participant(given_name="Salma")
    group = month_ahead()
    stays, ends, other = in_line(group, *two, sister)
    party = together(ends, other)

    made = merge(*two)
    assert made.ended == [ends.pk]
    assert party_of(stays, other) == [party, party]
    queue.leave(group.enrolments.get(state="enrolled"), by=None)
    assert {state_of(stays), state_of(other)} == {"waiting"}

    merging.undo(made, by=None)
    assert party_of(stays, other) == [None, party]


def test_two_parties_of_one_person_are_one_until_the_merge_is_undone(two):
    group = month_ahead()
    stays, ends, sister, brother = in_line(
        group, *two, participant(given_name="Salma"), participant(given_name="Driss")
    )
    first, second = together(stays, sister), together(ends, brother)

    made = merge(*two)
    assert set(party_of(stays, sister, brother)) == {first}

    merging.undo(made, by=None)
    assert party_of(stays, sister, brother) == [first, first, second]


def test_who_has_a_seat_already_waits_with_nobody(two):
    group = month_ahead(capacity=2)
    seat = enrolment(group, two[0])
    ends, other = in_line(group, two[1], participant(given_name="Salma"))
    together(ends, other)

    merge(*two)
    assert party_of(seat) == [None]
    queue.leave(group.enrolments.exclude(pk=seat.pk).get(state="enrolled"), by=None)
    assert state_of(other) == "offered"


# --- Links and passports --------------------------------------------------------------------------------------


@pytest.mark.parametrize("others", [0, 1])
def test_links_of_the_record_that_goes_open_their_place_alone_until_the_merge_is_undone(two, others):
    """Else who typed a name like hers would read all that is kept about her, once the two are one."""
    survivor, absorbed = two
    group = month_ahead(capacity=2)
    seat = enrolment(group, absorbed)
    places_in(group, others)
    own = enrolment(group, survivor)
    moved, typed = enrolment(run(), absorbed), enrolment(run(), absorbed, opens_person=False)

    def opening():
        return {each for each in (own, seat, moved, typed) if Enrolment.objects.get(pk=each.pk).opens_person}

    made = merge(survivor, absorbed)
    assert opening() == {own}

    merging.undo(made, by=None)
    assert opening() == {own, seat, moved}


def passport_of(phone, *people):
    resident = User.objects.of_phone(phone, language="fr")
    return [passports.link(resident, each) for each in people]


def test_records_in_passports_of_two_residents_are_not_merged(two):
    passport_of("+212600000001", two[0])
    [theirs] = passport_of("+212600000002", two[1])

    with pytest.raises(merging.MergeRefused, match="two passports"):
        merge(*two)
    theirs.revoked_at = clock.now()
    theirs.save()
    assert merge(*two)


def test_records_of_which_one_is_in_one_more_passport_are_not_merged(two):
    passport_of("+212600000001", *two)
    passport_of("+212600000002", two[1])

    with pytest.raises(merging.MergeRefused, match="two passports"):
        merge(*two)


def test_a_passport_that_opens_a_record_merged_before_counts(two):
    before = participant(given_name="Y.")
    passport_of("+212600000001", before)
    merge(two[0], before)
    passport_of("+212600000002", two[1])

    with pytest.raises(merging.MergeRefused, match="two passports"):
        merge(*two)


def test_records_in_the_same_passport_are_merged(two):
    passport_of("+212600000001", *two)

    assert merge(*two)
