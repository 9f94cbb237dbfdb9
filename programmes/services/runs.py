"""The life of a group: made, changed, announced, postponed, cancelled, copied. Its meetings are `scheduling`."""

from typing import NamedTuple

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from learningcity import clock
from learningcity.services import audit

from .. import signals
from ..models import Course, CourseRun, Room
from ..models.runs import LEAST_OFFER_HOURS, MOST_OFFER_HOURS, OFFER_HOURS_RULE
from . import copying, indexing, once, scheduling, timetable
from .scheduling import KEEP
from .stale import refuse_stale

Decision = CourseRun.Decision
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
OF_SEATS = {"capacity", "desk_seats", "enrolment_closes_at", "queue_paused"}
COPIED = (
    *("venue", "room", "mode", "language", "women_only", "capacity", "desk_seats", "waiting_places"),
    *("allocation", "priorities", "min_people", "offer_hours"),
)
FACTS = (*COPIED, "desk_release_on", "decide_on", "queue_paused", "enrolment_opens_at", "enrolment_closes_at")
GIVING = ("allocation", "priorities", "desk_release_on")
STARTING = ("min_people", "decide_on")


class Gap(NamedTuple):
    """What is missing or does not fit, at a field (empty: the group as a whole)."""

    field: str
    sentence: str


class RunRefused(Exception):
    def __init__(self, *gaps):
        self.gaps = gaps
        self.sentences = [gap.sentence for gap in gaps]
        super().__init__(" ".join(self.sentences))


# --- Making and changing ------------------------------------------------------------------------------------


def lock_course(pk):
    """Before its groups. Rows that only refer to the course, like the entries of the search, do not wait for this."""
    return Course.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


@transaction.atomic
def create(course, *, by, trainers=(), sent=None, **fields):
    """A draft group without meetings. Needs `venue`, `capacity` and the end of enrolment, which else starts at once.

    `sent` is what `made_of` asks for later.
    """
    course = lock_course(course.pk)
    if course.kind == Course.Kind.TEMPLATE:
        raise RunRefused(Gap("", _("A model has no groups.")))
    day = clock.local_day(fields["enrolment_closes_at"])
    values = {"label": next_label(course), "starts_on": day, "ends_on": fields.get("starts_on", day)}
    values |= {"enrolment_opens_at": clock.now()} | fields
    run = CourseRun(course=course, code=next_code(course, values["label"]), **values)
    refuse_misfits(run)
    run.save()
    run.trainers.set(trainers)
    audit.note("create group", run, by=by, count=0, detail=sent and sent.detail)
    indexing.index_runs([run])
    return run


def made_of(course, sent):
    """The group of this course that was made of the same form, or None. The caller holds the lock of the course."""
    return once.made(course.runs.all(), "create group", sent)


@transaction.atomic
def change(run, *, by, trainers=None, version=None, **fields):
    """Set what differs. Another place or room takes the meetings to come along: it may raise TimetableRefused. Raises
    Stale when the group is no longer the one of this version."""
    run = scheduling.lock_runs([run.pk])[0]
    refuse_stale(run, version_of, version)
    if "venue" in fields and fields["venue"] != run.venue:
        fields.setdefault("room", None)
    changed = sorted(name for name, value in fields.items() if fact(run, name) != value)
    keep_word(run, changed)
    house = {"venue": fields.get("venue", run.venue), "room": fields.get("room", run.room)}
    for name in set(changed) - house.keys():
        setattr(run, "capacity_wanted" if name == "capacity" else name, fields[name])
    run.let_capacity_fall()
    if house.keys() & set(changed):
        scheduling.rehouse(run, by=by, **house)
    refuse_misfits(run)
    if trainers is not None and set(trainers) != set(run.trainers.all()):
        run.trainers.set(trainers)
        changed.append("trainers")
    if changed:
        run.save(update_fields={*changed, "capacity_wanted"} - {"trainers"})
        audit.note("change group", run, by=by, count=0, detail={"fields": changed} | falling(run, changed))
        indexing.index_runs([run])
        if "venue" in changed:
            signals.run_moved.send(sender=CourseRun, run=run)
        if OF_SEATS & set(changed):
            signals.seats_changed.send(sender=CourseRun, run=run, by=by)
    return run


def fact(run, name):
    """As the staff set it."""
    return run.capacity_set if name == "capacity" else getattr(run, name)


def falling(run, changed):
    """What the journal says of a capacity that people have to leave for first."""
    return {"capacity_wanted": run.capacity_wanted} if "capacity" in changed and run.capacity_wanted is not None else {}


