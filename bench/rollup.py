"""The rollup against bare SQL on the same rows: `.venv/bin/python bench/rollup.py`, about four minutes.

    --enrolments 50000 --attendance 500000   the city it makes, in a PostgreSQL of its own that is gone afterwards
    --times 10     how many times those marks the long past of P9 has; 1 takes the past that is there
    --rounds 3     after a first one that is dropped; a round of more than a minute is run once

With DATABASE_URL it measures the city that is there (`--times` is then 1) and computes its facts again; it adds the
schemas bench_* and takes them away. Exit code 1 when a figure differs from bare SQL, which is looked at first.

Seconds are those of the processor of the database, on the clock in brackets. The floors:
  P8  all facts against a plain serial GROUP BY over the raw rows with distinct people, for the same periods (windows of
      twelve months: a sample), with one set of cuts of our eight and nothing but minutes; and for the months alone
  P9  the current month and all periods that include it, against the bare statement for the month alone, and for each
      of these periods; then the same work in cities that differ in their past only
"""

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

PLAIN = """
SELECT {period}, e.district_id, e.sex, (extract(year FROM a.day)::int - e.birth_year) / 10,
    count(DISTINCT e.participant_id), sum(a.minutes)
FROM participants_attendance a JOIN participants_enrolment e ON e.id = a.enrolment_id
WHERE a.day BETWEEN %(start)s AND %(end)s GROUP BY 1, 2, 3, 4
"""
MONTHS, QUARTERS = "date_trunc('month', a.day)", "date_trunc('quarter', a.day)"
SCHOOL_YEARS = "date_trunc('year', a.day + interval '4 months')"
SAMPLE = 8  # one in so many of the twelve-month windows is measured, the others are taken to cost the same
MARKS = """
SELECT count(*), count(*) FILTER (WHERE day < %(opened)s), percentile_disc(0.9) WITHIN GROUP (ORDER BY day)
FROM participants_attendance
"""
LONG = 60  # seconds after which one round has to do
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
    stop = ready(options)
    try:
        equal = measure(options)
    finally:
        stop()
    sys.exit(not equal)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--enrolments", type=int, default=50_000)
    parser.add_argument("--attendance", type=int, default=500_000)
    parser.add_argument("--times", type=int, default=1 if "DATABASE_URL" in os.environ else 10)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def ready(options):
    """Django on the city to measure. Returns the function that takes away what was started for it."""
    from learningcity.local import throwaway

    is_own = "DATABASE_URL" not in os.environ
    stop = throwaway.start() if is_own else lambda: None
    os.environ |= {"DJANGO_SETTINGS_MODULE": "learningcity.settings.base"}
    for name, value in {
        "SECRET_KEY": "bench",
        "SITE_URL": "http://localhost",
        "REDIS_URL": "redis://localhost",
    }.items():
        os.environ.setdefault(name, value)
    try:
        if is_own:
            manage("migrate", "-v0")
            manage("demo", "--force", "--scale", options.enrolments, "--attendance", options.attendance)
        import django

        django.setup()
    except BaseException:
        stop()
        raise
    return stop


def manage(*command):
    """In a process of its own, so that ours stays as large as a worker."""
    subprocess.run([sys.executable, CHECKOUT / "manage.py", *map(str, command)], check=True, stdout=sys.stderr)


