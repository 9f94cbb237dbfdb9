"""When people are written to and have to answer: from 9 to 19 h, never at noon on a Friday, never on a holiday."""

from datetime import datetime, time, timedelta

from learningcity import clock
from learningcity.models import Holiday

FRIDAY = 5
OPEN = [(time(9), time(19))]
OPEN_ON_FRIDAY = [(time(9), time(12)), (time(15), time(19))]
MOST_DAYS_OFF = 15  # in a row: longer than any feast


def next_moment(at):
    """This instant when it is a good one, or the next that is."""
    for start, end in spans(clock.local_day(at)):
        if at < end:
            return max(at, start)
    raise ValueError("No day of the next two weeks is open.")


def last_moment(at):
    """This instant when it is a good one, or the last that was."""
    day = clock.local_day(at)
    for start, end in reversed(list(spans(day - timedelta(days=MOST_DAYS_OFF)))):
        if start <= at:
            return min(at, end)
    raise ValueError("No day of the last two weeks was open.")


def is_open(at):
    return next_moment(at) == at


def spans(first):
    """[(instant, instant)] of the open hours of the days from this one on, in order."""
    days = [first + timedelta(days=number) for number in range(MOST_DAYS_OFF + 1)]
    off = set(Holiday.objects.filter(date__in=days).values_list("date", flat=True))
    for day in days:
        if day not in off:
            hours = OPEN_ON_FRIDAY if day.isoweekday() == FRIDAY else OPEN
            yield from ((instant(day, start), instant(day, end)) for start, end in hours)


def instant(day, hour):
    return datetime.combine(day, hour, tzinfo=clock.CASABLANCA)


def window(at, *, last, longest, shortest):
    """(when it begins, when it ends) of the time to answer something that has to be known at `last`, or None when too
    little is left. The nearer `last` is, the shorter: half of what is left, at most `longest`."""
    begins = next_moment(at)
    ends = next_moment(begins + min(longest, (last - begins) / 2))
    if ends > last:
        ends = last_moment(last)
    return (begins, ends) if ends - begins >= shortest else None
