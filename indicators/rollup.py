"""Rows become facts: fold the months that changed, then recount every period that contains them.

One statement folds a month and one fills a period, for all indicators and all cuts. A period is replaced whole, so
computing twice changes nothing; people are recounted per period from their months and never summed over periods.
"""

from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import Min

from learningcity import clock

from . import sources
from .base import MATURITY_DAYS, Measure, Population, first_day, last_day, months_between, periods_touched
from .definitions import INDICATORS
from .models import Fact, LearnerMonth, RollupRun

LOCK = 2_024_110  # one rollup at a time
CELL_MASK = (1 << sources.CELL_BITS) - 1


def rollup(first_month: date, last_month: date, *, cause):
    """Recompute these months and every period that includes one of them. Returns the RollupRun, or None when another
    rollup is at work: what it leaves is taken up by the next."""
    return _run(first_month, last_month, cause=cause, forget=False)


def rebuild(*, cause):
    """Everything again from the raw rows, closed periods too. None when nothing was ever held."""
    months = held_months()
    if months is None:
        return None
    return _run(months[0], max(months[1], _this_month()), cause=cause, forget=True)


def catch_up(*, cause):
    """The months still open to late marks, and those missed since the last rollup that came to its end."""
    months = held_months()
    if months is None:
        return None
    done = RollupRun.objects.finished()
    first = done.aggregate(first=Min("first_month"))["first"]
    last = done.up_to_date().order_by("started_at").last()
    if first is None or first > months[0] or last is None:
        return rebuild(cause=cause)
    seen_until = clock.local_day(last.started_at)
    return rollup(first_day(seen_until - timedelta(days=MATURITY_DAYS)), _this_month(), cause=cause)


def _this_month():
    return first_day(clock.local_day(clock.now()))


def held_months():
    """First and last month in which something was held."""
    with connection.cursor() as cursor:
        cursor.execute(sources.HELD_MONTHS)
        first, last = cursor.fetchone()
    return first and (first, last)


def _run(first_month, last_month, *, cause, forget):
    until = max(last_month, _this_month())
    run = RollupRun.objects.create(first_month=first_month, last_month=last_month, started_at=clock.now(), cause=cause)
    with transaction.atomic(), connection.cursor() as cursor:
        if not _alone(cursor):
            run.delete()
            return None
        if forget:
            cursor.execute(f"TRUNCATE {LearnerMonth._meta.db_table}")  # only the rollup reads it
            cursor.execute(f"DELETE FROM {Fact._meta.db_table}")  # pages read the old facts until the commit
        for month in months_between(first_month, last_month):
            fold(cursor, month)
        if forget:
            cursor.execute(f"ANALYZE {LearnerMonth._meta.db_table}")
        statement = facts_statement(INDICATORS.values())
        run.facts = sum(fill(cursor, statement, period) for period in periods_touched(first_month, last_month, until))
    run.finished_at = clock.now()
    run.save()
    return run


def _alone(cursor):
    """Take the lock of the rollup, and more time and memory than a page has, until the transaction ends."""
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
    if not cursor.fetchone()[0]:
        return False
    cursor.execute("SET LOCAL statement_timeout = 0")
    cursor.execute("SET LOCAL work_mem = '64MB'")
    return True


def fold(cursor, month: date):
    """Replace the rows of one month by what attendance says now."""
    cursor.execute(f"DELETE FROM {LearnerMonth._meta.db_table} WHERE month = %s", [month])
    columns = "month, participant, snapshot, minutes, active_minutes, expected_minutes"
    values = {"first": month, "last": last_day(month)}
    cursor.execute(f"INSERT INTO {LearnerMonth._meta.db_table} ({columns}) {sources.FOLD}", values)


def fill(cursor, statement, period):
    """Replace the facts of one period. Returns how many there are."""
    values = {"kind": str(period.kind), "start": period.start, "end": period.end}
    cursor.execute(f"DELETE FROM {Fact._meta.db_table} WHERE period_kind = %(kind)s AND period_end = %(end)s", values)
    cursor.execute(statement, values)
    return cursor.rowcount


def facts_statement(indicators):
    """The one statement that fills a period: people, then cells of 18 bits, then every cut, a row per indicator."""
    indicators = list(indicators)
    used = {part.code: part for each in indicators for part in (each.numerator, each.people, each.denominator) if part}
    measures = [part for part in used.values() if isinstance(part, Measure)]
    populations = [part for part in used.values() if isinstance(part, Population)]
    return f"""
    WITH people AS ({sources.PEOPLE}),
    folded AS (
        SELECT (snapshot & {CELL_MASK})::int AS cell, {", ".join(f"{each.people} AS {each.code}" for each in measures)}
        FROM people GROUP BY 1
    ), described AS ({sources.CELLS}),
    cells AS (
        SELECT coalesce(area, '') AS area, coalesce(sex, '') AS sex, coalesce(age, '') AS age,
            {", ".join(f"sum({each.code}) FILTER (WHERE {each.where})::bigint AS {each.code}" for each in measures)}
        FROM described GROUP BY CUBE (area, sex, age)
    ), residents AS ({sources.RESIDENTS}),
    census AS (
        SELECT coalesce(area, '') AS area, coalesce(sex, '') AS sex, coalesce(age, '') AS age, {_census(populations)}
        FROM residents GROUP BY CUBE (area, sex, age)
    )
    INSERT INTO {Fact._meta.db_table} (indicator, period_kind, period_start, period_end, area, sex, age,
        people, numerator, denominator)
    SELECT indicator, %(kind)s, %(start)s, %(end)s, area, sex, age, people, numerator, denominator
    FROM cells FULL JOIN census USING (area, sex, age)
    CROSS JOIN LATERAL (VALUES {", ".join(map(_row, indicators))}) fact (indicator, people, numerator, denominator, has)
    WHERE has
    """


def _census(populations):
    columns = [
        f"sum(residents) FILTER (WHERE year = {each.year} AND first_age >= {each.first_age}) AS {each.code}"
        for each in populations
    ]
    return ", ".join(columns) or "NULL"


def _row(indicator):
    """A cell has a fact when people are behind it; a rate, when the census knows its residents."""
    people, numerator = f"coalesce({indicator.people.code}, 0)", f"coalesce({indicator.numerator.code}, 0)"
    if isinstance(indicator.denominator, Population):
        denominator = indicator.denominator.code
        return f"('{indicator.code}', {people}, {numerator}, {denominator}, {denominator} > 0)"
    denominator = f"coalesce({indicator.denominator.code}, 0)" if indicator.denominator else "NULL::bigint"
    return f"('{indicator.code}', {people}, {numerator}, {denominator}, {people} > 0)"
