from datetime import date

import pytest

from indicators.base import Kind, Period, add_months, last_closed_quarter, periods_touched


@pytest.mark.parametrize(
    ("kind", "day", "start", "end"),
    [
        (Kind.MONTH, date(2024, 2, 3), date(2024, 2, 1), date(2024, 2, 29)),
        (Kind.QUARTER, date(2026, 11, 22), date(2026, 10, 1), date(2026, 12, 31)),
        (Kind.SCHOOL_YEAR, date(2026, 8, 31), date(2025, 9, 1), date(2026, 8, 31)),
        (Kind.SCHOOL_YEAR, date(2026, 9, 1), date(2026, 9, 1), date(2027, 8, 31)),
        (Kind.YEAR, date(2026, 11, 22), date(2025, 12, 1), date(2026, 11, 30)),
    ],
)
def test_a_period_is_whole_civil_months(kind, day, start, end):
    assert Period.containing(kind, day) == Period(kind, start, end)


def test_months_cross_the_year():
    assert add_months(date(2026, 1, 1), -1) == date(2025, 12, 1)
    assert add_months(date(2026, 12, 1), 1) == date(2027, 1, 1)


def test_a_changed_month_touches_every_window_that_includes_it():
    month = date(2026, 3, 1)
    touched = periods_touched(month, month, until=date(2026, 11, 1))
    assert all(period.start <= month <= period.end for period in touched)
    assert [period.end.month for period in touched if period.kind == Kind.YEAR] == [3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert sum(period.kind != Kind.YEAR for period in touched) == 3


def test_no_window_ends_after_the_current_month():
    touched = periods_touched(date(2026, 11, 1), date(2026, 11, 1), until=date(2026, 11, 1))
    assert [period.end for period in touched if period.kind == Kind.YEAR] == [date(2026, 11, 30)]


def test_the_last_closed_quarter_has_ended():
    assert last_closed_quarter(date(2026, 11, 22)).end == date(2026, 9, 30)
    assert last_closed_quarter(date(2027, 1, 1)).end == date(2026, 12, 31)
