"""Is the machine well? One answer for `/healthz` and for the people who watch it."""

from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection
from redis import Redis
from redis.exceptions import RedisError

from .. import clock
from ..models import OutboxMessage

OLDEST_ROLLUP = 3 * 3600  # seconds; it runs every hour
OLDEST_MESSAGE = 15 * 60
DAYS_AHEAD = 400


def report():
    """Name -> {"ok": bool, ...}. Nothing in it names a person."""
    findings = {"broker": broker(), "clock": {"ok": clock.knows_the_law()}}
    try:
        at = clock.now()
        findings |= {"database": {"ok": True}, "rollup": rollup(at), "outbox": outbox(at)}
        findings["clock"]["postgresql_differs_on"] = len(days_postgres_differs(clock.local_day(at)))
    except DatabaseError:
        findings["database"] = {"ok": False}
    return findings


def broker():
    try:
        with closing_client() as client:
            return {"ok": bool(client.ping())}
    except RedisError:
        return {"ok": False}


@contextmanager
def closing_client():
    client = Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    try:
        yield client
    finally:
        client.close()


def rollup(at):
    """Seconds since the last rollup that came to its end."""
    runs = apps.get_model("indicators.RollupRun").objects.exclude(finished_at=None)
    finished = runs.order_by("-finished_at").values_list("finished_at", flat=True).first()
    age = finished and round((at - finished).total_seconds())
    return {"ok": age is not None and age <= OLDEST_ROLLUP, "age": age}


def outbox(at):
    """Seconds the oldest pending message has been due, and how many were given up."""
    due = OutboxMessage.objects.due(at).order_by("next_try_at").values_list("next_try_at", flat=True).first()
    age = round((at - due).total_seconds()) if due else 0
    dead = OutboxMessage.objects.filter(state=OutboxMessage.State.DEAD).count()
    return {"ok": age <= OLDEST_MESSAGE, "oldest": age, "dead": dead}


def days_postgres_differs(first: date):
    """Days of the next 400 on which PostgreSQL's rules for Casablanca are not ours; it is never asked, only watched."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT day::date, extract(epoch FROM (noon AT TIME ZONE 'Africa/Casablanca') - (noon AT TIME ZONE 'UTC'))
               FROM generate_series(%s::date, %s::date, interval '1 day') AS day,
                    LATERAL (SELECT (day::date + time '12:00') AT TIME ZONE 'UTC' AS noon) AS of_day""",
            [first, first + timedelta(days=DAYS_AHEAD)],
        )
        return [day for day, seconds in cursor if seconds != our_offset(day)]


def our_offset(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=clock.CASABLANCA).utcoffset().total_seconds()
