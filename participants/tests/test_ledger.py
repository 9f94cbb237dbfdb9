from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from learningcity.clock import CASABLANCA
from programmes.tests.factories import run

from ..models import Enrolment, EnrolmentEvent
from ..models.enrolments import LIVE, MOVES, SEAT_HOLDING, State
from ..services import invariants, ledger
from .factories import enrolment, participant

pytestmark = pytest.mark.django_db
LINE = {"run_id": 1, "number": 1, "enrolment_id": 1, "from_state": "", "to_state": "enrolled", "seat_delta": 1}
LINE |= {"at": datetime(2026, 11, 21, 10, tzinfo=UTC), "by_id": None, "why": ""}


@pytest.fixture
def three():
    group = run(capacity=2)
    return [enrolment(group, participant(given_name=name, phone="")) for name in ("Amal", "Badr", "Chama")]


def tamper(**changes):
    """Change the second line as someone with the keys of the database could."""
    table = EnrolmentEvent._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        EnrolmentEvent.objects.filter(number=2).update(**changes)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_each_line_carries_the_hash_of_the_line_before(three):
    lines = EnrolmentEvent.objects.order_by("number").values_list("number", "previous_hash", "hash")
    (_, before_first, first), (_, before_second, second), (_, before_third, third) = lines

    assert [before_first, before_second, before_third] == ["", first, second]
    assert len({first, second, third}) == 3
    three[0].run.refresh_from_db()
    assert (three[0].run.ledger_number, three[0].run.ledger_hash) == (3, third)


@pytest.mark.parametrize(
    "change",
    [
        {"run_id": 2},
        {"number": 2},
        {"enrolment_id": 2},
        {"from_state": "waiting"},
        {"to_state": "waiting"},
        {"seat_delta": 0},
        {"at": LINE["at"].replace(microsecond=1)},
        {"by_id": 1},
        {"why": "late"},
    ],
)
def test_everything_a_line_says_is_in_its_hash(change):
    assert ledger.link("", **LINE | change) != ledger.link("", **LINE)


def test_hash_depends_on_the_line_before_and_not_on_the_zone_of_the_instant():
    assert ledger.link("x", **LINE) != ledger.link("", **LINE)
    assert ledger.link("", **LINE | {"at": LINE["at"].astimezone(CASABLANCA)}) == ledger.link("", **LINE)


def test_unbroken_ledger_is_silent(three):
    assert list(invariants.ledgers_replay()) == []


@pytest.mark.parametrize("change", [{"why": "forged"}, {"to_state": "waiting"}, {"seat_delta": 0}, {"at": LINE["at"]}])
def test_changing_one_row_breaks_the_chain(three, change):
    tamper(**change)

    breaches = list(invariants.ledgers_replay())

    assert breaches[0] == f"run {three[0].run.code}: line 2 does not follow from the line before"


@pytest.mark.parametrize("deed", ["update", "delete"])
def test_database_refuses_to_change_or_delete_a_line(three, deed):
    lines = EnrolmentEvent.objects.filter(number=2)
    before = list(lines.values())

    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        lines.update(why="forged") if deed == "update" else lines.delete()

    assert list(lines.values()) == before


def test_table_of_moves_allows_nothing_else():
    place = enrolment()
    moves = {(before, after) for before in [None, *State] for after in State}
    refused = set()
    for before, after in moves:
        place.state = after
        try:
            with transaction.atomic():
                ledger.record(place.run, place, from_state=before, by=None, at=place.joined_at)
                transaction.set_rollback(True)
        except ledger.IllegalMove:
            refused.add((before, after))

    assert moves - refused == {(before, after) for before, many in MOVES.items() for after in many}


def test_ended_places_never_move_again():
    assert set(MOVES) == {None, *LIVE}


@pytest.mark.parametrize(
    ("before", "after", "delta"),
    [
        ("", State.ENROLLED, 1),
        ("", State.WAITING, 0),
        (State.WAITING, State.OFFERED, 1),
        (State.OFFERED, State.ENROLLED, 0),
        (State.OFFERED, State.EXPIRED, -1),
        (State.ENROLLED, State.CANCELLED_BY_LEARNER, -1),
        (State.ENROLLED, State.COMPLETED, 0),
    ],
)
def test_seats_follow_from_the_states(before, after, delta):
    assert ledger.seat_delta(before, after) == delta
    assert (after in SEAT_HOLDING) - (before in SEAT_HOLDING) == delta


def test_dates_of_figures_come_from_the_states():
    day = LINE["at"].date()
    place = Enrolment(state=State.ENROLLED)
    ledger.project_dates(place, day)
    assert (place.confirmed_on, place.exited_on) == (day, None)

    place.state = State.DROPPED_OUT
    ledger.project_dates(place, day.replace(day=30))
    assert (place.confirmed_on, place.exited_on) == (day, day.replace(day=30))
