"""The book of one run: who asked when, who got a seat, and the ledger line of each step, as the service writes it."""

import heapq
from base64 import urlsafe_b64encode
from datetime import timedelta
from hashlib import blake2b

from learningcity.clock import local_day

from ..models.enrolments import SAFE_ALPHABET, State
from ..services.ledger import link, seat_delta

PAIRS = [first + second for first in SAFE_ALPHABET for second in SAFE_ALPHABET]
REFERENCES = len(PAIRS) ** 5
STRIDE = 362_436_069_331_111  # shares no factor with REFERENCES, so that references never repeat
JOIN, LEAVE, ANSWER = range(3)


def reference(number, seed):
    """`CA-7K3M9-2QRT8`, a different one for each number below 30¹⁰."""
    rest, letters = (number * STRIDE + seed) % REFERENCES, ""
    for _pair in range(5):
        rest, pair = divmod(rest, len(PAIRS))
        letters += PAIRS[pair]
    return f"CA-{letters[:5]}-{letters[5:]}"


def token(number, seed, kind):
    """22 characters that anyone with the seed can guess: good enough for invented people only."""
    digest = blake2b(f"{seed}/{kind}/{number}".encode(), digest_size=16).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


class Place:
    """An enrolment in the making."""

    __slots__ = ["confirmed_on", "exited_on", "joined_at", "kept", "person", "pk", "sequence", "source", "started_on"]
    __slots__ += ["state"]

    def __init__(self, pk, person, joined_at, sequence, source):
        self.pk, self.person, self.joined_at, self.sequence, self.source = pk, person, joined_at, sequence, source
        self.state, self.kept = None, False
        self.confirmed_on = self.started_on = self.exited_on = None


class Book:
    def __init__(self, pk, run, events, *, desk_id):
        self.pk, self.run, self.events, self.desk_id = pk, run, events, desk_id
        self.places, self.line = [], []
        self.seats = self.desk = self.number = 0
        self.hash = ""

    def open_places(self):
        return self.run.capacity - self.seats - (self.run.desk_seats - self.desk)

    def move(self, place, state, at, *, by=None, why=""):
        """Write one line and keep the counters."""
        before, self.number = place.state or "", self.number + 1
        delta, day, previous = seat_delta(before, state), local_day(at), self.hash
        fields = {"from_state": before, "to_state": state.value, "seat_delta": delta, "at": at, "by_id": by, "why": why}
        self.hash = link(previous, run_id=self.pk, number=self.number, enrolment_id=place.pk, **fields)
        self.events.add(
            *(self.events.key(), self.pk, self.number, place.pk, before, state.value, delta, at, day, by, why),
            *(previous, self.hash),
        )
        self.seats += delta
        self.desk += delta * place.kept
        place.state = state
        if state == State.ENROLLED:
            place.confirmed_on = day
        elif state not in (State.WAITING, State.OFFERED):
            place.exited_on = day

    def join(self, place, at):
        place.kept = place.source == "desk" and self.desk < self.run.desk_seats
        self.places.append(place)
        by = self.desk_id if place.source == "desk" else None
        if place.kept or (not self.line and self.open_places() > 0):
            self.move(place, State.ENROLLED, at, by=by)
        else:
            self.move(place, State.WAITING, at, by=by)
            self.line.append(place)

    def leave(self, place, at):
        """Her seat is offered to the next in line, who is returned."""
        if place.state == State.WAITING:
            self.line.remove(place)
        self.move(place, State.CANCELLED_BY_LEARNER, at)
        if self.line and self.open_places() > 0:
            following = self.line.pop(0)
            self.move(following, State.OFFERED, at)
            return following
        return None

    def close_line(self, at):
        for place in self.line:
            self.move(place, State.CANCELLED_BY_CITY, at, why="the group started")
        self.line.clear()

    def cancel_all(self, at):
        self.line.clear()
        for place in self.places:
            if place.state in (State.WAITING, State.OFFERED, State.ENROLLED):
                self.move(place, State.CANCELLED_BY_CITY, at, why="the group was cancelled")

    def counters(self):
        """seats_taken, desk_taken, waiting_count, joined_count, ledger_number, ledger_hash."""
        return self.seats, self.desk, len(self.line), len(self.places), self.number, self.hash


def fill(book, rng, now, *, new_place):
    """People ask, and some give up again, between the opening and the closing or `now`. `new_place(at, sequence)`."""
    run = book.run
    first, last = run.opens_at, min(run.closes_at, run.first_morning, now)
    steps = [(first + (last - first) * rng.random() ** 2.5, place, JOIN, None) for place in range(run.demand)]
    steps = [(at.replace(microsecond=0), *rest) for at, *rest in steps]
    heapq.heapify(steps)
    while steps:
        at, order, kind, place = heapq.heappop(steps)
        if kind == JOIN:
            place = new_place(at, len(book.places) + 1)
            book.join(place, at)
            if not run.never_cancels and rng.random() < 0.06:
                later = at + (last - at) * rng.random()
                heapq.heappush(steps, (later.replace(microsecond=0), order, LEAVE, place))
        elif kind == LEAVE:
            answer = book.leave(place, at) if place.state != State.OFFERED else None
            if answer:
                soon = min(at + timedelta(hours=rng.randrange(1, 20)), last)
                heapq.heappush(steps, (max(soon, at), order, ANSWER, answer))
        elif place.state == State.OFFERED:
            book.move(place, State.ENROLLED, at)