def version_of(run):
    """Changes whenever a fact does or a trainer; people who enrol or leave change nothing."""
    facts = [fact(run, CourseRun._meta.get_field(name).attname) for name in FACTS]
    return once.digest(*facts, sorted(user.pk for user in run.trainers.all()))


def next_label(course):
    """The first letter that none of its groups to come has."""
    current = course.runs.filter(ends_on__gte=clock.local_day(clock.now()))
    used = set(current.values_list("label", flat=True))
    return next((letter for letter in LETTERS if letter not in used), LETTERS[-1])


def next_code(course, label):
    """`COUT1-A1`: the course, the letter, the first number still free. The caller holds the lock of the course."""
    letters = slugify(label).upper() or "G"
    for number in range(1, 10_000):
        end = f"-{letters}{number}"
        code = course.code[: CourseRun._meta.get_field("code").max_length - len(end)] + end
        if not CourseRun.objects.filter(code=code).exists():
            return code
    raise RuntimeError(f"No code is left for a group of {course.code}")


def keep_word(run, changed):
    """How places are given stays as those who enrolled were told, and a draw is held once."""
    sentence = _("People have enrolled already: how places are given cannot change any more.")
    gaps = [Gap(name, sentence) for name in GIVING if name in changed and run.joined_count]
    over = run.is_drawn and run.decision == Decision.PLANNED and run.enrolment_closes_at <= clock.now()
    if over and "enrolment_closes_at" in changed:
        gaps.append(Gap("enrolment_closes_at", _("Enrolment has closed and places are drawn: it cannot open again.")))
    if run.decided_at:
        decided = _("It is decided that this group takes place: this cannot change any more.")
        gaps += [Gap(name, decided) for name in STARTING if name in changed]
    if gaps:
        raise RunRefused(*gaps)


def refuse_misfits(run):
    if gaps := list(misfits(run)):
        raise RunRefused(*gaps)


def misfits(run):
    """What the database or a room would not allow, field by field."""
    if (room := smallest_room(run)) and room.capacity < run.capacity:
        facts = {"room": room.name, "n": room.capacity, "places": run.capacity}
        yield Gap("capacity", _("%(room)s is too small for the group: %(n)s for %(places)s.") % facts)
    if run.desk_seats > run.capacity_set:
        yield Gap("desk_seats", _("More places are kept for the desk than the group has."))
    if run.desk_seats < run.desk_taken:
        sentence = ngettext(
            "%(n)s place kept for the desk is taken already.",
            "%(n)s places kept for the desk are taken already.",
            run.desk_taken,
        )
        yield Gap("desk_seats", sentence % {"n": run.desk_taken})
    yield from misfits_of_giving(run)
    yield from misfits_of_starting(run)
    if run.room and run.room.venue_id != run.venue_id:
        facts = {"room": run.room.name, "place": run.venue.name}
        yield Gap("room", _("%(room)s is not a room of %(place)s.") % facts)
    if run.enrolment_closes_at <= run.enrolment_opens_at:
        yield Gap("enrolment_closes_at", _("Enrolment closes before it opens."))


def misfits_of_giving(run):
    if (run.allocation == CourseRun.Allocation.PRIORITY_DRAW) != bool(run.priorities):
        yield Gap("priorities", _("Say who goes first, or choose another way of giving places."))
    if CourseRun.Priority.DISTRICT in run.priorities and run.venue.district_id is None:
        yield Gap("priorities", _("The place is in no arrondissement: nobody could go first for living there."))
    if run.desk_release_on and run.desk_seats and run.desk_release_on <= clock.local_day(clock.now()):
        yield Gap("desk_release_on", _("This day is past."))
    if run.desk_release_on and run.desk_release_on > clock.local_day(run.enrolment_closes_at):
        yield Gap("desk_release_on", _("Enrolment closes before this day."))


def misfits_of_starting(run):
    if run.min_people > run.capacity_set:
        yield Gap("min_people", _("More people are needed than the group has places."))
    if bool(run.min_people) != bool(run.decide_on):
        yield Gap("decide_on", _("Say how many people are needed, and a day before the start to decide."))
    if run.decide_on and run.decide_on >= run.starts_on:
        yield Gap("decide_on", _("Choose a day before the first meeting."))
    if run.offer_hours is not None and not LEAST_OFFER_HOURS <= run.offer_hours <= MOST_OFFER_HOURS:
        yield Gap("offer_hours", str(OFFER_HOURS_RULE))


def smallest_room(run):
    """Of the room of the group and those of its meetings to come, or None."""
    rooms = Room.objects.filter(pk=run.room_id)
    if run.pk:
        coming = run.meetings.changeable(clock.now())
        rooms = Room.objects.filter(pk__in={run.room_id, *coming.values_list("room", flat=True)} - {None})
    return rooms.order_by("capacity", "pk").first()


