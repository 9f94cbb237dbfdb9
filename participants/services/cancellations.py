"""Places that end before their time."""

from learningcity import clock

from ..models.enrolments import SEAT_HOLDING, State
from . import ledger

COUNTERS = ["seats_taken", "desk_taken", "waiting_count", "ledger_number", "ledger_hash"]


def cancel_all(run, *, by, why):
    """Every live place of a group that the city cancelled, and its seats. The caller holds the lock of `run`."""
    at = clock.now()
    for enrolment in run.enrolments.live().select_for_update(of=("self",)).order_by("sequence"):
        before = State(enrolment.state)
        enrolment.state = State.CANCELLED_BY_CITY
        ledger.project_dates(enrolment, clock.local_day(at))
        enrolment.save(update_fields=["state", "exited_on"])
        event = ledger.record(run, enrolment, from_state=before, by=by, at=at, why=why)
        run.seats_taken += event.seat_delta
        run.desk_taken -= before in SEAT_HOLDING and enrolment.holds_desk_seat
        run.waiting_count -= before == State.WAITING
    run.save(update_fields=COUNTERS)
