"""The timetable of a group, laid over other weeks."""

from datetime import timedelta

from learningcity import clock

from ..models import Meeting
from .scheduling import KEEP
from .timetable import MOST_DAYS_OFF, DaysOff, kept, next_day, too_few

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


def later(instant, days):
    """The same local hour on another day, whatever the clock law does in between."""
    local = instant.astimezone(clock.CASABLANCA).replace(tzinfo=None)
    return (local + days).replace(tzinfo=clock.CASABLANCA)


class Pattern:
    """The meetings of a group on the days first planned for them, which whole weeks shift to others."""

    def __init__(self, run, first_day):
        meetings = run.meetings.for_timetable()
        slots = {(each.moved_from or each.date, each.starts_at): each for each in meetings}
        self.slots = [(day, slots[day, hour]) for day, hour in sorted(slots)]
        start = self.slots[0][0] if self.slots else run.starts_on
        self.first_day = next_day(first_day, start.isoweekday())
        self.shift = self.first_day - start
        self.every = min(self._gaps(), default=WEEK)

    def _gaps(self):
        """Between two meetings of the same weekday."""
        last = {}
        for day, _meeting in self.slots:
            weekday = day.isoweekday()
            if last.get(weekday, day) != day:
                yield day - last[weekday]
            last[weekday] = day

    def meetings(self, copy, *, room=KEEP, trainer=KEEP):
        """Not saved. A day off is skipped and caught up after the last, on its weekday, in the rhythm of the group."""
        queue = [(day + self.shift, meeting) for day, meeting in self.slots]
        wanted = sum(not never_planned(meeting) for _day, meeting in queue)
        off, lost, made, free = DaysOff([copy.venue_id], since=queue[0][0]) if queue else None, [], [], 0
        while free < wanted:
            day, meeting = queue.pop(0) if queue else self._catch_up(lost, made[-1].date)
            why = off.why(day, copy.venue_id)
            made.append(self._meeting(meeting, copy, day, why, room, trainer))
            free += why is None
            lost += [] if why is None else [(day, meeting)]
            if len(made) - free > MOST_DAYS_OFF:
                raise too_few(free)
        return made

    def _catch_up(self, lost, last):
        day, meeting = lost.pop(0)
        return next_day(last + DAY, day.isoweekday()) + self.every - WEEK, meeting

    @staticmethod
    def _meeting(meeting, copy, day, why, room, trainer):
        room = meeting.room if room is KEEP else room
        return Meeting(
            run=copy,
            date=day,
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            room=room,
            buffer_minutes=room.buffer_minutes if room else 0,
            trainer=meeting.trainer if trainer is KEEP else trainer,
            state=Meeting.State.SKIPPED if why else Meeting.State.PLANNED,
            reason=kept(why),
        )


def never_planned(meeting):
    """Skipped by the rule itself, which gave another day for it; a meeting skipped later has changed since."""
    return meeting.state == Meeting.State.SKIPPED and not meeting.revision
