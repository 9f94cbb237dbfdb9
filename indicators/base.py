"""The words of the definitions: periods, measures of a source, indicators."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .models import Fact

Kind = Fact.PeriodKind
LENGTHS = {Kind.MONTH: 1, Kind.QUARTER: 3, Kind.SCHOOL_YEAR: 12, Kind.YEAR: 12}
YEAR_STARTS_IN = {Kind.QUARTER: 1, Kind.SCHOOL_YEAR: 9}
MATURITY_DAYS = 30  # late marks are taken in until then; a period older than that is closed


def first_day(day: date):
    return day.replace(day=1)


def last_day(month: date):
    return month.replace(day=monthrange(month.year, month.month)[1])


def add_months(month: date, count):
    """First day of another month."""
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def months_between(first: date, last: date):
    month = first
    while month <= last:
        yield month
        month = add_months(month, 1)


@dataclass(frozen=True, order=True)
class Period:
    """Whole civil months; `end` is the last day."""

    kind: str
    start: date
    end: date

    @classmethod
    def ending_with(cls, kind, month: date):
        """The period of this length whose last month is `month`."""
        return cls(kind, add_months(month, 1 - LENGTHS[kind]), last_day(month))

    @classmethod
    def containing(cls, kind, day: date):
        """The month, quarter or school year around a day; for twelve rolling months, the one ending with its month."""
        if kind not in YEAR_STARTS_IN:
            return cls.ending_with(kind, first_day(day))
        before = (day.month - YEAR_STARTS_IN[kind]) % LENGTHS[kind]
        return cls.ending_with(kind, add_months(first_day(day), LENGTHS[kind] - 1 - before))


def periods_touched(first_month: date, last_month: date, until: date):
    """Every period whose window includes one of the months; rolling ones end at the latest with the month `until`."""
    months = list(months_between(first_month, last_month))
    touched = {Period.containing(kind, month) for kind in (Kind.MONTH, *YEAR_STARTS_IN) for month in months}
    rolling = months_between(first_month, min(add_months(last_month, LENGTHS[Kind.YEAR] - 1), max(until, last_month)))
    return sorted(touched | {Period.ending_with(Kind.YEAR, month) for month in rolling})


def last_closed_quarter(day: date):
    quarter = Period.containing(Kind.QUARTER, day)
    return Period.containing(Kind.QUARTER, add_months(quarter.start, -1))


@dataclass(frozen=True)
class Measure:
    """What is added up over people. `people` is SQL over one person's totals of the period, `where` over her cell
    (`age` at the end of the period, `resident` of the commune); both are written by us, never by a user."""

    code: str
    people: str
    where: str = "TRUE"


@dataclass(frozen=True)
class Population:
    """Census residents of the commune in the same cell. Cells without census figures have no value."""

    code: str
    year: int
    first_age: int


@dataclass(frozen=True)
class Unit:
    """A figure is numerator × `scale` for a count, numerator / denominator × `scale` for a share."""

    scale: float
    decimals: int
    name: str
    suffix: str = ""


PERSONS = Unit(1, 0, pgettext_lazy("unit", "people"))
HOURS = Unit(1 / 60, 0, pgettext_lazy("unit", "hours"))
PERCENT = Unit(100, 1, pgettext_lazy("unit", "percent"), "%")
PER_1000 = Unit(1000, 1, pgettext_lazy("unit", "per 1,000 residents"))


@dataclass(frozen=True)
class Indicator:
    """One entry of `definitions`. `published` is the period the public reads, `live` the one officials follow;
    `people` counts the people behind a cell, which is what disclosure control looks at."""

    code: str
    name: str
    short_name: str
    unit: Unit
    numerator: Measure
    people: Measure
    numerator_text: str
    anchor: str
    published: str
    live: str
    denominator: Measure | Population | None = None
    denominator_text: str = ""
    direction: str = "higher_better"
    disclosure: str = "standard"
    unesco: tuple[str, ...] = ()
    sdg: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()

    @property
    def is_share(self):
        return self.denominator is not None

    def value(self, numerator, denominator):
        """The printed figure, or None when a share has nothing to be a share of."""
        if not self.is_share:
            return numerator * self.unit.scale
        return numerator * self.unit.scale / denominator if denominator else None


ONCE = _("People are counted once per cell and never summed over periods.")
