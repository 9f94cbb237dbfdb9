"""What time it is: the database decides, and a day is always a civil day in Casablanca."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

CASABLANCA = ZoneInfo("Africa/Casablanca")


def now():
    """The instant by the database's clock, in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def knows_the_law():
    """Morocco is at UTC+1 until 2026-09-20 and at UTC+0 from then on; older rules think otherwise."""
    noons = [datetime(*day, 12, tzinfo=CASABLANCA) for day in [(2026, 8, 1), (2027, 1, 15)]]
    return [noon.utcoffset() for noon in noons] == [timedelta(hours=1), timedelta(0)]


def local_day(instant: datetime):
    return instant.astimezone(CASABLANCA).date()
