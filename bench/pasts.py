"""Cities with the same present and another past, in schemas beside the city that is there: what a rollup reads and
writes, in tables of the same names that the search path finds first."""

from contextlib import contextmanager
from datetime import date

from django.db import connection, transaction

from indicators.models import Fact, LearnerMonth
from participants.demo.tables import without_checks
from participants.models import Attendance, Enrolment
from programmes.models import Meeting

POURED = {
    Meeting: "date >= %(first)s AND date < %(end)s",
    Enrolment: "run_id IN (SELECT run_id FROM public.programmes_meeting WHERE date >= %(first)s AND date < %(end)s)",
    Attendance: "day >= %(first)s AND day < %(end)s",
}
STEP = 10**9  # between the keys of one copy and those of the next
KEYS, DAYS = {"id", "run_id", "meeting_id", "enrolment_id"}, {"date", "day", "confirmed_on", "started_on", "exited_on"}
SECRETS = {"token", "reference"}


@contextmanager
def inside(city):
    """Everything that is said to the database concerns this city."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET search_path TO {city}, public")
        try:
            yield
        finally:
            cursor.execute("RESET search_path")


def make(city, *, since=date.min, before=None, copies=0):
    """The rows from `since` on, and behind them those before `before` again and again, each time further back."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET maintenance_work_mem = '256MB'")
        cursor.execute(f"DROP SCHEMA IF EXISTS {city} CASCADE")
        cursor.execute(f"CREATE SCHEMA {city}")
        tables = [model._meta.db_table for model in (*POURED, LearnerMonth, Fact)]
        for table in tables:
            cursor.execute(f"CREATE TABLE {city}.{table} (LIKE public.{table} INCLUDING ALL)")
        cursor.execute("SELECT min(date) FROM programmes_meeting")
        span = (before - cursor.fetchone()[0]).days if copies else 0
        with inside(city), transaction.atomic(), without_checks(tables):
            for back in range(copies, 0, -1):
                pour(cursor, city, back, span * back, {"first": date.min, "end": before})
            pour(cursor, city, 0, 0, {"first": since, "end": date.max})
        with inside(city):
            cursor.execute(f"VACUUM ANALYZE {', '.join(tables)}")


def pour(cursor, city, back, days, bounds):
    for model, condition in POURED.items():
        table = model._meta.db_table
        columns = [field.column for field in model._meta.local_concrete_fields]
        values = ", ".join(shifted(column, back * STEP, days) for column in columns)
        insert = f"INSERT INTO {city}.{table} ({', '.join(columns)}) SELECT {values} FROM public.{table}"
        cursor.execute(f"{insert} WHERE {condition}", bounds)


def shifted(column, step, days):
    if step and column in SECRETS:
        return f"to_hex(id + {step})"
    if column in KEYS:
        return f"{column} + {step}"
    return f"{column} - {days}" if column in DAYS else column


def drop(city):
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {city} CASCADE")
