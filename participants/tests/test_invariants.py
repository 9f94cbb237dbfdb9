"""Each check is broken once: a check that cannot fail is a defect."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from learningcity import clock
from learningcity.models import OutboxMessage
from programmes.models import CourseRun
from programmes.tests.factories import run

from ..models import Enrolment, EnrolmentEvent
from ..models.enrolments import State
from ..services import invariants
from ..services.ledger import link
from .factories import enrolment, participant

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    """Two seats, one kept for the desk: a resident and a visitor of the desk sit, two wait."""
    made = run(capacity=2, desk_seats=1)
    for name, source in [("Amal", "online"), ("Badr", "desk"), ("Chama", "online"), ("Driss", "online")]:
        enrolment(made, participant(given_name=name, phone=""), source=source)
    made.refresh_from_db()
    return made


def without(table, *orders):
    """Run orders that the database would refuse, with its triggers asleep."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for order in orders:
            cursor.execute(order)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def broken():
    return {check.__name__ for check in invariants.CHECKS if list(check())}


def test_ordinary_day_is_silent(group):
    assert broken() == set()


def test_command_names_every_breach_and_fails(group):
    CourseRun.objects.update(waiting_count=1)
    told = StringIO()

    with pytest.raises(CommandError, match="2 breaches"):
        call_command("check_invariants", stdout=told)

    assert f"run {group.code}: 2 seats counted, 2 held; 1 waiting counted, 2 in line" in told.getvalue()
    assert f"run {group.code}: waiting_count is 2 by the ledger and 1 in the group" in told.getvalue()
    assert "ok      one_live_place_per_person" in told.getvalue()


def test_empty_city_is_silent():
    assert broken() == set()


@pytest.mark.parametrize(
    ("counters", "checks"),
    [
        ({"seats_taken": 1}, {"seats_are_counted", "ledgers_replay"}),
        ({"waiting_count": 1}, {"seats_are_counted", "ledgers_replay"}),
        ({"desk_taken": 0}, {"seats_are_counted"}),
        ({"ledger_number": 3}, {"ledgers_replay"}),
        ({"ledger_hash": "0" * 64}, {"ledgers_replay"}),
    ],
)
def test_counter_that_lies_is_found(group, counters, checks):
    CourseRun.objects.update(**counters)

    assert broken() == checks


def test_group_that_holds_more_than_its_seats_is_found(group):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE programmes_courserun DROP CONSTRAINT seats_within_capacity")
    Enrolment.objects.filter(sequence=3).update(state=State.ENROLLED)
    CourseRun.objects.update(seats_taken=3, waiting_count=1)

    counted = f"run {group.code}: 3 seats counted, 3 held; 1 waiting counted, 1 in line; 0 offers counted, 0 open"
    assert list(invariants.seats_are_counted()) == [counted]


def test_breach_is_told_with_both_figures(group):
    CourseRun.objects.update(waiting_count=5)

    counted = f"run {group.code}: 2 seats counted, 2 held; 5 waiting counted, 2 in line; 0 offers counted, 0 open"
    assert list(invariants.seats_are_counted()) == [counted]


def test_second_live_place_is_found(group):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP INDEX one_live_enrolment")
    third, fourth = Enrolment.objects.filter(state=State.WAITING).order_by("sequence")
    Enrolment.objects.filter(pk=fourth.pk).update(participant=third.participant)

    who = third.participant_id
    assert broken() == {"one_live_place_per_person"}
    assert list(invariants.one_live_place_per_person()) == [f"participant {who} has 2 live places in run {group.pk}"]


def test_state_that_no_event_reached_is_found(group):
    Enrolment.objects.filter(sequence=3).update(state=State.CANCELLED_BY_LEARNER)
    CourseRun.objects.update(waiting_count=1)

    assert broken() == {"last_event_is_the_state", "ledgers_replay"}


def test_enrolment_without_any_event_is_found(group):
    person = {"participant": participant(given_name="Ève"), "sex": "F", "birth_year": 1998}
    place = {"state": State.CANCELLED_BY_CITY, "sequence": 9, "source": "online", "joined_at": group.enrolment_opens_at}
    loose = Enrolment.objects.create(run=group, **person, **place)

    assert list(invariants.last_event_is_the_state()) == [
        f"enrolment {loose.reference} is cancelled_by_city, its last event says None"
    ]


def test_message_that_nobody_takes_up_is_found(group):
    enrolment(run(), participant())
    assert broken() == set()
    OutboxMessage.objects.update(next_try_at=clock.now() - timedelta(minutes=16))

    assert broken() == {"no_message_is_left_behind"}
    OutboxMessage.objects.update(state="dead")
    assert broken() == set()


TABLE = "participants_enrolmentevent"


@pytest.mark.parametrize(
    "order",
    [
        f"UPDATE {TABLE} SET why = 'x' WHERE number = 2",
        f"UPDATE {TABLE} SET at = at - interval '1 day' WHERE number = 1",
        f"UPDATE {TABLE} SET previous_hash = repeat('0', 64) WHERE number = 3",
        f"UPDATE {TABLE} SET hash = repeat('0', 64) WHERE number = 4",
        f"UPDATE {TABLE} SET number = 9 WHERE number = 4",
        f"DELETE FROM {TABLE} WHERE number = 1",
    ],
)
def test_ledger_that_was_touched_is_found(group, order):
    without(TABLE, order)

    assert "ledgers_replay" in broken()


def test_line_cut_off_the_end_is_found(group):
    without(TABLE, f"DELETE FROM {TABLE} WHERE number = 4")

    assert broken() == {"last_event_is_the_state", "ledgers_replay"}


def test_seat_counted_wrongly_with_a_fresh_hash_is_found(group):
    """Whoever forges the last line with all its hashes still has to say what the seats say."""
    last = EnrolmentEvent.objects.get(number=4)
    names = ["run_id", "number", "enrolment_id", "from_state", "to_state", "at", "by_id", "why"]
    forged = link(last.previous_hash, seat_delta=1, **{name: getattr(last, name) for name in names})
    without(TABLE, f"UPDATE {TABLE} SET seat_delta = 1, hash = '{forged}' WHERE number = 4")
    CourseRun.objects.update(ledger_hash=forged)

    breaches = list(invariants.ledgers_replay())

    assert breaches == [
        f"run {group.code}: line 4 counts seats wrongly",
    ]
