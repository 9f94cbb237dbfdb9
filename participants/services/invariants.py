"""What must hold after any day, storm or crash. Each check yields one sentence per breach; silence means it holds."""

from datetime import timedelta
from itertools import groupby
from operator import itemgetter

from django.db import connection
from django.db.models import Count, F, Q

from learningcity import clock
from learningcity.models import OutboxMessage
from programmes.models import CourseRun

from ..models import Draw, Enrolment, Participant
from ..models.enrolments import LIVE, SEAT_HOLDING, State
from . import draw, replay

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


def capacity_falls_with_the_seats():
    """A group that is to have fewer places than people has none to give."""
    kept = CourseRun.objects.exclude(capacity_wanted=None).exclude(capacity=F("seats_taken")).order_by("pk")
    for code, capacity, seats, wanted in kept.values_list("code", "capacity", "seats_taken", "capacity_wanted"):
        yield f"run {code}: {capacity} places, {seats} taken, and it is to have {wanted}"


def one_live_place_per_person():
    doubled = (
        Enrolment.objects.filter(state__in=LIVE).values("participant", "run").annotate(n=Count("pk")).filter(n__gt=1)
    )
    for row in doubled:
        yield f"participant {row['participant']} has {row['n']} live places in run {row['run']}"


def nobody_gone_has_a_live_place():
    """A record that was merged away or erased stands for nobody who could come."""
    gone = Enrolment.objects.live().exclude(participant__in=Participant.objects.surviving())
    for reference, who in gone.order_by("pk").values_list("reference", "participant"):
        yield f"enrolment {reference} is live, participant {who} is merged away or erased"


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


def ledgers_replay():
    """Each line follows from the one before, and from all of them follow the seats, the offers and the line."""
    runs = {run.pk: run for run in CourseRun.objects.exclude(ledger_number=0, seats_taken=0)}
    ledgers = groupby(replay.lines().iterator(chunk_size=5000), itemgetter("run_id"))
    for pk, events in ledgers:
        run, rebuilt = runs.pop(pk, None) or CourseRun.objects.get(pk=pk), replay.of_events(events)
        faults = [*replay.wrong_counts(run, rebuilt), *(replay.wrong_line(run, rebuilt) if rebuilt.line else ())]
        yield from (f"run {run.code}: {fault}" for fault in faults)
    for run in runs.values():
        yield f"run {run.code}: {run.seats_taken} seats taken, and no line in its ledger"


def draws_come_out_the_same():
    """The published list and seed of each draw lead to the order and the places that the ledger knows."""
    for held in Draw.objects.select_related("run").order_by("pk").iterator(chunk_size=50):
        for difference in draw.differences(held):
            yield f"draw of {held.run.code}: {difference}"


def no_message_is_left_behind():
    """Whatever happens to a message, someone takes it up within minutes and it ends sent, cancelled or dead."""
    for message in OutboxMessage.objects.due(clock.now() - MESSAGE_PATIENCE).order_by("pk"):
        yield f"message {message.pk} has been due since {message.next_try_at:%Y-%m-%d %H:%M} UTC"


CHECKS = [
    seats_are_counted,
    capacity_falls_with_the_seats,
    one_live_place_per_person,
    nobody_gone_has_a_live_place,
    last_event_is_the_state,
    ledgers_replay,
    draws_come_out_the_same,
    no_message_is_left_behind,
]


def breaches():
    """A sentence for each, of all checks; nothing when everything holds."""
    return [breach for check in CHECKS for breach in check()]
