"""One change of a place: its state, its line in the ledger, the counters of its group. The caller holds the lock."""

from learningcity import clock

from ..models.enrolments import State
from . import ledger

COUNTERS = ["seats_taken", "desk_taken", "waiting_count", "offered_count", "ledger_number", "ledger_hash"]
FALLING = ["capacity", "capacity_wanted"]
CHANGED = ["state", "offered_at", "answer_by", "confirmed_on", "exited_on"]


def move(run, enrolment, state, *, by, at, why=""):
    """Nothing of `run` is saved but in memory: the caller saves COUNTERS once for all that it moves."""
    before, enrolment.state = State(enrolment.state), state
    ledger.project_dates(enrolment, clock.local_day(at))
    enrolment.save(update_fields=CHANGED)
    event = ledger.record(run, enrolment, from_state=before, by=by, at=at, why=why)
    run.seats_taken += event.seat_delta
    run.desk_taken -= event.seat_delta < 0 and enrolment.holds_desk_seat
    run.waiting_count += (state == State.WAITING) - (before == State.WAITING)
    run.offered_count += (state == State.OFFERED) - (before == State.OFFERED)


def save(run):
    """A seat that frees in a group that is to have fewer is given back."""
    falls = run.capacity_wanted is not None
    run.let_capacity_fall()
    run.save(update_fields=COUNTERS + FALLING * falls)
