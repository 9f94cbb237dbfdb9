"""From a plan to rows: every run in turn, oldest first, written in batches."""

from contextlib import nullcontext
from datetime import time, timedelta
from random import Random

from django.db import connection, transaction
from django.db.models import Count

from programmes.models import CourseRun, Meeting
from programmes.services.indexing import index_all

from ..models import Enrolment, EnrolmentEvent, Participant
from .agreements import sign
from .book import Book, Place, fill, reference, token
from .bookings import Bookings, span
from .calendar import Planner, instant
from .people import Crowd, district_weights
from .places import furnish, rooms_by_venue
from .registers import Register
from .staff import hire
from .tables import BATCH, Table, without_checks

PUT_OFF = timedelta(days=30)  # more than any start is put off
MANY = 50_000  # enrolments from which indexes are rebuilt rather than kept up
SOURCES = ["online"] * 15 + ["desk"] * 4 + ["partner"]
WHY_MOVED = ["Salle occupée ce jour-là", "Réunion au centre", "Journée portes ouvertes"]
WHY_CANCELLED = ["Formatrice ou formateur malade", "Coupure d’électricité", "Coupure d’eau"]
NEEDS = ["[]"] * 30 + ['["step_free"]', '["large_print"]', '["hearing"]']
WORK = ["employed", "job_seeker", "job_seeker", "inactive", "in_education", ""]
ADDED = {
    CourseRun: "id code course_id label venue_id room_id mode language women_only decision enrolment_opens_at "
    "enrolment_closes_at starts_on ends_on capacity desk_seats waiting_places "
    "seats_taken desk_taken waiting_count joined_count ledger_number ledger_hash",
    CourseRun.trainers.through: "id courserun_id user_id",
    Meeting: "id run_id date starts_at ends_at zone room_id buffer_minutes trainer_id state reason moved_from revision "
    "held_minutes",
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
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        cursor.execute("SET LOCAL lock_timeout = '60s'")
    furnish(today)
    sign(today)
    city = City(Random(seed), seed, today, enrolments=enrolments, attendance=attendance)
    names = [table.name for table in city.tables]
    with without_checks(names) if enrolments >= MANY else nullcontext():
        for run in city.planner.runs():
            city.forget_before(run.starts_on)
            city.open(run)
            if max(len(table.lines) for table in city.tables) > BATCH:
                city.flush()
                report(f"{city.enrolments.written:,} enrolments, {city.register.attendance.written:,} marks")
        city.register.write_before(today)
        for table in city.tables:
            table.finish()
    index_all()
    return {table.name: table.written for table in city.tables}


class City:
    def __init__(self, rng, seed, today, *, enrolments, attendance):
        weights = district_weights()
        self.rng, self.seed, self.today, self.now = rng, seed, today, instant(today, time(0))
        self.staff = hire(today, enrolments=enrolments)
        self.crowd = Crowd(rng, weights)
        self.planner = Planner(rng, today, enrolments=enrolments, attendance=attendance, weights=weights)
        self.register = Register(rng, seed, today)
        tables = [Table(model, columns.split()) for model, columns in ADDED.items()]
        self.runs, self.trainers, self.meetings, self.enrolments, self.events = tables
        self.tables = [*self.crowd.tables, *tables, *self.register.tables]
        self.rooms, self.taken_rooms, self.taken_trainers = rooms_by_venue(), Bookings("room"), Bookings("trainer")
        self.groups = dict(CourseRun.objects.values_list("course__code").annotate(Count("pk")))

    def flush(self):
        for table in self.tables:
            table.flush()

    def forget_before(self, day):
        """Runs to come start about then: a holiday or a closure may have put this one off."""
        self.register.write_before(day)
        self.taken_rooms.forget_before(day - PUT_OFF)
        self.taken_trainers.forget_before(day - PUT_OFF)

    def open(self, run):
        """One run with everything that happened to it until this morning."""
        pk = self.runs.key()
        room, (trainer, is_free) = self.room_of(run), self.trainer_of(pk, run)
        book = Book(pk, run, self.events, desk_id=self.staff.desk)
        taken = set()

        def new_place(at, sequence):
            person = self.crowd.person(run, taken, at)
            return Place(self.enrolments.key(), person, at, sequence, self.rng.choice(SOURCES))

        if run.opens_at < self.now:
            fill(book, self.rng, self.now, new_place=new_place)
        if run.decision == "cancelled":
            book.cancel_all(self.now - timedelta(hours=6))
        held = self.meet(pk, run, room, trainer if is_free else None)
        if run.starts_on < self.today:
            book.close_line(instant(run.starts_on, time(8)))
        if held:
            self.register.keep(book, held, trainer=trainer)
        self.write(pk, run, book, room, trainer)

    def room_of(self, run):
        """The smallest room that holds the group and is free each time, or None: a room still to be found."""
        if run.mode == CourseRun.Mode.ONLINE:
            return None
        fitting = (room for room in self.rooms.get(run.venue.pk, ()) if room.capacity >= run.capacity)
        for room in fitting:
            if self.taken_rooms.take(room.pk, run.dates, span(run.at, run.ends_at, more=room.buffer)):
                return room
        return None

    def trainer_of(self, pk, run):
        """(trainer of the group, whether free each time)."""
        pool = [self.staff.trainer] if run.is_ours else self.staff.trainers[run.course.organisation_id]
        for place in range(len(pool)):
            trainer = pool[(pk + place) % len(pool)]
            if self.taken_trainers.take(trainer, run.dates, span(run.at, run.ends_at)):
                return trainer, True
        return pool[pk % len(pool)], False

    def meet(self, pk, run, room, trainer):
        """Write the meetings. Returns those that were held: (pk, day, minutes, end instant)."""
        held = []
        for day in run.dates:
            key, state, reason, minutes = self.meetings.key(), *self.fate(run, day)
            if state == Meeting.State.HELD:
                held.append((key, day, minutes, instant(day, run.ends_at)))
            self.write_meeting(key, pk, run, day, room, trainer, state, reason, minutes)
        for day, why in run.skipped.items():
            self.write_meeting(self.meetings.key(), pk, run, day, None, None, Meeting.State.SKIPPED, why, 0)
        return held

    def fate(self, run, day):
        """(state, reason, minutes held) of one meeting."""
        choice, is_past = self.planner.details.choice, day < self.today
        if run.decision == "cancelled":
            return Meeting.State.CANCELLED, "Groupe annulé", 0
        if is_past and day != run.dates[-1] and self.rng.random() < 0.02:
            return Meeting.State.CANCELLED, choice(WHY_CANCELLED), 0
        why_moved = choice(WHY_MOVED) if day in run.moved else ""
        if is_past:
            return Meeting.State.HELD, why_moved, run.minutes - (10 if self.rng.random() < 0.1 else 0)
        if why_moved:
            return Meeting.State.MOVED, why_moved, 0
        if day not in (self.today, run.dates[0], run.dates[-1]) and self.planner.details.random() < 0.01:
            return Meeting.State.CANCELLED, choice(WHY_CANCELLED), 0
        return Meeting.State.PLANNED, "", 0

    def write_meeting(self, key, pk, run, day, room, trainer, state, reason, minutes):
        booked = (room.pk, room.buffer) if room else (None, 0)
        moved_from = run.moved.get(day)
        revision = int(moved_from is not None or state == Meeting.State.CANCELLED)
        self.meetings.add(
            *(key, pk, day, run.at, run.ends_at, "Africa/Casablanca", *booked, trainer),
            *(state.value, reason, moved_from, revision, minutes),
        )

    def write(self, pk, run, book, room, trainer):
        group = self.groups.get(run.course.code, 0)
        self.groups[run.course.code], label = group + 1, "ABC"[group % 3]
        self.runs.add(
            *(pk, f"{run.course.code}-{label}{group // 3 + 1}", run.course.pk, label, run.venue.pk),
            *(room and room.pk, run.mode, run.language, run.women_only, run.decision, run.opens_at, run.closes_at),
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
