"""Everything the observatory's page shows, from one SELECT on facts. It never touches a person's row."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from learningcity import clock
from learningcity.i18n import number
from learningcity.models import District
from learningcity.models.places import Sex

from . import wording
from .base import MATURITY_DAYS, Period, Population, add_months, first_day, last_closed_quarter
from .definitions import INDICATORS
from .disclosure import OFFICIAL, Line, hidden_cells
from .models import Fact, RollupRun
from .sources import FIRST_AGES, OUTSIDE, UNKNOWN

CITY = ("", "", "")
COUNTED = "ACC-01"
HIDDEN = "⸱⸱"
ONE_CUT = Q(area="", sex="") | Q(area="", age="") | Q(sex="", age="")


@dataclass(frozen=True)
class Cell:
    """One figure as this audience may read it: `text` is printed; `reason` says why there is no value."""

    label: str
    key: tuple
    value: float | None
    text: str
    reason: str = ""
    district: District | None = None
    counted: str = ""  # the two counts behind a rate, printed beside it
    base: str = ""

    @property
    def is_hidden(self):
        return self.text == HIDDEN


@dataclass(frozen=True)
class Tile:
    """A headline figure with its unit, level, period and status."""

    indicator: object
    cell: Cell
    period: str
    status: str


class Board:
    def __init__(self, indicator, audience, *, today):
        self.indicator, self.audience, self.today = indicator, audience, today
        self.is_live = audience is OFFICIAL

    def period(self, indicator):
        """Officials follow the running period; the public reads what the last closed quarter ended."""
        if self.is_live:
            return Period.containing(indicator.live, self.today)
        return Period.ending_with(indicator.published, first_day(last_closed_quarter(self.today).end))

    @cached_property
    def facts(self):
        """{(code, period end): {cell: Fact}}: totals of every indicator, one cut at a time of the chosen one."""
        before = self._year_before(INDICATORS[COUNTED])
        wanted = self._of(INDICATORS[COUNTED], before) & Q(area="", sex="", age="")
        for indicator in INDICATORS.values():
            cuts = ONE_CUT if indicator == self.indicator else Q(area="", sex="", age="")
            wanted |= self._of(indicator, self.period(indicator)) & cuts
        found = {}
        for fact in Fact.objects.filter(wanted):
            found.setdefault((fact.indicator, fact.period_end), {})[fact.area, fact.sex, fact.age] = fact
        return found

    def _of(self, indicator, period):
        return Q(indicator=indicator.code, period_kind=period.kind, period_end=period.end)

    def _year_before(self, indicator):
        period = self.period(indicator)
        return Period.ending_with(period.kind, add_months(first_day(period.end), -12))

    @cached_property
    def last_run(self):
        return RollupRun.objects.finished().order_by("started_at").last()

    @cached_property
    def is_empty(self):
        return self.last_run is None or not any(cells.get(CITY) for cells in self.facts.values())

    @cached_property
    def districts(self):
        return list(District.objects.in_commune().order_by("code"))

    # --- What is printed -----------------------------------------------------------------------------

    @cached_property
    def tiles(self):
        return [
            Tile(
                indicator,
                self._cell(indicator, CITY, _("Casablanca")),
                wording.period(self.period(indicator)),
                self.status(indicator),
            )
            for indicator in INDICATORS.values()
        ]

    def status(self, indicator):
        """Late marks are taken in until the period is mature."""
        is_mature = self.today > self.period(indicator).end + timedelta(days=MATURITY_DAYS)
        return "final" if is_mature else "provisional"

    @cached_property
    def areas(self):
        return [self._cell(self.indicator, (each.code, "", ""), each.name, each) for each in self.districts]

    @cached_property
    def elsewhere(self):
        """Learners who live outside the city or whose district is unknown: in the total, in no district."""
        labels = {OUTSIDE: _("Outside Casablanca"), UNKNOWN: _("District not known")}
        return [] if self._is_rate else [self._cell(self.indicator, (code, "", ""), labels[code]) for code in labels]

    @property
    def rows(self):
        """The table beside the map: every district, then who lives in none."""
        return self.areas + self.elsewhere

    @cached_property
    def sexes(self):
        shown = [sex for sex in Sex if not (self._is_rate and sex == Sex.UNKNOWN)]
        return [self._cell(self.indicator, ("", sex.value, ""), sex.label) for sex in shown]

    @cached_property
    def ages(self):
        least = self.indicator.denominator.first_age if self._is_rate else 0
        bands = [band for band, first in FIRST_AGES.items() if first >= least]
        return [self._cell(self.indicator, ("", "", band), wording.age_band(band)) for band in bands]

    @cached_property
    def city(self):
        return self._cell(self.indicator, CITY, _("The city"))

    @cached_property
    def sentence(self):
        counted = INDICATORS[COUNTED]
        now = self._cell(counted, CITY, "")
        before = self.facts.get((COUNTED, self._year_before(counted).end), {}).get(CITY)
        shown_before = before and before.people >= self.audience.k and self.audience.shown(before.numerator)
        return wording.headline(now.value, shown_before, self.period(counted))

    @property
    def period_text(self):
        return wording.period(self.period(self.indicator))

    @property
    def own_status(self):
        return self.status(self.indicator)

    @property
    def computed_on(self):
        return localtime(self.last_run.finished_at, clock.CASABLANCA)

    # --- What may be printed -------------------------------------------------------------------------

    @property
    def shows_counts(self):
        """Whether the tables also give the people and the residents behind each rate."""
        return self._is_rate

    @property
    def _is_rate(self):
        return isinstance(self.indicator.denominator, Population)

    def _facts_of(self, indicator):
        return self.facts.get((indicator.code, self.period(indicator).end), {})

    @cached_property
    def _hidden(self):
        """Cells of the chosen indicator that this audience may not read."""
        people = {key: fact.people for key, fact in self._facts_of(self.indicator).items()}
        cuts = [[key for key in people if key != CITY and key[place]] for place in range(3)]
        return hidden_cells(people, [Line(CITY, tuple(sorted(parts))) for parts in cuts if parts], self.audience.k)

    def _cell(self, indicator, key, label, district=None):
        fact = self._facts_of(indicator).get(key)
        is_protected = indicator == self.indicator and key in self._hidden
        if fact and (is_protected or self._is_small(indicator, fact)):
            return Cell(label, key, None, HIDDEN, _("too few people to publish"), district)
        value = self._value(indicator, fact)
        if value is None:
            return Cell(label, key, None, "–", _("no value, because no meeting was held for these people"), district)
        text = number(value, indicator.unit.decimals)
        if not isinstance(indicator.denominator, Population):
            return Cell(label, key, value, text, "", district)
        counted = number(self.audience.shown(fact.numerator))
        return Cell(label, key, value, text, "", district, counted, number(fact.denominator))

    def _is_small(self, indicator, fact):
        """Too few people behind the figure, or too few that it is a share of."""
        base = fact.denominator if isinstance(indicator.denominator, Population) else fact.people
        return 0 < fact.people < self.audience.k or (indicator.is_share and 0 < base < self.audience.least_base)

    def _value(self, indicator, fact):
        if fact is None:
            return None if indicator.is_share else 0
        counts_people = indicator.numerator == indicator.people
        numerator = self.audience.shown(fact.numerator) if counts_people else fact.numerator
        return indicator.value(numerator, fact.denominator)
