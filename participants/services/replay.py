"""The seats, the line and the offers of a group, rebuilt from the lines of its ledger and from nothing else."""

from collections import Counter
from dataclasses import dataclass, field

from ..models import EnrolmentEvent
from ..models.enrolments import MOVES, SEAT_HOLDING, State
from .ledger import link, passed_in, seat_delta

LINE = ["run_id", "number", "enrolment_id", "from_state", "to_state", "seat_delta", "at", "by_id", "why"]


@dataclass
class Rebuilt:
    """A group after some lines of its ledger. `faults` are sentences about lines that cannot be true."""

    number: int = 0
    hash: str = ""
    states: dict = field(default_factory=dict)  # {pk of an enrolment: its state}
    line: list = field(default_factory=list)  # those who wait, in the order in which they joined or were drawn
    faults: list = field(default_factory=list)

    @property
    def seats(self):
        return sum(state in SEAT_HOLDING for state in self.states.values())

    def read(self, event):
        """`event` is a line as `EnrolmentEvent.values`, with both hashes."""
        self._chain(event)
        self._judge(event)
        pk, state = event["enrolment_id"], event["to_state"]
        if pk in self.line:
            self.line.remove(pk)
        if state == State.WAITING:
            self.line.append(pk)
        self.states[pk] = state

    def _chain(self, event):
        line = {name: event[name] for name in LINE}
        follows = (event["number"], event["previous_hash"]) == (self.number + 1, self.hash)
        if not follows or link(event["previous_hash"], **line) != event["hash"]:
            self._blame(event, "does not follow from the line before")
        self.number, self.hash = event["number"], event["hash"]

    def _judge(self, event):
        pk, before, after = event["enrolment_id"], event["from_state"], event["to_state"]
        if before != self.states.get(pk, ""):
            self._blame(event, f"says {before or 'new'} of an enrolment that is {self.states.get(pk, 'new')}")
        if after not in MOVES.get(before or None, ()):
            self._blame(event, f"goes from {before or 'new'} to {after}")
        if event["seat_delta"] != seat_delta(before, after):
            self._blame(event, "counts seats wrongly")
        if after == State.OFFERED and pk in self.line and self.line.index(pk) != passed_in(event["why"]):
            self._blame(event, f"serves someone with {self.line.index(pk)} people ahead and does not say so")

    def _blame(self, event, fault):
        self.faults.append(f"line {event['number']} {fault}")


def of_events(events):
    """The lines of one group, in order."""
    rebuilt = Rebuilt()
    for event in events:
        rebuilt.read(event)
    return rebuilt


def lines():
    """Every line of every ledger, as `Rebuilt.read` takes it, group by group."""
    return EnrolmentEvent.objects.order_by("run_id", "number").values(*LINE, "previous_hash", "hash")


def of_run(run):
    return of_events(lines().filter(run=run))


def differences(run, rebuilt):
    """What is wrong in the ledger itself, then where the records say something else; sentences, none when all agree."""
    yield from wrong_counts(run, rebuilt)
    states = dict(run.enrolments.order_by("sequence").values_list("pk", "state"))
    for pk in dict.fromkeys([*states, *rebuilt.states]):
        if states.get(pk) != rebuilt.states.get(pk):
            yield f"enrolment {pk} is {rebuilt.states.get(pk)} by the ledger and {states.get(pk)} in its record"
    yield from wrong_line(run, rebuilt)


def wrong_counts(run, rebuilt):
    yield from rebuilt.faults
    if (run.ledger_number, run.ledger_hash) != (rebuilt.number, rebuilt.hash):
        yield f"the ledger ends at line {rebuilt.number}, the group says {run.ledger_number}"
    counts = Counter(rebuilt.states.values())
    counted = {"seats_taken": rebuilt.seats, "waiting_count": len(rebuilt.line), "offered_count": counts[State.OFFERED]}
    for name, number in counted.items():
        if getattr(run, name) != number:
            yield f"{name} is {number} by the ledger and {getattr(run, name)} in the group"


def wrong_line(run, rebuilt):
    line = list(run.enrolments.waiting().values_list("pk", flat=True))
    if line != rebuilt.line:
        yield f"the line is {rebuilt.line} by the ledger and {line} by the records"
