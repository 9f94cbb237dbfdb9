"""What the ledger of a group says on its own, and how a lie in it or in the records is found."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from programmes.models import CourseRun

from ..models import Enrolment
from ..services import families, ledger, queue, replay
from .lines import month_ahead, offered, places_in

pytestmark = pytest.mark.django_db


def rebuilt(group):
    return replay.of_run(group)


def differences(group):
    return list(replay.differences(CourseRun.objects.get(pk=group.pk), rebuilt(group)))


def test_seats_line_and_offers_come_out_of_the_lines_alone():
    place = offered(behind=2)
    waiting = list(place.run.enrolments.waiting().values_list("pk", flat=True))

    found = rebuilt(place.run)

    assert (found.seats, found.line, found.states[place.pk]) == (1, waiting, "offered")
    assert (found.faults, differences(place.run)) == ([], [])


def test_an_offer_past_others_says_how_many():
    group = month_ahead(capacity=2)
    seated, _other, first, second, single = places_in(group, 5)
    families.stand_together(first, second)

    queue.leave(seated, by=None)

    line = group.events.get(enrolment=single, to_state="offered")
    assert (line.why, differences(group)) == ("passed 2", [])


def forged(group, **change):
    """The events of a group as `Rebuilt.read` takes them, the last one changed and hashed anew."""
    *before, last = replay.lines().filter(run=group)
    last |= change
    last["hash"] = ledger.link(last["previous_hash"], **{name: last[name] for name in replay.LINE})
    return [*before, last]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"why": ""}, "serves someone with 2 people ahead and does not say so"),
        ({"seat_delta": 0}, "counts seats wrongly"),
        ({"from_state": "enrolled", "seat_delta": 0}, "says enrolled of an enrolment that is waiting"),
        ({"to_state": "refused", "seat_delta": 0}, "goes from waiting to refused"),
        ({"number": 99}, "does not follow from the line before"),
    ],
)
def test_a_line_that_cannot_be_true_is_found_though_its_hash_is_right(change, fault):
    group = month_ahead(capacity=2)
    seated, _other, first, second, _single = places_in(group, 5)
    families.stand_together(first, second)
    queue.leave(seated, by=None)

    assert any(fault in each for each in replay.of_events(forged(group, **change)).faults)


@pytest.mark.parametrize(
    ("table", "change", "said"),
    [
        (CourseRun, {"seats_taken": 0}, "seats_taken is 1 by the ledger and 0 in the group"),
        (CourseRun, {"waiting_count": 9}, "waiting_count is 2 by the ledger and 9 in the group"),
        (CourseRun, {"ledger_number": 9}, "the ledger ends at line 3, the group says 9"),
    ],
)
def test_a_record_that_says_something_else_is_found(table, change, said):
    group = month_ahead()
    places_in(group, 3)
    table.objects.filter(pk=group.pk).update(**change)

    assert differences(group) == [said]


def test_a_place_that_was_edited_and_a_line_in_another_order_are_found():
    group = month_ahead()
    _seated, second, third = places_in(group, 3)
    Enrolment.objects.filter(pk=second.pk).update(priority=1)
    assert differences(group) == [
        f"the line is {[second.pk, third.pk]} by the ledger and {[third.pk, second.pk]} by the records"
    ]

    Enrolment.objects.filter(pk=third.pk).update(state="enrolled")
    assert differences(group)[0] == f"enrolment {third.pk} is waiting by the ledger and enrolled in its record"


def test_the_command_tells_the_line_and_stops_at_the_first_difference():
    group, said = month_ahead(), StringIO()
    _seated, second, third = places_in(group, 3)

    call_command("replay", group.code, stdout=said)

    assert "3 lines: 1 seats of 1 taken, 0 of them offered, 2 waiting" in said.getvalue()
    assert said.getvalue().index(second.reference) < said.getvalue().index(third.reference)
    CourseRun.objects.filter(pk=group.pk).update(seats_taken=0, waiting_count=9)
    with pytest.raises(CommandError, match="seats_taken is 1"):
        call_command("replay", group.code, stdout=StringIO())
    with pytest.raises(CommandError, match="No group"):
        call_command("replay", "nulle-part", stdout=StringIO())