def measure(options):
    """Print everything. Returns whether all figures were equal."""
    from indicators import rollup as figures
    from indicators.base import periods_touched

    describe()
    figures.rebuild(cause="bench")
    month = figures.held_months()[1]
    periods = periods_touched(month, month, month)
    wrong = [period for period in periods if cells_of(bare(period)) != facts_of(period)]
    say("equal", f"{len(periods) - len(wrong)} of {len(periods)} open periods to the unit, every cell", *wrong)

    def open_month():
        figures.rollup(month, month, cause="bench")

    say("statements", "{} with {} indicators, {} with {}".format(*statements(figures, open_month)))
    ours, everything, months = race(
        options.rounds, lambda: figures.rebuild(cause="bench"), lambda: plain_everything(figures), lambda: plain(MONTHS)
    )
    compare("P8", "full rebuild", ours, "plain SQL, same periods", everything)
    compare("P8", "full rebuild", ours, "plain SQL, months alone", months)
    say("memory", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB at most in this process")
    of_month = [period for period in periods if period.kind == "month"]
    ours, one, all_four = race(
        options.rounds,
        open_month,
        lambda: [bare(period) for period in of_month],
        lambda: [bare(period) for period in periods],
    )
    compare("P9", "open month, its periods", ours, "bare SQL, month alone", one)
    compare("P9", "open month, its periods", ours, "bare SQL, same periods", all_four)
    return histories(options, figures, periods, open_month) and not wrong


def say(name, *words):
    print(f"{name:11}", *words, flush=True)


def compare(name, ours, mine, floor, bare_sql):
    cells = [f"{what} {cpu:6.2f} s ({clock:.1f})" for what, (cpu, clock) in ((ours, mine), (floor, bare_sql))]
    say(name, f"{'   '.join(cells)}   ratio {mine[0] / bare_sql[0]:.2f}")


def describe():
    cpu = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    version = run("SELECT current_setting('server_version'), current_setting('shared_buffers')")[0]
    name = cpu.rpartition(": ")[2] or platform.machine()
    say("machine", f"{os.cpu_count()} x {name}, {memory} GB; PostgreSQL {version[0]}, shared_buffers {version[1]}")
    say("rows", rows_here())


def rows_here():
    counts = "SELECT (SELECT count(*) FROM participants_enrolment), count(*), min(day), max(day)"
    enrolments, marks, first, last = run(f"{counts} FROM participants_attendance")[0]
    return f"{enrolments:,} enrolments, {marks:,} marks from {first} to {last}"


def statements(figures, open_month):
    """How many one rollup takes, and with how many indicators; then with one more."""
    from dataclasses import replace

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from indicators.base import Measure

    every, found = figures.INDICATORS, []
    twelve_hours = Measure("twelve_hours", "count(*) FILTER (WHERE minutes >= 720)")
    extra = replace(every["ACC-01"], code="BENCH", numerator=twelve_hours, people=twelve_hours)
    for more in ({}, {extra.code: extra}):
        figures.INDICATORS = every | more
        with CaptureQueriesContext(connection) as queries:
            open_month()
        found += [len(queries), len(figures.INDICATORS)]
    figures.INDICATORS = every
    return found


def race(rounds, *deeds):
    """Alternate. Medians of (processor seconds of the database, seconds on the clock), a pair per deed."""
    tidy()
    started = time.perf_counter()
    results = [[spent(deed) for deed in deeds]]
    if time.perf_counter() - started < LONG:
        results = [[spent(deed) for deed in deeds] for _round in range(rounds)]
    return [tuple(map(statistics.median, zip(*column, strict=True))) for column in zip(*results, strict=True)]


def tidy():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE indicators_learnermonth, indicators_fact")


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


def run(statement, **values):
    """All rows, by one process of the database with the memory that the rollup takes."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


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


def histories(options, figures, periods, open_month):
    """The open month in cities with the same current month and another past. Returns whether their figures agree."""
    import pasts

    month, opened = figures.held_months()[1], min(period.start for period in periods)
    every, older, young = run(MARKS, opened=opened)[0]
    copies = round((options.times - 1) * every / max(older, 1))
    long = "bench_long" if copies else "public"
    cities = {"bench_young": {"since": min(month, young)}, "bench_open": {"since": opened}}
    cities |= {long: {"before": opened, "copies": copies}} if copies else {}
    try:
        for city, past in cities.items():
            pasts.make(city, **past)
            with pasts.inside(city):
                figures.rebuild(cause="bench")
        return compare_pasts(options, periods, open_month, long)
    finally:
        for city in cities:
            pasts.drop(city)


def compare_pasts(options, periods, open_month, long):
    import pasts

    def work_in(city):
        with pasts.inside(city):
            tidy()
            return spent(open_month)

    def seen_in(city, look):
        with pasts.inside(city):
            return look()

    rows = {city: seen_in(city, rows_here) for city in (long, "bench_open", "bench_young", "public")}
    for meaning, more, less in (
        ("Same open periods, what lies before them differs: what a longer history costs.", long, "bench_open"),
        ("Same month, its periods hold less too: these fewer rows are rightly less work.", "public", "bench_young"),
    ):
        mine, other = race(options.rounds, lambda city=more: work_in(city), lambda city=less: work_in(city))
        say("P9 history", meaning)
        say("", f"  more: {rows[more]}")
        say("", f"  less: {rows[less]}")
        compare("", "  more", mine, "less", other)
    there, here = (seen_in(city, lambda: list(map(facts_of, periods))) for city in (long, "bench_open"))
    say("equal", "figures of the open periods are the same in both pasts" if there == here else "NOT EQUAL: pasts")
    return there == here


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
