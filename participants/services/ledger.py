"""The ledger of a run: each line carries the hash of the line before, so a changed line breaks the chain."""

import json
from datetime import UTC
from hashlib import sha256

from learningcity.clock import local_day

from ..models import Enrolment, EnrolmentEvent
from ..models.enrolments import CONFIRMED_BY, ENDED_BY, MOVES, SEAT_HOLDING, State

PASSED = "passed "


class IllegalMove(Exception):
    """The table of moves does not allow this change of state."""


def link(previous_hash, *, run_id, number, enrolment_id, from_state, to_state, seat_delta, at, by_id, why):
    """Hexadecimal SHA-256 of the line and of the hash before it. `at` is an aware instant, kept to the microsecond."""
    instant = at.astimezone(UTC).isoformat(timespec="microseconds")
    line = [
        previous_hash,
        run_id,
        number,
        enrolment_id,
        str(from_state),
        str(to_state),
        seat_delta,
        instant,
        by_id,
        why,
    ]
    return sha256(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def seat_delta(from_state, to_state):
    return (to_state in SEAT_HOLDING) - (from_state in SEAT_HOLDING)


def passing(people):
    """The reason of an offer that so many people ahead in the line did not get; `passed_in` reads it."""
    return f"{PASSED}{people}" if people else ""


def passed_in(why):
    return int(why.removeprefix(PASSED)) if why.startswith(PASSED) else 0


def record(run, enrolment: Enrolment, *, from_state, by, at, why=""):
    """Append the line of the state just reached; the caller holds the lock of `run` and saves its counters."""
    to_state = State(enrolment.state)
    if to_state not in MOVES.get(from_state, ()):
        raise IllegalMove(f"{from_state} to {to_state}")
    line = {
        "run_id": run.pk,
        "number": run.ledger_number + 1,
        "enrolment_id": enrolment.pk,
        "from_state": from_state or "",
        "to_state": to_state,
        "seat_delta": seat_delta(from_state, to_state),
        "at": at,
        "by_id": by.pk if by else None,
        "why": why,
    }
    digest = link(run.ledger_hash, **line)
    event = EnrolmentEvent.objects.create(**line, day=local_day(at), previous_hash=run.ledger_hash, hash=digest)
    run.ledger_number, run.ledger_hash = event.number, event.hash
    return event


def project_dates(enrolment, day):
    """The days that figures read, from the state just reached."""
    if enrolment.state in CONFIRMED_BY and enrolment.confirmed_on is None:
        enrolment.confirmed_on = day
    if enrolment.state in ENDED_BY:
        enrolment.exited_on = day
