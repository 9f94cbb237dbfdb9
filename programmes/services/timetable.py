"""What a timetable would be: the days of a rule, what clashes, what deserves a second look. Nothing here writes."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dateutil.rrule import MO, WEEKLY, rrule
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from learningcity import clock
from learningcity.i18n import day_month, time_of
from learningcity.models import Holiday

from .. import wording
from ..models import Closure, Meeting

DAY = timedelta(days=1)
FRIDAY, MIDDAY = 5, (time(12), time(15))
MOST_DAYS_OFF = 60  # a rule that meets more of them in its way will not be served by waiting longer


class TimetableRefused(Exception):
    """Why nothing was changed, as sentences for people. `clashes` names each room, trainer or group taken twice."""

    def __init__(self, sentence="", *, clashes=()):
        self.clashes = list(clashes)
        self.sentences = [clash.sentence for clash in self.clashes] or [sentence]
        super().__init__(" ".join(self.sentences))

    @property
    def sentence(self):
        return self.sentences[0]


def now():
    return local(clock.now())


def local(at):
    """The date and time of an instant in Casablanca, without a zone, as meetings are written."""
    return at.astimezone(clock.CASABLANCA).replace(tzinfo=None)


def starts(meeting):
    return datetime.combine(meeting.date, meeting.starts_at)


# --- The days of a rule -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    """Every `every` weeks on `weekdays` (1 is Monday, 7 is Sunday), until `times` meetings have found a day.

    The first is on the first of those weekdays from `first_day` on. ValueError for a rule that means nothing.
    """

    weekdays: tuple[int, ...]
    starts_at: time
    ends_at: time
    first_day: date
    times: int
    every: int = 1

    def __post_init__(self):
        if not self.weekdays or not set(self.weekdays) <= set(range(1, 8)) or self.times < 1 or self.every < 1:
            raise ValueError(f"Not a rule: {self}")

    def days(self):
        """Local dates in order, without end."""
        first = min(next_day(self.first_day, weekday) for weekday in self.weekdays)
        weekdays = [weekday - 1 for weekday in self.weekdays]
        start = datetime.combine(first, time())
        return (at.date() for at in rrule(WEEKLY, start, interval=self.every, byweekday=weekdays, wkst=MO))


def next_day(day, weekday):
    """The first `weekday` (1 is Monday) from this day on."""
    return day + timedelta(days=(weekday - day.isoweekday()) % 7)


class DaysOff:
    """Holidays of the city, provisional ones too, and closures of places, read once."""

    def __init__(self, venues, *, since):
        self.holidays = {}
        for holiday in Holiday.objects.filter(date__gte=since).order_by("date", "pk"):
            self.holidays.setdefault(holiday.date, holiday)
        self.closures = defaultdict(list)
        for closure in Closure.objects.filter(venue__in=venues, last_day__gte=since).order_by("first_day", "pk"):
            self.closures[closure.venue_id].append(closure)

    def why(self, day, venue_id):
        """The Holiday or the Closure of this day at this place, or None."""
        closed = (each for each in self.closures[venue_id] if each.first_day <= day <= each.last_day)
        return self.holidays.get(day) or next(closed, None)


def kept(off):
    """What a skipped meeting remembers: the closure's reason, or the French name of the holiday as its key."""
    return (off.name_fr if isinstance(off, Holiday) else off.reason)[:120] if off else ""


def said(off):
    """The same for the reader, in her language; a provisional date says so."""
    if not isinstance(off, Holiday):
        return off.reason if off else ""
    return _("%(holiday)s (date to be confirmed)") % {"holiday": off.name} if off.is_provisional else off.name


def days_of(rule, venue):
    """[(day, Holiday or Closure or None)] until the rule has its number of days; TimetableRefused when it cannot."""
    off, days, free = DaysOff([venue], since=rule.first_day), [], 0
    for day in rule.days():
        why = off.why(day, venue.pk)
        days.append((day, why))
        free += why is None
        if free == rule.times:
            return days
        if len(days) - free > MOST_DAYS_OFF:
            break
    raise too_few(free)


