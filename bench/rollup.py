"""The rollup against bare SQL on the same database: `DATABASE_URL=… .venv/bin/python bench/rollup.py [--rounds 3]`.

Wants a city of `manage.py demo --scale 1000000 --attendance 10000000`. Prints ours / floor (processor seconds of
the database, clock in brackets), medians of alternating rounds, after the figures of both were found equal (exit code
1 otherwise):
  everything   all facts against a plain serial GROUP BY over the raw rows with distinct people for the same periods
               (windows of twelve months: a sample): one set of cuts of our eight, minutes attended and nothing else
  months only  the same facts against that GROUP BY for the months alone
  open month   the current month and every period that includes it, against the bare statement for the month alone
  its periods  the same against the bare statement for each of these periods
With `--history URL`, a database with the same current month and less behind it, also open month / open month there.
"""

import argparse
import os
import statistics
import sys
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("SECRET_KEY", "bench")
os.environ.setdefault("SITE_URL", "http://localhost")
os.environ.setdefault("REDIS_URL", "redis://localhost")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learningcity.settings.base")

PLAIN = """
SELECT {period}, e.district_id, e.sex, (extract(year FROM a.day)::int - e.birth_year) / 10,
    count(DISTINCT e.participant_id), sum(a.minutes)
FROM participants_attendance a JOIN participants_enrolment e ON e.id = a.enrolment_id
WHERE a.day BETWEEN %(start)s AND %(end)s GROUP BY 1, 2, 3, 4
"""
MONTHS, QUARTERS = "date_trunc('month', a.day)", "date_trunc('quarter', a.day)"
SCHOOL_YEARS = "date_trunc('year', a.day + interval '4 months')"
SAMPLE = 8  # one in so many of the twelve-month windows is measured, the others are taken to cost the same
BARE = """
WITH learned AS (
    SELECT coalesce(p.merged_into_id, p.id), min(e.id) AS first,
        coalesce(sum(least(a.minutes, m.held_minutes)) FILTER (WHERE a.id IS NOT NULL), 0) AS minutes,
        coalesce(sum(least(a.minutes, m.held_minutes)) FILTER (WHERE a.id IS NOT NULL AND {active}), 0) AS active,
        coalesce(sum(m.held_minutes) FILTER (WHERE {active}), 0) AS expected
    FROM programmes_meeting m
    JOIN participants_enrolment e ON e.run_id = m.run_id
    JOIN participants_participant p ON p.id = e.participant_id
    LEFT JOIN participants_attendance a ON a.meeting_id = m.id AND a.enrolment_id = e.id
        AND a.day BETWEEN %(start)s AND %(end)s
    WHERE m.date BETWEEN %(start)s AND %(end)s AND m.state = 'held' AND (a.minutes > 0 OR {active})
    GROUP BY 1
), people AS (
    SELECT learned.*, e.sex, extract(year FROM %(end)s::date)::int - e.birth_year AS years, d.prefecture_id,
        coalesce(d.code, CASE WHEN e.lives_outside THEN 'outside' ELSE 'unknown' END) AS area
    FROM learned JOIN participants_enrolment e ON e.id = first LEFT JOIN learningcity_district d ON d.id = e.district_id
), banded AS (
    SELECT *, CASE WHEN years < 10 THEN 'Y_LT10' WHEN years < 15 THEN 'Y10T14' WHEN years < 20 THEN 'Y15T19'
        WHEN years < 25 THEN 'Y20T24' WHEN years < 35 THEN 'Y25T34' WHEN years < 45 THEN 'Y35T44'
        WHEN years < 55 THEN 'Y45T54' WHEN years < 65 THEN 'Y55T64' ELSE 'Y_GE65' END AS age FROM people
)
SELECT coalesce(area, ''), coalesce(sex, ''), coalesce(age, ''),
    count(*) FILTER (WHERE minutes >= 60),
    count(*) FILTER (WHERE minutes >= 60 AND prefecture_id IS NOT NULL AND years >= 15),
    sum(minutes), sum(active), sum(expected)
FROM banded GROUP BY CUBE (area, sex, age)
""".replace(
    "{active}",
    "(e.state <> 'no_show' AND m.date >= e.confirmed_on AND m.date <= coalesce(e.exited_on, 'infinity'))",
)