# --- Decisions ----------------------------------------------------------------------------------------------


def missing(run, at=None):
    """[Gap] between this group and the public: nothing is missing when it can be announced."""
    at, gaps = at or clock.now(), []
    if run.course.state != Course.State.PUBLISHED:
        gaps.append(Gap("course", _("Publish the course first")))
    if not any(each.takes_place and timetable.starts(each) > timetable.local(at) for each in run.meetings.all()):
        gaps.append(Gap("meetings", _("Plan at least one meeting to come")))
    if run.enrolment_closes_at <= at:
        gaps.append(Gap("enrolment_closes_at", _("Choose a later day: enrolment has already closed")))
    if not run.capacity:
        gaps.append(Gap("capacity", _("Give the group at least one place")))
    return gaps


@transaction.atomic
def announce(run, *, by):
    """Show the group to the public; enrolment opens by its window. Who waits since a postponement is told."""
    lock_course(run.course_id)
    run = scheduling.lock_runs([run.pk])[0]
    before = run.decision
    if before == Decision.PLANNED:
        return run
    if before == Decision.CANCELLED:
        raise RunRefused(Gap("", _("This group is cancelled. Make a copy of it.")))
    if gaps := missing(run):
        raise RunRefused(*gaps)
    note = _decide(run, Decision.PLANNED, "announce group", by=by)
    if before == Decision.POSTPONED:
        scheduling.confirm(run)
        _tell(run, by=by, note=note)
    return run


@transaction.atomic
def cancel(run, *, by, reason):
    """For good: what is to come is called off, rooms and trainers are free again, everyone concerned is told."""
    run = scheduling.lock_runs([run.pk])[0]
    if run.decision != Decision.CANCELLED:
        _refuse_finished(run)
        _call_off(run, Decision.CANCELLED, "cancel group", by=by, reason=reason)
    return run


@transaction.atomic
def postpone(run, *, by, reason):
    """To a day not known yet: places are kept, meetings to come called off. Plan new ones, then announce again."""
    run = scheduling.lock_runs([run.pk])[0]
    if run.decision == Decision.POSTPONED:
        return run
    if run.decision != Decision.PLANNED:
        raise RunRefused(Gap("", _("Only a group that was announced can be postponed.")))
    _refuse_finished(run)
    _call_off(run, Decision.POSTPONED, "postpone group", by=by, reason=reason)
    return run


def _refuse_finished(run):
    if run.decision == Decision.PLANNED and run.ends_on < clock.local_day(clock.now()):
        raise RunRefused(Gap("", _("This group is over.")))


def _call_off(run, decision, action, *, by, reason):
    scheduling.call_off(run, reason)
    _tell(run, by=by, note=_decide(run, decision, action, by=by, reason=reason))


def _decide(run, decision, action, *, by, reason=""):
    run.decision = decision
    run.save(update_fields=["decision"])
    indexing.index_runs([run])
    return audit.note(action, run, by=by, count=run.seats_taken + run.waiting_count, reason=reason)


def _tell(run, *, by, note):
    signals.run_decided.send(sender=CourseRun, run=run, decision=run.decision, by=by, note=note)


# --- Copies -------------------------------------------------------------------------------------------------


@transaction.atomic
def duplicate(run, *, first_day, by, key=None, room=KEEP, trainer=KEEP):
    """A draft with the same meetings from `first_day` on, at the same weekdays and hours; nobody is enrolled in it.

    Raises TimetableRefused when a room or a trainer is taken then: `room` and `trainer` (or None) take their place. The
    same `key` gives the same copy; KeyUsed when the rest is not the same.
    """
    sent = once.sent(key, run, first_day, by) if key else None
    if copy := made_of(lock_course(run.course_id), sent):
        return copy
    pattern = copying.Pattern(run, first_day)
    fields = {name: fact(run, name) for name in COPIED} | {"starts_on": run.starts_on + pattern.shift}
    fields["desk_release_on"] = run.desk_release_on and run.desk_release_on + pattern.shift
    fields["decide_on"] = run.decide_on and min(run.decide_on + pattern.shift, pattern.first_day - copying.DAY)
    fields["enrolment_opens_at"] = copying.later(run.enrolment_opens_at, pattern.shift)
    fields["enrolment_closes_at"] = copying.later(run.enrolment_closes_at, pattern.shift)
    copy = create(run.course, by=by, trainers=run.trainers.all(), sent=sent, **fields)
    if meetings := pattern.meetings(copy, room=room, trainer=trainer):
        scheduling.add(copy, meetings, by=by)
    return copy