def too_few(free):
    """Why a rule or a copy did not find its number of days, to be raised."""
    sentence = ngettext(
        "Only %(n)s meeting finds a day: the place is closed for too long.",
        "Only %(n)s meetings find a day: the place is closed for too long.",
        free,
    )
    return TimetableRefused(sentence % {"n": free})


def dates_of(rule, venue):
    """[(day, reason or "")] for people: a day with a reason is skipped, and another one follows at the end."""
    return [(day, said(off)) for day, off in days_of(rule, venue)]


def sketch(run, rule, *, room=None, trainer=None):
    """The meetings a rule would make, not saved: for a preview, for `clashes` and `notices`, and for `plan`."""
    return [
        Meeting(
            run=run,
            date=day,
            starts_at=rule.starts_at,
            ends_at=rule.ends_at,
            room=room,
            buffer_minutes=room.buffer_minutes if room else 0,
            trainer=trainer,
            state=Meeting.State.SKIPPED if off else Meeting.State.PLANNED,
            reason=kept(off),
        )
        for day, off in days_of(rule, run.venue)
    ]


def reasons(meetings):
    """{pk: why it is skipped, moved or cancelled}, holidays by their name in the reader's language."""
    meetings = [meeting for meeting in meetings if meeting.reason]
    holidays = Holiday.objects.filter(date__in={meeting.date for meeting in meetings})
    names = {(holiday.date, kept(holiday)): said(holiday) for holiday in holidays}
    return {meeting.pk: names.get((meeting.date, meeting.reason), meeting.reason) for meeting in meetings}


# --- Clashes ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Clash:
    """`meeting` cannot be as wished because of `other`. `kind`: room, buffer, trainer or group."""

    meeting: Meeting
    other: Meeting
    kind: str

    @property
    def parts(self):
        """The names and times of the sentence, for a template that sets each apart."""
        other = self.other
        return {
            "room": other.room.name if other.room else "",
            "trainer": str(other.trainer or ""),
            "day": day_month(other.date),
            "hours": wording.hours(other),
            "group": str(other.run),
            "minutes": other.buffer_minutes or self.meeting.buffer_minutes,
            "state": other.get_state_display(),
        }

    @property
    def sentence(self):
        sentences = {
            "room": _("%(room)s is taken on %(day)s, %(hours)s, by %(group)s."),
            "buffer": _(
                "%(room)s stays free between two groups (%(minutes)s min): %(group)s is there %(day)s, %(hours)s."
            ),
            "trainer": _("%(trainer)s already teaches on %(day)s, %(hours)s: %(group)s."),
            "group": _("%(group)s already has a meeting on %(day)s, %(hours)s (%(state)s)."),
        }
        return sentences[self.kind] % self.parts


def occupied(meeting, *, buffer=False):
    """Local start and end of the time a meeting takes; the buffer keeps the room and not the trainer."""
    after = timedelta(minutes=meeting.buffer_minutes if buffer else 0)
    return starts(meeting), datetime.combine(meeting.date, meeting.ends_at) + after


def overlap(one, two, **options):
    """Two that touch do not overlap."""
    (start, end), (other_start, other_end) = occupied(one, **options), occupied(two, **options)
    return start < other_end and other_start < end


def _kinds(meeting, other):
    together = meeting.takes_place and other.takes_place
    at_once = together and overlap(meeting, other)
    same_start = (meeting.date, meeting.starts_at) == (other.date, other.starts_at)
    if meeting.run_id == other.run_id and (at_once or same_start):
        return ["group"]
    kinds = []
    if together and meeting.room_id and meeting.room_id == other.room_id and overlap(meeting, other, buffer=True):
        kinds.append("room" if at_once else "buffer")
    if at_once and meeting.trainer_id and meeting.trainer_id == other.trainer_id:
        kinds.append("trainer")
    return kinds


