"""Who came, who stopped coming, and the certificates of those who stayed."""

from collections import defaultdict
from datetime import timedelta

from ..models import Attendance, Certificate
from ..models.attendance import Mark
from ..models.enrolments import State
from .book import token
from .tables import Table

NO_SHOW, DROP_OUT = 0.05, 0.16  # upper ends of the chances
GIVEN_UP_AFTER = 3  # absences in a row before a trainer notes that someone stopped
LATE = (10, 15, 20, 30)
ISSUED_AFTER = timedelta(days=7)
ADDED = {
    Attendance: "id enrolment_id meeting_id day mark minutes entered_at entered_by_id",
    Certificate: "id enrolment_id number code name course_title_fr course_title_ar issuer hours starts_on ends_on "
    "issued_on",
}


class Register:
    def __init__(self, rng, seed, today):
        self.rng, self.seed, self.today = rng, seed, today
        self.attendance, self.certificates = [Table(model, columns.split()) for model, columns in ADDED.items()]
        self.tables = [self.attendance, self.certificates]
        self.waiting = defaultdict(list)  # {day: lines of attendance}

    def write_before(self, day):
        """Marks go to the table about day by day, as trainers make them: an index over days lives on that order."""
        for past in sorted(past for past in self.waiting if past < day):
            self.attendance.lines += self.waiting.pop(past)

    def keep(self, book, held, *, trainer):
        """Mark everyone of the book at the held meetings [(pk, day, minutes, end instant)], and note how each one ends.
        One meeting in fifty was never marked."""
        marked = [meeting for meeting in held if self.rng.random() > 0.02]
        is_over = book.run.dates[-1] < self.today
        endings = []
        for place in book.places:
            if place.state == State.ENROLLED:
                endings.append(self.follow(place, marked, held, trainer, is_over=is_over))
        for at, _key, place, state, minutes in sorted(ending for ending in endings if ending):
            book.move(place, state, at, by=trainer)
            if state == State.COMPLETED:
                self.certify(place, book.run, minutes, held)

    def follow(self, place, marked, held, trainer, *, is_over):
        """The marks of one person. Returns (instant, key, place, final state, minutes), or None while it lasts."""
        fate, reliability = self.rng.random(), 0.78 + 0.2 * self.rng.random()
        stops_at = len(marked)
        if fate < NO_SHOW:
            stops_at = 0
        elif fate < DROP_OUT:
            stops_at = self.rng.randrange(1, 10)
        gone = stops_at + GIVEN_UP_AFTER <= len(marked)
        minutes = self.mark(place, marked[: stops_at + GIVEN_UP_AFTER], stops_at, reliability, trainer)
        if not gone and not is_over:
            return None
        last = marked[stops_at + GIVEN_UP_AFTER - 1] if gone else held[-1]
        state = State.DROPPED_OUT if stops_at < len(marked) else State.COMPLETED
        state = state if place.started_on else State.NO_SHOW
        return last[3] + timedelta(minutes=30), place.sequence, place, state, minutes

    def mark(self, place, meetings, stops_at, reliability, trainer):
        """Returns (minutes there, minutes excused)."""
        chance, key = self.rng.random, self.attendance.last
        there = excused = 0
        for order, (meeting, day, held, at) in enumerate(meetings):
            draw = chance() if order < stops_at else 0.999
            if draw < reliability * 0.92:
                mark, minutes = Mark.PRESENT, held
            elif draw < reliability:
                mark, minutes = Mark.LATE, held - LATE[int(chance() * 4)]
            elif draw < reliability + 0.01:
                continue
            elif draw < reliability + 0.019:
                mark, minutes, excused = Mark.EXCUSED, 0, excused + held
            else:
                mark, minutes = Mark.ABSENT, 0
            if minutes and not there:
                place.started_on = day
            there += minutes
            key += 1
            line = f"{key}\t{place.pk}\t{meeting}\t{day}\t{int(mark)}\t{minutes}\t{at}\t{trainer}"
            self.waiting[day].append(line)
        self.attendance.last = key
        return there, excused

    def certify(self, place, run, minutes, held):
        """For those who were there long enough; excused meetings count neither for nor against."""
        there, excused = minutes
        given = sum(meeting[2] for meeting in held)
        issued_on = run.dates[-1] + ISSUED_AFTER
        is_enough = there * 100 >= run.course.certificate_share * (given - excused) > 0
        if not is_enough or issued_on >= self.today:
            return
        key = self.certificates.key()
        self.certificates.add(
            *(key, place.pk, f"CA-{issued_on.year}-{key:07}", token(key, self.seed, "certificate"), place.person.name),
            *(run.course.title_fr, run.course.title_ar, run.course.organisation.name_fr),
            *(round(given / 60), run.dates[0], run.dates[-1], issued_on),
        )
