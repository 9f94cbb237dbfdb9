"""From a plan to rows: every run in turn, oldest first, written in batches."""

from contextlib import nullcontext
from datetime import time, timedelta
from random import Random

from django.db import connection, transaction
from django.db.models import Count

from programmes.models import CourseRun, Meeting, Room

from ..models import Enrolment, EnrolmentEvent, Participant
from .book import Book, Place, fill, reference, token
from .calendar import Planner, instant
from .people import Crowd, district_weights
from .registers import Register
from .staff import hire
from .tables import BATCH, Table, without_checks

MANY = 50_000  # enrolments from which indexes are rebuilt rather than kept up
SOURCES = ["online"] * 15 + ["desk"] * 4 + ["partner"]
NEEDS = ["[]"] * 30 + ['["step_free"]', '["large_print"]', '["hearing"]']
WORK = ["employed", "job_seeker", "job_seeker", "inactive", "in_education", ""]
ADDED = {
    CourseRun: "id code course_id label venue_id room_id mode women_only decision enrolment_opens_at "
    "enrolment_closes_at starts_on ends_on capacity desk_seats waiting_places "
    "seats_taken desk_taken waiting_count joined_count ledger_number ledger_hash",
    CourseRun.trainers.through: "id courserun_id user_id",
    Meeting: "id run_id date starts_at ends_at zone state held_minutes",
    Enrolment: "id run_id participant_id state priority joined_at sequence source token reference holds_desk_seat "
    "needs sex birth_year district_id lives_outside work_status confirmed_on started_on exited_on",
    EnrolmentEvent: "id run_id number enrolment_id from_state to_state seat_delta at day by_id why previous_hash hash",
}


def is_there():
    return Participant.objects.filter(is_demo=True).exists()


@transaction.atomic
def build(*, enrolments, attendance, seed, today, report=lambda line: None):
    """Fill the city with about `attendance` marks and exactly `enrolments` places, nothing later than the morning of
    `today`. Returns {table name: rows written}."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'; SET LOCAL lock_timeout = '60s'")
    city = City(Random(seed), seed, today, enrolments=enrolments, attendance=attendance)
    names = [table.name for table in city.tables]
    with without_checks(names) if enrolments >= MANY else nullcontext():
        for run in city.planner.runs():
            city.register.write_before(run.starts_on)
            city.open(run)
            if max(len(table.lines) for table in city.tables) > BATCH:
                city.flush()
                report(f"{city.enrolments.written:,} enrolments, {city.register.attendance.written:,} marks")
        city.register.write_before(today)
        for table in city.tables:
            table.finish()
    return {table.name: table.written for table in city.tables}


class City:
    def __init__(self, rng, seed, today, *, enrolments, attendance):
        weights = district_weights()
        self.rng, self.seed, self.today, self.now = rng, seed, today, instant(today, time(0))
        self.staff = hire(today)
        self.crowd = Crowd(rng, weights)
        self.planner = Planner(rng, today, enrolments=enrolments, attendance=attendance, weights=weights)
        self.register = Register(rng, seed, today)
        tables = [Table(model, columns.split()) for model, columns in ADDED.items()]
        self.runs, self.trainers, self.meetings, self.enrolments, self.events = tables
        self.tables = [*self.crowd.tables, *tables, *self.register.tables]
        self.rooms = dict(Room.objects.order_by("-pk").values_list("venue", "pk"))
        self.groups = dict(CourseRun.objects.values_list("course__code").annotate(Count("pk")))

    def flush(self):
        for table in self.tables:
            table.flush()

    def open(self, run):
        """One run with everything that happened to it until this morning."""
        pk, trainer = self.runs.key(), self.trainer_of(run)
        book = Book(pk, run, self.events, desk_id=self.staff.desk)
        taken = set()

        def new_place(at, sequence):
            person = self.crowd.person(run, taken, at)
            return Place(self.enrolments.key(), person, at, sequence, self.rng.choice(SOURCES))

        if run.opens_at < self.now:
            fill(book, self.rng, self.now, new_place=new_place)
        if run.decision == "cancelled":
            book.cancel_all(self.now - timedelta(hours=6))
        held = self.meet(pk, run)
        if run.starts_on < self.today:
            book.close_line(instant(run.starts_on, time(8)))
        if held:
            self.register.keep(book, held, trainer=trainer)
        self.write(pk, run, book, trainer)

    def trainer_of(self, run):
        return self.staff.trainer if run.is_ours else self.staff.trainers[run.course.organisation_id]

    def meet(self, pk, run):
        """Write the meetings. Returns those that were held: (pk, day, minutes, end instant)."""
        held = []
        for day in run.dates:
            key, state, minutes = self.meetings.key(), "planned", 0
            if run.decision == "cancelled" or (day < self.today and day != run.dates[-1] and self.rng.random() < 0.02):
                state = "cancelled"
            elif day < self.today:
                state, minutes = "held", run.minutes - (10 if self.rng.random() < 0.1 else 0)
                held.append((key, day, minutes, instant(day, run.ends_at)))
            self.meetings.add(key, pk, day, run.at, run.ends_at, "Africa/Casablanca", state, minutes)
        return held

    def write(self, pk, run, book, trainer):
        group = self.groups.get(run.course.code, 0)
        self.groups[run.course.code], label = group + 1, "ABC"[group % 3]
        self.runs.add(
            *(pk, f"{run.course.code}-{label}{group // 3 + 1}", run.course.pk, label, run.venue.pk),
            *(self.rooms[run.venue.pk], "on_site", run.women_only, run.decision, run.opens_at, run.closes_at),
            *(run.dates[0], run.dates[-1], run.capacity, run.desk_seats, run.waiting_places, *book.counters()),
        )
        self.trainers.add(self.trainers.key(), pk, trainer)
        for place in book.places:
            self.enrol(pk, place)

    def enrol(self, run, place):
        person, number = place.person, place.pk
        self.enrolments.add(
            *(number, run, person.pk, place.state.value, 0, place.joined_at, place.sequence, place.source),
            *(token(number, self.seed, "receipt"), reference(number, self.seed), place.kept, self.rng.choice(NEEDS)),
            *(person.sex, person.birth_year, person.district, person.lives_outside, self.rng.choice(WORK)),
            *(place.confirmed_on, place.started_on, place.exited_on),
        )
