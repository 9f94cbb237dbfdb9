"""Which groups there are, where and when: two years behind, a few weeks ahead, and one group for each situation."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from learningcity.clock import CASABLANCA
from learningcity.models import Holiday
from programmes.models import Course, CourseRun, Venue

from .people import OLDEST
from .places import closures_by_venue

DAYS_BEHIND, DAYS_AHEAD = 730, 38
MARKED_SHARE = 0.67  # of enrolments × meetings, how many get a mark: the rest wait, leave, or lie ahead
CAPACITIES = [12, 16, 20, 20, 24, 25, 30]
HOURS = [time(9), time(10), time(14, 30), time(16), time(18)]
CLOSES_AT = time(18)
MOVED = 0.03  # of meetings between the first and the last
REMOTE_THEMES = {"digital", "language", "job"}
WOMENS_COURSES = {"C010", "C018", "C019", "C020", "C022", "C023", "C024", "C025"}
KINDS = {
    "reading": {"library", "social", "women", "youth", "cultural"},
    "digital": {"digital", "youth", "social", "library", "vocational", "cultural"},
    "trade": {"vocational", "women", "second_chance", "social", "youth"},
    "language": {"languages", "cultural", "library", "youth", "social"},
    "child": {"youth", "cultural", "second_chance", "social"},
    "job": {"vocational", "youth", "social", "cultural"},
    "culture": {"cultural", "youth", "social"},
    "living": {"social", "women", "library", "youth", "cultural"},
}
# Course, venue, days from today to the first meeting, capacity, people who ask, and what else is particular.
SITUATIONS = [
    ("C012", "V039", -35, 25, 14, {"today": True, "is_ours": True, "at": time(18)}),
    ("C012", "V039", 23, 20, 9, {"is_ours": True, "at": time(16)}),
    ("C005", "V043", 21, 20, 8, {"desk_seats": 4, "is_ours": True, "at": time(10)}),
    ("C001", "V040", 14, 24, 21, {"women_only": True}),
    ("C013", "V044", 18, 16, 23, {}),
    ("C007", "V054", 12, 15, 21, {"waiting_places": 6, "never_cancels": True}),
    ("C010", "V053", 60, 20, 0, {"opens_in": 5}),
    ("C026", "V008", 75, 16, 0, {"opens_in": 12}),
    ("C040", "V039", 16, 20, 9, {}),
    ("C001", "V052", 20, 20, 6, {"desk_seats": 5}),
    ("C034", "V030", 9, 20, 11, {"decision": "cancelled"}),
    ("C017", "V045", 25, 16, 9, {"decision": "postponed"}),
    ("C039", "V020", 15, 12, 5, {"women_only": True}),
    ("C033", "V021", 11, 25, 22, {}),
    ("C044", "V029", 19, 18, 4, {}),
    ("C012", "V011", 30, 20, 7, {"desk_seats": 2}),
    ("C036", "V028", -42, 20, 19, {}),
]


@dataclass(slots=True)
class PlannedRun:
    course: Course
    venue: Venue
    starts_on: date  # moved to the first meeting
    capacity: int
    demand: int
    at: time
    meetings: int
    mode: str = CourseRun.Mode.ON_SITE
    language: str = ""
    women_only: bool = False
    desk_seats: int = 0
    waiting_places: int = 50
    decision: str = "planned"
    opens_in: int | None = None
    never_cancels: bool = False
    today: bool = False  # a meeting is today, whatever the day, and latecomers are welcome
    is_ours: bool = False  # taught by the trainer who signs in
    dates: list = field(default_factory=list)
    skipped: dict = field(default_factory=dict)  # {day: why nothing takes place}
    moved: dict = field(default_factory=dict)  # {day: day it was planned for}
    opens_at: datetime = None
    closes_at: datetime = None

    @property
    def first_morning(self):
        """Nobody of the demonstration comes late, though a group may let people."""
        return instant(self.starts_on, time(0))

    @property
    def youngest(self):
        return self.course.minimum_age or 6

    @property
    def oldest(self):
        return self.course.maximum_age or OLDEST

    @property
    def minutes(self):
        """The hours of the course over twelve meetings."""
        return self.course.hours * 5

    @property
    def ends_at(self):
        return (datetime.combine(date.min, self.at) + timedelta(minutes=self.minutes)).time()


def instant(day, moment):
    """The UTC instant of a wall clock in Casablanca."""
    return datetime.combine(day, moment, CASABLANCA).astimezone(UTC)


class Planner:
    def __init__(self, rng, today, *, enrolments, attendance, weights):
        self.rng, self.today, self.enrolments = rng, today, enrolments
        self.usual = max(2, round(attendance / enrolments / MARKED_SHARE))
        self.courses = list(Course.objects.published().select_related("organisation", "programme").order_by("code"))
        self.venues = list(Venue.objects.filter(is_open=True).exclude(district=None).order_by("code"))
        self.holidays = dict(Holiday.objects.values_list("date", "name_fr"))
        self.closures = closures_by_venue()
        self.details = Random(f"{today} details")  # apart, so that a detail more leaves everyone's fate as it is
        self.weights = weights
        self.choices = {}

    def runs(self):
        """Every run, oldest first; their demands sum to the enrolments wanted."""
        special = [self.situation(*row) for row in SITUATIONS]
        left = self.enrolments - sum(run.demand for run in special)
        ordinary = []
        while left > 0:
            ordinary.append(self.ordinary(len(ordinary)))
            ordinary[-1].demand = min(left, ordinary[-1].demand)
            left -= ordinary[-1].demand
        for run in sorted(ordinary + special, key=lambda run: run.starts_on):
            yield self.dated(run)

    def situation(self, course, venue, days, capacity, demand, more):
        starts_on = self.today + timedelta(days=days)
        return PlannedRun(
            course=next(item for item in self.courses if item.code == course),
            venue=next(item for item in self.venues if item.code == venue),
            starts_on=starts_on,
            capacity=capacity,
            demand=demand,
            meetings=12,
            **({"at": self.rng.choice(HOURS)} | more),
        )

    def ordinary(self, place):
        """Programmes grow, so more groups lie near today."""
        rng = self.rng
        course = self.courses[place % len(self.courses)]
        venue = self.venue_for(course)
        capacity = rng.choice(CAPACITIES)
        women = venue.kind == "women" or rng.random() < (0.7 if course.code in WOMENS_COURSES else 0.05)
        return PlannedRun(
            course=course,
            venue=venue,
            starts_on=self.today + timedelta(days=DAYS_AHEAD - int((DAYS_BEHIND + DAYS_AHEAD) * rng.random() ** 1.2)),
            capacity=capacity,
            demand=max(3, round(capacity * rng.uniform(0.42, 1.22))),
            at=rng.choice(HOURS),
            meetings=max(2, self.usual + rng.randrange(-2, 3)),
            women_only=women,
            desk_seats=rng.choice([0, 0, 0, 2, 3]),
            mode=self.mode_of(course),
            language=self.details.choice(["", "", "arabic", "french"]) if course.language == "both" else "",
        )

    def mode_of(self, course):
        if course.theme not in REMOTE_THEMES:
            return CourseRun.Mode.ON_SITE
        return self.details.choices(CourseRun.Mode.values, (0.8, 0.1, 0.1))[0]

    def venue_for(self, course):
        if course.theme not in self.choices:
            fitting = [venue for venue in self.venues if venue.kind in KINDS[course.theme]]
            shares = [self.weights[venue.district_id] for venue in fitting]
            crowded = {venue.district_id: sum(v.district_id == venue.district_id for v in fitting) for venue in fitting}
            shares = [share / crowded[venue.district_id] for share, venue in zip(shares, fitting, strict=True)]
            self.choices[course.theme] = fitting, shares
        return self.rng.choices(*self.choices[course.theme])[0]

    def dated(self, run):
        """Weekly meetings that step over holidays and closures, and the window of enrolment before them."""
        day = run.starts_on
        while not run.today and not self.suits(day, run):
            day += timedelta(days=1)
        while len(run.dates) < run.meetings:
            why = self.why_not(day, run)
            if why and not (run.today and day == self.today):
                run.skipped[day] = why
            else:
                run.dates.append(day)
            day += timedelta(days=7)
        if not run.today:
            self.move_some(run)
        run.starts_on = run.dates[0]
        opens_on = run.starts_on - timedelta(days=45)
        if run.opens_in is not None:
            opens_on = self.today + timedelta(days=run.opens_in)
        run.opens_at = instant(opens_on, time(9))
        last_day = self.today + timedelta(days=1) if run.today else run.starts_on - timedelta(days=1)
        run.closes_at = instant(last_day, CLOSES_AT)
        return run

    def move_some(self, run):
        """By one to three days; never the first meeting nor the last."""
        for place in range(1, len(run.dates) - 1):
            day = run.dates[place] + timedelta(days=self.details.randrange(1, 4))
            if self.details.random() < MOVED and self.suits(day, run):
                run.moved[day], run.dates[place] = run.dates[place], day

    def suits(self, day, run):
        return day.weekday() != 6 and not self.is_friday_midday(day, run) and not self.why_not(day, run)

    def why_not(self, day, run):
        """The holiday or the closure of the place on this day, or ''."""
        closed = (item.reason for item in self.closures.get(run.venue.pk, ()) if item.first_day <= day <= item.last_day)
        return self.holidays.get(day) or next(closed, "")

    def is_friday_midday(self, day, run):
        return day.weekday() == 4 and run.at.hour < 15 and run.ends_at.hour >= 12