def main():
    options = arguments()
    import django

    django.setup()
    from indicators import rollup as figures
    from indicators.base import periods_touched

    figures.rebuild(cause="bench")
    month = figures.held_months()[1]
    periods = periods_touched(month, month, month)
    wrong = [period for period in periods if cells_of(bare(period)) != facts_of(period)]
    for period in wrong:
        print(f"NOT EQUAL: {period}")
    race("months only", lambda: figures.rebuild(cause="bench"), lambda: plain(MONTHS), options.rounds)
    race("everything", lambda: figures.rebuild(cause="bench"), lambda: plain_everything(figures), options.rounds)

    def open_month():
        figures.rollup(month, month, cause="bench")

    months = [period for period in periods if period.kind == "month"]
    race("open month", open_month, lambda: [bare(period) for period in months], options.rounds)
    race("its periods", open_month, lambda: [bare(period) for period in periods], options.rounds)
    if options.history:
        race("more history", open_month, lambda: elsewhere(options.history, open_month), options.rounds)
    sys.exit(bool(wrong))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--history", metavar="URL")
    return parser.parse_args()


def race(name, ours, floor, rounds):
    """Alternate, the first round dropped. Seconds of processor in the database, and on the clock."""
    results = [(*spent(ours), *spent(floor)) for _ in range(rounds + 1)][1:]
    mine, my_clock, bare_sql, its_clock = (statistics.median(column) for column in zip(*results, strict=True))
    print(
        f"{name:12} ours {mine:6.2f} s ({my_clock:.1f})   floor {bare_sql:6.2f} s ({its_clock:.1f})   "
        f"ratio {mine / bare_sql:.2f}",
        flush=True,
    )


def spent(deed):
    """(processor seconds of the database process at work, seconds on the clock), unless the deed says them."""
    from django.db import connection

    connection.ensure_connection()
    pid, started = connection.connection.info.backend_pid, time.perf_counter()
    before = processor(pid)
    said = deed()
    return said if isinstance(said, tuple) else (processor(pid) - before, time.perf_counter() - started)


def processor(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def elsewhere(url, deed):
    """What the deed spends on another database."""
    import environ
    from django.db import connection

    here = connection.settings_dict["NAME"], connection.settings_dict["HOST"]
    there = environ.Env.db_url_config(url)
    connection.close()
    connection.settings_dict |= {"NAME": there["NAME"], "HOST": there["HOST"]}
    connection.ensure_connection()
    try:
        return spent(deed)
    finally:
        connection.close()
        connection.settings_dict |= dict(zip(("NAME", "HOST"), here, strict=True))
        connection.ensure_connection()


def run(statement, **values):
    """All rows, by one process of the database with the memory that the rollup takes."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        cursor.execute(statement, values)
        return cursor.fetchall()


def plain(expression, start=date.min, end=date.max):
    return run(PLAIN.replace("{period}", expression), start=start, end=end)


def plain_everything(figures):
    """What the plain statements spend on all periods: three passes, and every window of twelve months."""
    from indicators.base import Kind, periods_touched

    month = figures.held_months()
    windows = [period for period in periods_touched(*month, month[1]) if period.kind == Kind.YEAR]
    passes = [spent(lambda by=by: plain(by)) for by in (MONTHS, QUARTERS, SCHOOL_YEARS)]
    sampled = [spent(lambda window=window: plain("1", window.start, window.end)) for window in windows[::SAMPLE]]
    share = len(windows) / len(sampled)
    return tuple(
        sum(a) + sum(b) * share for a, b in zip(zip(*passes, strict=True), zip(*sampled, strict=True), strict=True)
    )


def bare(period):
    return run(BARE, start=period.start, end=period.end)


def cells_of(rows):
    """{(indicator, area, sex, age): figures} of what is greater than 0."""
    found = {}
    for area, sex, age, learners, residents, minutes, active, expected in rows:
        figures = {"ACC-01": learners, "ACC-03": residents, "ACC-04": minutes, "RET-02": (active, expected)}
        found |= {(code, area, sex, age): value for code, value in figures.items()}
    return {key: value for key, value in found.items() if value not in (0, (0, 0)) and not beyond_census(key)}


def facts_of(period):
    from indicators.models import Fact

    facts = Fact.objects.filter(period_kind=period.kind, period_end=period.end)
    found = {
        (fact.indicator, fact.area, fact.sex, fact.age): (
            (fact.numerator, fact.denominator) if fact.indicator == "RET-02" else fact.numerator
        )
        for fact in facts
    }
    return {key: value for key, value in found.items() if value not in (0, (0, 0))}


def beyond_census(key):
    """A rate has no cell for those the census does not know."""
    return key[0] == "ACC-03" and key[2] == "U"


if __name__ == "__main__":
    main()
