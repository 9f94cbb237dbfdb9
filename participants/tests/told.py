"""Offers of which a phone was told some time ago, and what it writes about them."""

from datetime import time, timedelta
from itertools import count

from learningcity import clock
from learningcity.providers.gateway import Text

from ..models import Enrolment
from ..services import hours, replies

PHONE = "+212612345678"
numbers = count(1)


def open_moment():
    """Ten in the morning of the last open day before today."""
    today = clock.local_day(clock.now())
    mornings = (hours.instant(today - timedelta(days=days), time(10)) for days in count(1))
    return next(moment for moment in mornings if hours.is_open(moment))


def told_earlier(place):
    Enrolment.objects.filter(pk=place.pk).update(offered_at=open_moment(), joined_at=open_moment())
    place.refresh_from_db()
    return place


def write(text, *, at=None, phone=PHONE):
    """The code of what became of it."""
    return replies.receive(Text(f"m{next(numbers)}", phone, text, at or clock.now()))
