"""A timetable is written and changed here: every act checks, writes once, and tells once.

Locks are taken in one order: the course, its groups by ascending id, their meetings, then rooms and trainers, last the
words of the search. Behind the checks stand the exclusion constraints of `Meeting`: what they refuse becomes the
sentence the check would have given.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F, Max, Min
from django.utils.translation import gettext as _

from learningcity import clock
from learningcity.i18n import day_month
from learningcity.models import User
from learningcity.services import audit

from .. import signals
from ..models import CourseRun, Meeting, Room
from . import indexing, timetable
from .timetable import Change, Rule, Slot, TimetableRefused, clashes, notices, sketch

__all__ = [
    "KEEP",
    "Preview",
    "Rule",
    "TimetableRefused",
    "assign",
    "cancel",
    "clashes",
    "move",
    "notices",
    "plan",
    "preview",
    "retime",
    "sketch",
    "skip",
    "take_up",
    "touched_by",
]

KEEP = object()  # leave the room or the trainer as it is; None takes it away
A_CENTURY = timedelta(days=36525)
FIELDS = ["date", "starts_at", "ends_at", "room", "buffer_minutes", "trainer", "state", "reason", "moved_from"]
State = Meeting.State
PLANNED, OFF = (State.PLANNED, State.MOVED), (State.SKIPPED, State.CANCELLED)


# --- Acts ---------------------------------------------------------------------------------------------------


@transaction.atomic
def plan(run, rule, *, room=None, trainer=None, by, replace=False):
    """Add the meetings of a rule. `replace` drops those of a draft group first, which nobody has been told of."""
    run = lock_runs([run.pk])[0]
    if replace:
        _drop(run)
    return add(run, sketch(run, rule, room=room, trainer=trainer), by=by)


def move(meeting, *, date=None, starts_at=None, ends_at=None, by, reason="", revision=None):
    """To another day or other hours; a skipped or cancelled one is caught up so.

    `revision` is the one the person saw; without it, the one of `meeting` as it was read.
    """

    def edit(row):
        day, origin = date or row.date, row.moved_from or row.date
        if day != row.date or row.state in PLANNED:
            row.state, row.moved_from = (State.PLANNED, None) if day == origin else (State.MOVED, origin)
        row.date, row.starts_at, row.ends_at = day, starts_at or row.starts_at, ends_at or row.ends_at
        row.reason = reason

    act = {"action": "move meeting", "reason": reason, "allowed": PLANNED + OFF, "revision": revision}
    return _edit([meeting], edit, by=by, **act)[0]


def cancel(meeting, *, by, reason, revision=None):
    act = {"action": "cancel meeting", "reason": reason, "revision": revision}
    return _edit([meeting], _off(State.CANCELLED, reason), by=by, **act)[0]


def skip(meetings, *, by, reason):
    """For a holiday or a closure that came later: they may be taken up again."""
    return _edit(meetings, _off(State.SKIPPED, reason), by=by, action="skip meetings", reason=reason)


def take_up(meeting, *, by, revision=None):
    """Hold a skipped or cancelled meeting after all, where and when it stands."""

    def edit(row):
        if row.state in OFF:
            row.state, row.reason = State.MOVED if row.moved_from else State.PLANNED, ""

    return _edit([meeting], edit, by=by, action="take up meeting", allowed=OFF, revision=revision)[0]


def retime(meetings, *, starts_at=None, ends_at=None, shift=None, by, reason=""):
    """Other hours for the chosen meetings and no others: a start (and an end, else as long as before) or a `shift`."""
    edit = _hours(starts_at, ends_at, shift, reason)
    return _edit(meetings, edit, by=by, action="retime meetings", reason=reason)


def assign(meetings, *, room=KEEP, trainer=KEEP, by):
    """Another room of the place, another trainer, who then sees the group. Nobody needs to be told."""
    return _edit(meetings, _means(room, trainer), by=by, action="assign meetings")


def rehouse(run, *, venue, room, by):
    """The whole group in another place, or in another room of its place: the meetings to come follow. The caller holds
    the lock of `run`, which is changed too, and saves it."""
    old = run.room_id

    def edit(row):
        if run.venue_id != venue.pk or row.room_id == old:
            _means(room, KEEP)(row)

    coming = list(run.meetings.changeable(clock.now()))
    return _edit(coming, edit, by=by, action="rehouse group", house=(run, venue, room))


def touched_by(days, venue=None):
    """The meetings to come on these days, at one place or anywhere: for a holiday or a closure that came later."""
    return Meeting.objects.changeable(clock.now()).touching(days, venue).for_timetable()


# --- What an act would do -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Preview:
    """`meeting` as it would be, not saved. It can be so when it has no `problem` (a sentence) and no clashes."""

    meeting: Meeting
    before: Slot
    problem: str
    clashes: list
    notices: list

    @property
    def is_changed(self):
        return Slot.of(self.meeting) != self.before


def preview(meetings, *, starts_at=None, ends_at=None, shift=None, room=KEEP, trainer=KEEP):
    """[Preview] of `retime` and `assign`, in order of date; nothing is written."""
    rows = list(Meeting.objects.filter(pk__in=[meeting.pk for meeting in meetings]).for_timetable())
    before, at, problems = {row.pk: Slot.of(row) for row in rows}, timetable.now(), {}
    for row in rows:
        try:
            _hours(starts_at, ends_at, shift, row.reason)(row)
            _means(room, trainer)(row)
            _refuse(Change(row, before[row.pk]), PLANNED, at)
        except TimetableRefused as refused:
            problems[row.pk] = refused.sentence
    found, seconds = clashes(rows), notices(rows)
    return [
        Preview(
            row,
            before[row.pk],
            problems.get(row.pk, ""),
            [clash for clash in found if row in (clash.meeting, clash.other)],
            [notice for notice in seconds if notice.meeting == row],
        )
        for row in rows
    ]


# --- Edits of one row ---------------------------------------------------------------------------------------


def _off(state, reason):
    def edit(row):
        if row.state != state:
            row.state, row.reason = state, reason

    return edit


def _means(room, trainer):
    def edit(row):
        if room is not KEEP:
            row.room, row.buffer_minutes = room, room.buffer_minutes if room else 0
        if trainer is not KEEP:
            row.trainer = trainer

    return edit


def _hours(starts_at, ends_at, shift, reason):
    def edit(row):
        start, end = timetable.occupied(row)
        new = datetime.combine(row.date, starts_at or row.starts_at) + (shift or timedelta())
        until = datetime.combine(row.date, ends_at) if ends_at else new + (end - start)
        if {new.date(), until.date()} != {row.date}:
            raise TimetableRefused(_("The meeting would reach into another day."))
        row.starts_at, row.ends_at, row.reason = new.time(), until.time(), reason

    return edit


# --- One way to change --------------------------------------------------------------------------------------


@transaction.atomic
def _edit(meetings, edit, *, by, action, reason="", allowed=PLANNED, revision=None, house=None):
    """Change the rows as they are now. What is already so is left alone, and then nothing is written or told.

    `house` is a group that is already locked, with the place and the room to which it goes.
    """
    meetings = list(meetings)
    shown = {meeting.pk: meeting.revision if revision is None else revision for meeting in meetings}
    locked = [house[0]] if house else lock_runs({meeting.run_id for meeting in meetings})
    runs = {run.pk: run for run in locked}
    rows = {row.pk: row for row in Meeting.objects.lock(shown)}
    for row in rows.values():
        row.run = runs[row.run_id]
    before = {pk: Slot.of(row) for pk, row in rows.items()}
    for row in rows.values():
        edit(row)
    for run in runs.values() if house else ():
        run.venue, run.room = house[1:]
    changes = [Change(row, before[pk]) for pk, row in rows.items() if Slot.of(row) != before[pk]]
    if any(pk not in rows for pk in shown) or any(shown[each.meeting.pk] != each.meeting.revision for each in changes):
        raise TimetableRefused(_("Someone changed this meeting meanwhile. Look at it again."))
    at = timetable.now()
    for change in changes:
        _refuse(change, allowed, at)
    if changes:
        _write([change.meeting for change in changes], _moved_rooms(changes))
        _settle(changes, by=by, action=action, reason=reason)
    return [rows[meeting.pk] for meeting in meetings]


def add(run, meetings, *, by):
    """Save new meetings of a group whose lock the caller holds, all of them or none."""
    if run.decision == CourseRun.Decision.CANCELLED:
        raise TimetableRefused(_("This group is cancelled: its timetable stays as it is."))
    if any(meeting.ends_at <= meeting.starts_at for meeting in meetings):
        raise TimetableRefused(_("The meeting ends before it starts."))
    _refuse_rooms(meetings)
    with _or_refuse(meetings):
        _lock_means(meetings)
        timetable.refuse_clashes(meetings)
        Meeting.objects.bulk_create(meetings)
    _settle([Change(meeting, None) for meeting in meetings], by=by, action="plan meetings")
    return meetings


def call_off(run, reason):
    """Cancel what is still to come of a group that was cancelled or postponed; the caller tells."""
    coming = run.meetings.changeable(clock.now())
    coming.update(state=State.CANCELLED, reason=reason, revision=F("revision") + 1)


def confirm(run):
    """Calendars called off what was planned while the group was postponed: a new revision tells them otherwise."""
    run.meetings.changeable(clock.now()).update(revision=F("revision") + 1)


def lock_runs(pks):
    """By ascending id, after the course where that is locked too. Read once they are held: rows joined by the statement
    that waits are those of before the wait."""
    runs = CourseRun.objects.filter(pk__in=pks).order_by("pk")
    list(runs.select_for_update(of=("self",)))
    return list(runs.select_related("course", "venue", "room"))


def _drop(run):
    if run.decision != CourseRun.Decision.DRAFT:
        raise TimetableRefused(_("This group has been announced: change its meetings one by one."))
    run.meetings.exclude(state=State.HELD).delete()


# --- Checks -------------------------------------------------------------------------------------------------


def _refuse(change, allowed, at):
    """Raise TimetableRefused when this meeting may not change so. `at` is the local time."""
    meeting, before = change.meeting, change.before
    day = {"day": day_month(before.date)}
    if meeting.run.decision == CourseRun.Decision.CANCELLED:
        raise TimetableRefused(_("This group is cancelled: its timetable stays as it is."))
    if before.state == State.HELD:
        raise TimetableRefused(_("The meeting of %(day)s was held and stays as it is.") % day)
    if before.took_place and datetime.combine(before.date, before.starts_at) <= at:
        raise TimetableRefused(_("The meeting of %(day)s is past and stays as it is.") % day)
    if before.state not in allowed:
        raise TimetableRefused(_("The meeting of %(day)s does not take place.") % day)
    if meeting.ends_at <= meeting.starts_at:
        raise TimetableRefused(_("The meeting ends before it starts."))
    if meeting.takes_place and timetable.starts(meeting) <= at:
        raise TimetableRefused(_("This day and hour are past."))


def _moved_rooms(changes):
    return [change.meeting for change in changes if change.meeting.room_id != change.before.room_id]


def _refuse_rooms(meetings):
    """A room belongs to the place of the group and holds it."""
    for meeting in meetings:
        room, run = meeting.room, meeting.run
        if room and room.venue_id != run.venue_id:
            facts = {"room": room.name, "place": run.venue.name}
            raise TimetableRefused(_("%(room)s is not a room of %(place)s.") % facts)
        if room and room.capacity < run.capacity:
            facts = {"room": room.name, "n": room.capacity, "places": run.capacity}
            raise TimetableRefused(_("%(room)s is too small for the group: %(n)s for %(places)s.") % facts)


# --- Writing ------------------------------------------------------------------------------------------------


def _write(rows, new_rooms):
    _refuse_rooms(new_rooms)
    with _or_refuse(rows):
        _lock_means(rows)
        timetable.refuse_clashes([row for row in rows if row.takes_place])
        for row in rows:
            row.revision += 1
        if len(rows) > 1:  # so that one may take the hour another leaves, whichever is written first
            Meeting.objects.filter(pk__in=[row.pk for row in rows]).update(date=F("date") + A_CENTURY)
        Meeting.objects.bulk_update(rows, [*FIELDS, "revision"])


def _lock_means(meetings):
    """Who else plans with these rooms and trainers waits here, and then sees what was written."""
    means = [(Room, {each.room_id for each in meetings}), (User, {each.trainer_id for each in meetings})]
    for model, pks in means:
        if pks := pks - {None}:
            list(model.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=pks).order_by("pk"))


@contextmanager
def _or_refuse(meetings):
    """All or nothing. The database has the last word, also where two wait for each other."""
    try:
        with transaction.atomic():
            yield
    except (IntegrityError, OperationalError) as error:
        timetable.refuse_clashes(meetings)
        raise TimetableRefused(_("Someone else is changing this timetable. Try again in a moment.")) from error


def _settle(changes, *, by, action, reason=""):
    """What follows from written changes: the first and last day of the groups, who teaches them, index, journal."""
    changes.sort(key=lambda change: timetable.starts(change.meeting))
    runs = {change.meeting.run_id: change.meeting.run for change in changes}
    _follow(runs)
    _let_trainers_in(changes)
    indexing.index_runs(list(runs.values()))
    notes = [_note(run, changes, by=by, action=action, reason=reason) for run in runs.values()]
    act = {"runs": list(runs.values()), "changes": changes, "by": by, "note": notes[0]}
    signals.timetable_changed.send(sender=Meeting, **act)


def _follow(runs):
    """`starts_on` and `ends_on` are those of the meetings that take place; without any they stay."""
    spans = Meeting.objects.taking_place().filter(run__in=runs).order_by().values_list("run")
    for pk, first, last in spans.annotate(Min("date"), Max("date")):
        run = runs[pk]
        if (run.starts_on, run.ends_on) != (first, last):
            if run.decide_on and run.decide_on >= first:
                sentence = _("The group would start before the day of its decision, %(day)s. Change that day first.")
                raise TimetableRefused(sentence % {"day": day_month(run.decide_on)})
            run.starts_on, run.ends_on = first, last
            run.save(update_fields=["starts_on", "ends_on"])


def _let_trainers_in(changes):
    """Who is given a meeting sees its group."""
    new = (each.meeting for each in changes if not each.before or each.before.trainer_id != each.meeting.trainer_id)
    for run, trainer in {(meeting.run, meeting.trainer) for meeting in new if meeting.trainer_id}:
        run.trainers.add(trainer)


def _note(run, changes, *, by, action, reason):
    own = [change for change in changes if change.meeting.run_id == run.pk]
    detail = {
        str(each.meeting.pk): [each.before and each.before.as_text(), Slot.of(each.meeting).as_text()] for each in own
    }
    return audit.note(action, run, by=by, count=0, detail=detail, reason=reason)
