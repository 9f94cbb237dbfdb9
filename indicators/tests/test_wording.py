from datetime import date

import pytest
from django.utils import translation

from indicators import wording
from indicators.base import Kind, Period

YEAR = Period.containing(Kind.YEAR, date(2026, 9, 30))


@pytest.mark.parametrize(
    ("people", "before", "ending"),
    [
        (1200, 1000, "20% more than the year before."),
        (800, 1000, "20% fewer than the year before."),
        (1010, 1000, "No clear difference from the year before."),
        (1200, None, "in the 12 months to 30 September 2026."),
        (1200, 0, "in the 12 months to 30 September 2026."),
        (None, 1000, "Not enough data for a figure of the whole city yet."),
    ],
)
def test_the_sentence_follows_the_figures(people, before, ending):
    with translation.override("en"):
        assert wording.headline(people, before, YEAR).endswith(ending)


def test_age_bands_are_words():
    with translation.override("en"):
        assert [wording.age_band(code) for code in ("Y_LT10", "Y25T34", "Y_GE65")] == [
            "under 10 years",
            "25 to 34 years old",
            "65 years and over",
        ]


def test_periods_are_words():
    with translation.override("en"):
        assert wording.period(YEAR) == "12 months to 30 September 2026"
        assert wording.period(Period.containing(Kind.MONTH, date(2026, 11, 3))) == "month: November 2026"
        assert (
            wording.period(Period.containing(Kind.QUARTER, date(2026, 11, 3)))
            == "from 1 October 2026 to 31 December 2026"
        )
