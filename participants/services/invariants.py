"""What must hold after any day, storm or crash. Each check yields one sentence per breach; silence means it holds."""

from datetime import timedelta

from django.db import connection
from django.db.models import Count, F, Q

from learningcity import clock
from learningcity.models import OutboxMessage
from programmes.models import CourseRun

from ..models import Enrolment, EnrolmentEvent
from ..models.enrolments import LIVE, SEAT_HOLDING, State
from .ledger import link, seat_delta

MESSAGE_PATIENCE = timedelta(minutes=15)


def seats_are_counted():
    """Seats never exceed capacity; the counters of a run equal the enrolments behind them."""
    runs = CourseRun.objects.annotate(
        held=Count("enrolments", filter=Q(enrolments__state__in=SEAT_HOLDING)),
        queue=Count("enrolments", filter=Q(enrolments__state=State.WAITING)),
        offers=Count("enrolments", filter=Q(enrolments__state=State.OFFERED)),
        kept=Count("enrolments", filter=Q(enrolments__state__in=SEAT_HOLDING, enrolments__holds_desk_seat=True)),
    )
    right = Q(seats_taken=F("held"), waiting_count=F("queue"), offered_count=F("offers"), desk_taken=F("kept"))
    told = ["code", "seats_taken", "held", "waiting_count", "queue", "offered_count", "offers"]
    for run in runs.filter(~right | Q(held__gt=F("capacity"))).values_list(*told):
        counted = "{} seats counted, {} held; {} waiting counted, {} in line; {} offers counted, {} open"
        yield f"run {run[0]}: {counted.format(*run[1:])}"


def one_live_place_per_person():
    doubled = (
        Enrolment.objects.filter(state__in=LIVE).values("participant", "run").annotate(n=Count("pk")).filter(n__gt=1)
    )
    for row in doubled:
        yield f"participant {row['participant']} has {row['n']} live places in run {row['run']}"


def last_event_is_the_state():
    """The state of an enrolment is the one its last event reached; none exists without an event."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT e.reference, e.state, last.to_state
            FROM participants_enrolment e
            LEFT JOIN (SELECT DISTINCT ON (enrolment_id) enrolment_id, to_state
                       FROM participants_enrolmentevent
                       ORDER BY enrolment_id, number DESC) last ON last.enrolment_id = e.id
            WHERE last.to_state IS DISTINCT FROM e.state
            """
        )
        for reference, state, event in cursor.fetchall():
            yield f"enrolment {reference} is {state}, its last event says {event}"


def ledger_is_unbroken():
    """Numbers run without a gap, each hash follows from the line and the hash before, the head is the run's."""
    fields = ["run_id", "number", "enrolment_id", "from_state", "to_state", "seat_delta", "at", "by_id", "why"]
    heads, seats = {}, {}
    events = EnrolmentEvent.objects.order_by("run_id", "number").values(*fields, "previous_hash", "hash")
    for event in events.iterator(chunk_size=5000):
        run = event["run_id"]
        number, previous = heads.get(run, (0, ""))
        stated, carried = event.pop("hash"), event.pop("previous_hash")
        expected_delta = seat_delta(event["from_state"], event["to_state"])
        if event["number"] != number + 1 or carried != previous or link(previous, **event) != stated:
            yield f"ledger of run {run} breaks at line {event['number']}"
        if event["seat_delta"] != expected_delta:
            yield f"ledger of run {run} counts seats wrongly at line {event['number']}"
        heads[run] = (event["number"], stated)
        seats[run] = seats.get(run, 0) + event["seat_delta"]
    for run in CourseRun.objects.values("pk", "code", "ledger_number", "ledger_hash", "seats_taken").iterator():
        if heads.get(run["pk"], (0, "")) != (run["ledger_number"], run["ledger_hash"]):
            yield f"run {run['code']}: its ledger does not end where the run says"
        if seats.get(run["pk"], 0) != run["seats_taken"]:
            yield f"run {run['code']}: the ledger gives {seats.get(run['pk'], 0)} seats, the run {run['seats_taken']}"


def no_message_is_left_behind():
    """Whatever happens to a message, someone takes it up within minutes and it ends sent, cancelled or dead."""
    for message in OutboxMessage.objects.due(clock.now() - MESSAGE_PATIENCE).order_by("pk"):
        yield f"message {message.pk} has been due since {message.next_try_at:%Y-%m-%d %H:%M} UTC"


CHECKS = [
    seats_are_counted,
    one_live_place_per_person,
    last_event_is_the_state,
    ledger_is_unbroken,
    no_message_is_left_behind,
]


def breaches():
    """A sentence for each, of all checks; nothing when everything holds."""
    return [breach for check in CHECKS for breach in check()]
