"""A group that is made smaller than the people who have a place in it: nobody goes, and no seat is given again."""

import pytest
from django.db import IntegrityError, transaction

from learningcity import clock
from learningcity.models import AuditEntry
from programmes.models import CourseRun, Membership
from programmes.services import runs, scheduling
from programmes.tests.desk import send
from programmes.tests.factories import member, room

from ..models import Enrolment
from ..services import families, invariants, merging, queue, replay, transfers
from .factories import enrolment, participant
from .lines import month_ahead, places_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken_in_the_end", "in_english")]


@pytest.fixture
def officer():
    return member(Membership.Role.PROGRAMME_OFFICER)


def seats(group):
    """(capacity, what it is to become or None, seats taken)"""
    group = CourseRun.objects.get(pk=group.pk)
    return group.capacity, group.capacity_wanted, group.seats_taken


def states(places):
    return [Enrolment.objects.get(pk=place.pk).state for place in places]


def changes():
    """What the journal says of each."""
    return list(AuditEntry.objects.filter(action="change group").order_by("pk").values_list("detail", flat=True))


def test_nobody_goes_and_the_rest_follows_as_seats_free(officer):
    group = month_ahead(capacity=4)
    places = places_in(group, 6)

    changed = runs.change(group, by=officer, capacity=2)

    assert seats(group) == (4, 2, 4)
    assert changed.capacity_set == 2
    assert states(places) == ["enrolled"] * 4 + ["waiting"] * 2
    for left, now in [(0, (3, 2, 3)), (1, (2, None, 2)), (2, (2, None, 2))]:
        queue.leave(places[left], by=None)
        assert seats(group) == now
    assert states(places)[3:] == ["enrolled", "offered", "waiting"], "only the third seat that freed is offered"
    group.refresh_from_db()
    assert list(replay.differences(group, replay.of_run(group))) == []


def test_what_is_free_goes_at_once(officer):
    group = month_ahead(capacity=5)
    places_in(group, 2)

    runs.change(group, by=officer, capacity=3)

    assert seats(group) == (3, None, 2)


def test_a_newcomer_and_the_desk_find_no_seat_meanwhile(officer):
    group = month_ahead(capacity=3, desk_seats=1)
    enrolment(group, participant(given_name="Guichet", phone=""), source="desk")
    places_in(group, 2)
    runs.change(group, by=officer, capacity=2)
    group.refresh_from_db()

    comes = [enrolment(group, participant(given_name=of, phone=""), source=of) for of in ("online", "desk")]
    queue.sweep()

    assert states(comes) == ["waiting", "waiting"]
    assert (group.places_left, group.free_seats) == (0, 0)
    assert seats(group) == (3, 2, 3)


def test_whatever_frees_a_seat_brings_it_nearer(officer):
    here, there = month_ahead(capacity=4), month_ahead()
    CourseRun.objects.filter(pk=there.pk).update(course=here.course)
    places = places_in(here, 4)
    runs.change(here, by=officer, capacity=1)

    merging.merge(places[0].participant, places[1].participant, by=officer, reason="")
    assert seats(here) == (3, 1, 3)
    transfers.transfer(places[2], CourseRun.objects.get(pk=there.pk), by=officer, reason="")
    assert seats(here) == (2, 1, 2)
    runs.cancel(here, by=officer, reason="")
    assert seats(here) == (1, None, 0)


def test_it_can_be_changed_again_before_it_is_reached(officer):
    group = month_ahead(capacity=4)
    *_seated, waiting = places_in(group, 5)
    runs.change(group, by=officer, capacity=2)

    runs.change(group, by=officer, capacity=3)
    assert seats(group) == (4, 3, 4)
    runs.change(group, by=officer, capacity=5)

    assert seats(group) == (5, None, 5)
    assert states([waiting]) == ["offered"]


def test_another_change_leaves_it_as_it_was_set(officer):
    group = month_ahead(capacity=4)
    first, *_others = places_in(group, 4)
    changed = runs.change(group, by=officer, capacity=2)
    version = runs.version_of(changed)
    queue.leave(first, by=None)

    changed = runs.change(group, by=officer, version=version, capacity=2, waiting_places=7)

    assert seats(group) == (3, 2, 3)
    assert changed.waiting_places == 7
    assert changes()[-1] == {"fields": ["waiting_places"]}


def test_the_journal_says_what_it_is_to_become(officer):
    group = month_ahead(capacity=4)
    places_in(group, 4)

    runs.change(group, by=officer, capacity=2)

    assert changes() == [{"fields": ["capacity"], "capacity_wanted": 2}]


@pytest.mark.parametrize("fields", [{"desk_seats": 3}, {"min_people": 3}])
def test_what_would_not_fit_in_the_end_is_refused_now(officer, fields):
    group = month_ahead(capacity=4, decide_on=None)
    places_in(group, 4)

    with pytest.raises(runs.RunRefused) as refused:
        runs.change(group, by=officer, capacity=2, **fields)

    assert refused.value.gaps[0].field == next(iter(fields))
    assert seats(group) == (4, None, 4)


def test_a_room_has_to_hold_those_who_are_there(officer):
    group = month_ahead(capacity=4)
    places_in(group, 4)

    with pytest.raises(scheduling.TimetableRefused, match="3 for 4"):
        runs.change(group, by=officer, capacity=2, room=room(venue=group.venue, capacity=3))


def test_a_copy_has_the_places_that_were_set(officer):
    group = month_ahead(capacity=4)
    places_in(group, 4)
    runs.change(group, by=officer, capacity=2)

    copy = runs.duplicate(CourseRun.objects.get(pk=group.pk), first_day=clock.local_day(clock.now()), by=officer)

    assert (copy.capacity, copy.capacity_wanted) == (2, None)


def test_no_seat_is_held_for_more_than_the_group_will_have(officer):
    group = month_ahead(capacity=4)
    places = places_in(group, 6)
    runs.change(group, by=officer, capacity=1)

    with pytest.raises(families.refusals.EnrolmentRefused):
        families.stand_together(*(Enrolment.objects.get(pk=place.pk) for place in places[4:]))


def test_the_staff_read_it_where_they_set_it(client, officer):
    group = month_ahead(capacity=4)
    places_in(group, 4)
    client.force_login(officer)
    edit = f"/en/gestion/groupes/{group.code}/modifier/"

    answer = client.get(send(client, client.get(edit), capacity="2")["Location"])

    said = "4 people have a place: the group goes down to 2 as they leave."
    assert answer.text.count(said) == 2, "once for the act, and once for the group"
    page = client.get(edit)
    assert said in page.text
    assert page.context["form"]["capacity"].value() == 2


def test_the_database_keeps_what_is_wanted_below_what_there_is():
    group = month_ahead(capacity=4)
    for wanted in (4, 5):
        with pytest.raises(IntegrityError), transaction.atomic():
            CourseRun.objects.filter(pk=group.pk).update(capacity_wanted=wanted)


def test_a_seat_that_was_not_given_back_is_found():
    group = month_ahead(capacity=4)
    CourseRun.objects.filter(pk=group.pk).update(capacity_wanted=2)

    [breach] = invariants.breaches()

    assert group.code in breach
    CourseRun.objects.filter(pk=group.pk).update(capacity_wanted=None)
