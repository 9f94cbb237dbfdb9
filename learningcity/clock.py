"""What time it is: the database decides, and a day is always a civil day in Casablanca."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection

CASABLANCA = ZoneInfo("Africa/Casablanca")


def now():
    """The instant by the database's clock, in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def local_day(instant: datetime):
    return instant.astimezone(CASABLANCA).date()