def clashes(meetings):
    """Every room and trainer taken twice and every group in two places, were these meetings as they are here.

    They may be saved or not; those that take place nowhere only keep their group from meeting at the same start.
    """
    meetings = list(meetings)
    by_day = defaultdict(list)
    for other in _around(meetings):
        by_day[other.date].append(other)
    found = []
    for meeting in meetings:
        near = [other for day in (-DAY, 0 * DAY, DAY) for other in by_day[meeting.date + day]]
        found += [Clash(meeting, other, kind) for other in near for kind in _kinds(meeting, other)]
        by_day[meeting.date].append(meeting)
    return found


def _around(meetings):
    """The other meetings of these rooms, trainers and groups; a buffer may reach into the next day."""
    days = {meeting.date + day for meeting in meetings for day in (-DAY, 0 * DAY, DAY)}
    shared = Q(run__in={meeting.run_id for meeting in meetings})
    shared |= Q(room__in={meeting.room_id for meeting in meetings} - {None})
    shared |= Q(trainer__in={meeting.trainer_id for meeting in meetings} - {None})
    others = Meeting.objects.filter(shared, date__in=days).exclude(pk__in=[meeting.pk for meeting in meetings])
    return others.for_timetable()


def refuse_clashes(meetings):
    if found := clashes(meetings):
        raise TimetableRefused(clashes=found)


# --- A second look ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Notice:
    """What deserves a second look and stops nobody. `kind`: friday (said once), holiday or closure."""

    meeting: Meeting
    kind: str
    sentence: str


def notices(meetings):
    """For the meetings that take place; each needs its run."""
    meetings = [meeting for meeting in meetings if meeting.takes_place]
    if not meetings:
        return []
    off = DaysOff({meeting.run.venue_id for meeting in meetings}, since=min(meeting.date for meeting in meetings))
    found = [_friday(meeting) for meeting in meetings if crosses_friday_midday(meeting)][:1]
    days = ((meeting, off.why(meeting.date, meeting.run.venue_id)) for meeting in meetings)
    return found + [_day_off(meeting, why) for meeting, why in days if why]


def crosses_friday_midday(meeting):
    first, last = MIDDAY
    return meeting.date.isoweekday() == FRIDAY and meeting.starts_at < last and meeting.ends_at > first


def _friday(meeting):
    hours = {"start": time_of(MIDDAY[0]), "end": time_of(MIDDAY[1])}
    return Notice(meeting, "friday", _("On Friday many people are not free between %(start)s and %(end)s.") % hours)


def _day_off(meeting, why):
    kind = "holiday" if isinstance(why, Holiday) else "closure"
    facts = {"day": day_month(meeting.date), "reason": said(why)}
    return Notice(meeting, kind, _("Day without courses: %(day)s, %(reason)s.") % facts)


# --- What changed -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Slot:
    """Where and when a meeting stood before a change."""

    date: date
    starts_at: time
    ends_at: time
    state: str
    room_id: int | None
    trainer_id: int | None
    venue_id: int

    @classmethod
    def of(cls, meeting):
        values = (meeting.date, meeting.starts_at, meeting.ends_at, meeting.state, meeting.room_id, meeting.trainer_id)
        return cls(*values, meeting.run.venue_id)

    @property
    def took_place(self):
        return Meeting(state=self.state).takes_place

    def as_text(self):
        """For the journal: ids and times, no names."""
        return [f"{self.date} {self.starts_at:%H:%M}-{self.ends_at:%H:%M}", self.state, self.room_id, self.trainer_id]


@dataclass(frozen=True)
class Change:
    """A meeting as it is now and the Slot it had, None for a new one."""

    meeting: Meeting
    before: Slot | None

    @property
    def kind(self):
        """off, added, moved, hours, place, or assigned (another room of the place, another trainer)."""
        now, before = Slot.of(self.meeting), self.before
        if not self.meeting.takes_place:
            return "off"
        if before is None or (not before.took_place and before.date == now.date):
            return "added"
        if before.date != now.date:
            return "moved"
        if before.venue_id != now.venue_id:
            return "place"
        return "hours" if (before.starts_at, before.ends_at) != (now.starts_at, now.ends_at) else "assigned"
