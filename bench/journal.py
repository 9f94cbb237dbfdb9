"""What people were told, held against what is there. Each check yields one sentence per breach."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from learningcity.models.messages import OutboxMessage
from participants.models import Enrolment, EnrolmentDraft, EnrolmentEvent
from participants.models.enrolments import SEAT_HOLDING, State
from programmes.models import CourseRun

WORKER_THREADS = 2  # as many messages can be under way when the worker or the database is killed


@dataclass
class Entry:
    """One person's attempt. Times are seconds since 1970; `outcome` is open, acknowledged or refused."""

    draft: str
    run: str
    outcome: str = "open"
    receipt: str = ""
    first_sent: float = 0.0
    last_sent: float = 0.0
    answered: float = 0.0
    unanswered: int = 0
    statuses: list = field(default_factory=list)

    def line(self):
        return json.dumps(asdict(self)) + "\n"


def read(path):
    return [Entry(**json.loads(line)) for line in path.read_text().splitlines()]


class Ledger:
    """The enrolments of the groups in a journal, read once."""

    def __init__(self, journal):
        self.journal = journal
        self.runs = CourseRun.objects.filter(code__in={entry.run for entry in journal})
        self.enrolments = {each.token: each for each in Enrolment.objects.filter(run__in=self.runs)}
        drafts = EnrolmentDraft.objects.filter(run__in=self.runs, enrolment__isnull=False)
        self.of_draft = dict(drafts.values_list("token", "enrolment__token"))

    @property
    def acknowledged(self):
        return [entry for entry in self.journal if entry.outcome == "acknowledged"]


def breaches(journal):
    ledger = Ledger(journal)
    for check in CHECKS:
        yield from check(ledger)


def what_was_said_is_kept(ledger):
    """Acknowledged means one enrolment, that of this draft; refused means none."""
    for entry in ledger.journal:
        kept = ledger.of_draft.get(entry.draft)
        if entry.outcome == "acknowledged" and entry.receipt not in ledger.enrolments:
            yield f"lost: the acknowledged receipt {entry.receipt} is not there"
        elif entry.outcome == "acknowledged" and kept != entry.receipt:
            yield f"draft {entry.draft} was told {entry.receipt} and holds {kept}"
        if entry.outcome == "refused" and kept:
            yield f"draft {entry.draft} was refused and has a place"


def nobody_is_doubled(ledger):
    """One enrolment per draft, one draft per receipt, one person per phone in a group."""
    told = Counter(entry.receipt for entry in ledger.acknowledged)
    yield from (f"receipt {receipt} was given to {n} drafts" for receipt, n in told.items() if n > 1)
    for token in ledger.enrolments.keys() - set(ledger.of_draft.values()):
        yield f"enrolment {token} belongs to no draft"
    phones = Counter(Enrolment.objects.filter(run__in=ledger.runs).values_list("run__code", "participant__phone"))
    yield from (f"{n} places in {run} for one phone" for (run, phone), n in phones.items() if n > 1 and phone)


def seats_are_full_before_anyone_waits(ledger):
    for run in ledger.runs:
        states = Counter(each.state for each in ledger.enrolments.values() if each.run_id == run.pk)
        seats = sum(states[state] for state in SEAT_HOLDING)
        if seats > run.capacity:
            yield f"{run.code}: {seats} seats of {run.capacity}"
        if states[State.WAITING] and seats < run.capacity:
            yield f"{run.code}: {states[State.WAITING]} wait while {run.capacity - seats} seats are free"


def order_is_that_of_the_commits(ledger):
    """The numbers of joining follow the ledger, without a gap and seats first."""
    joining = EnrolmentEvent.objects.filter(run__in=ledger.runs, from_state="").order_by("run", "number")
    last = {}
    for run, sequence, state in joining.values_list("run__code", "enrolment__sequence", "to_state"):
        before, waited = last.get(run, (0, False))
        if sequence != before + 1:
            yield f"{run}: number {sequence} of the line was written after {before}"
        if waited and state != State.WAITING:
            yield f"{run}: number {sequence} got a seat past those who wait"
        last[run] = (sequence, waited or state == State.WAITING)


def who_was_told_first_is_first(ledger):
    """Whoever had her receipt before another pressed the button stands in front of her."""
    known = [
        (entry, ledger.enrolments[entry.receipt]) for entry in ledger.acknowledged if entry.receipt in ledger.enrolments
    ]
    for run in ledger.runs:
        mine = [(entry, enrolment.sequence) for entry, enrolment in known if enrolment.run_id == run.pk]
        told = sorted(mine, key=lambda pair: pair[0].answered)
        position, highest = 0, 0
        for entry, sequence in sorted(mine, key=lambda pair: pair[0].first_sent):
            while position < len(told) and told[position][0].answered < entry.first_sent:
                highest = max(highest, told[position][1])
                position += 1
            if sequence < highest:
                yield f"{run.code}: number {sequence} pressed the button after number {highest} had her receipt"


CHECKS = [
    what_was_said_is_kept,
    nobody_is_doubled,
    seats_are_full_before_anyone_waits,
    order_is_that_of_the_commits,
    who_was_told_first_is_first,
]


def committed_unheard(journal):
    """How many enrolments were committed by a request whose answer was lost."""
    enrolments = Ledger(journal).enrolments
    retried = [entry for entry in journal if entry.first_sent < entry.last_sent and entry.receipt in enrolments]
    return sum(enrolments[entry.receipt].joined_at < datetime.fromtimestamp(entry.last_sent, UTC) for entry in retried)


def message_breaches(journal, sent, *, kills):
    """One row per enrolment, one text per row at the most; `sent` counts the texts that left by their reference.

    The file provider remembers nothing, so a text whose outcome a kill left unknown is not repeated: it is dead, where
    staff see it. Each kill of the worker or of the database may leave as many of these as the worker has threads.
    """
    enrolments = Ledger(journal).enrolments.values()
    expected = {f"enrolment:{each.pk}:{each.state}" for each in enrolments}
    rows = dict(OutboxMessage.objects.filter(dedupe_key__startswith="enrolment:").values_list("dedupe_key", "state"))
    yield from (f"enrolment without message: {key}" for key in expected - rows.keys())
    yield from (f"message without enrolment: {key}" for key in rows.keys() - expected)
    yield from (f"text without message: {key}" for key in sent.keys() - rows.keys())
    yield from (f"{key} was sent {n} times" for key, n in sent.items() if n > 1)
    for key, state in rows.items():
        if state == "sent" and not sent[key]:
            yield f"{key} counts as sent and never left"
        elif state not in ("sent", "dead"):
            yield f"{key} is still {state}"
    dead = sum(state == "dead" for state in rows.values())
    if dead > kills * WORKER_THREADS:
        yield f"{dead} dead messages for {kills} kills"


def texts(path):
    """How often each reference is in the file of the SMS provider."""
    lines = path.read_text().splitlines() if path.exists() else []
    return Counter(json.loads(line)["reference"] for line in lines)
