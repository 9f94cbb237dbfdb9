"""What people are told about their place and their meetings. Only this file knows which template speaks of what."""

from django.conf import settings
from django.db.models import Exists
from django.urls import reverse

from learningcity import clock
from learningcity.models.messages import Channel
from learningcity.services import messages
from programmes.models import CourseRun
from programmes.services import timetable

from ..models import Enrolment, Participant
from ..models.enrolments import LIVE, MOVES, SEAT_HOLDING, State

TEMPLATES = {State.ENROLLED: "enrolled", State.WAITING: "waiting", State.OFFERED: "offered", State.EXPIRED: "expired"}
TEMPLATES |= {State.CANCELLED_BY_LEARNER: "cancelled", State.DECLINED: "declined"}
TEMPLATES |= {State.REQUESTED: "requested", State.REFUSED: "refused"}
CHANGES = {"moved": "meeting_moved", "hours": "meeting_hours", "added": "meeting_on", "off": "meeting_cancelled"}
DECISIONS = {
    CourseRun.Decision.CANCELLED: "run_cancelled",
    CourseRun.Decision.POSTPONED: "run_postponed",
    CourseRun.Decision.PLANNED: "timetable_changed",
}


def announce(enrolment, *, key=None, not_before=None):
    """Write the message of the enrolment's present state, instead of what tells of an earlier one and has not left."""
    template = TEMPLATES[State(enrolment.state)]
    if has_history(enrolment):
        take_back(enrolment)
    key = key or key_of(enrolment, enrolment.state)
    write(enrolment, template, values(enrolment), key=key, not_before=not_before)


def announce_transfer(enrolment):
    """Of the group she now has a place in, or waits for."""
    template = "transferred" if enrolment.state == State.ENROLLED else TEMPLATES[State(enrolment.state)]
    write(enrolment, template, values(enrolment), key=key_of(enrolment, State.TRANSFERRED))


def has_history(enrolment):
    """Whether its state is not the first one, as far as the row itself tells."""
    return enrolment.state not in MOVES[None] or bool(enrolment.offered_at or enrolment.drawn_rank)


def take_back(enrolment):
    """What tells of an earlier state and has not left stays unsaid."""
    earlier = [state for state in LIVE if state != enrolment.state]
    keys = [key_of(enrolment, state) for state in (*earlier, State.TRANSFERRED)]
    messages.cancel(*keys, *offer_keys(enrolment)[1:], reminder_key(enrolment))


def announce_again(enrolment, *, not_before):
    """The offer, which was made anew."""
    announce(enrolment, key=offer_keys(enrolment)[-1], not_before=not_before)


def take_back_offer(enrolment):
    messages.cancel(*offer_keys(enrolment), reminder_key(enrolment))


def key_of(enrolment, state):
    return f"enrolment:{enrolment.pk}:{state}"


def offer_keys(enrolment):
    """Of an offer, and of the one that was made anew at `offered_at`."""
    key = key_of(enrolment, State.OFFERED)
    return [key, f"{key}:{enrolment.offered_at:%Y%m%d%H%M%S%f}"] if enrolment.offered_at else [key]


def reminder_key(enrolment):
    """Of its offer: there is one."""
    return key_of(enrolment, "offer_reminder")


def write(enrolment, template, told, *, key, not_before=None):
    """Who wants no text message gets none and has the receipt."""
    person = enrolment.participant
    if not person.is_texted:
        return
    messages.write(
        channel=Channel.SMS,
        recipient=str(person.phone),
        language=person.language,
        template=template,
        values=told,
        dedupe_key=key,
        not_before=not_before,
    )


def values(enrolment):
    """What the messages about a place say: its first meeting, and the place in line of who waits."""
    run = enrolment.run
    first = run.meetings.taking_place().first()
    told = addressed(enrolment) | (sitting(run, first) if first else {"date": run.starts_on.isoformat()})
    told["venue"] = in_languages(run.venue, "name")
    if place := enrolment.place_in_line:
        told["place_in_line"] = place
    if enrolment.state == State.REQUESTED:
        told |= answering(run.enrolment_closes_at)
    if enrolment.state == State.OFFERED:
        told |= answering(enrolment.answer_by)
    return told


def answering(instant):
    """Until when she may answer an offer, or when she is answered."""
    local = instant.astimezone(clock.CASABLANCA)
    return {"answer_by": local.date().isoformat(), "answer_time": f"{local:%H:%M}"}


def addressed(enrolment, *, named=None):
    """Names in every language the portal speaks; the template picks. A sensitive course is None and never named.
    `named` is what `names_the_person` says, for who has asked it of many at once."""
    course = enrolment.run.course
    page = "offer" if enrolment.state == State.OFFERED else "receipt"
    named = names_the_person(enrolment) if named is None else named
    return {
        "first_name": enrolment.participant.first_name if named else "",
        "course": None if course.is_sensitive else in_languages(course, "title"),
        "reference": enrolment.reference,
        "link": settings.SITE_URL + reverse(page, args=[enrolment.token]),
    }


def sitting(run, meeting):
    """Where and when one meeting is."""
    at = {"date": meeting.date.isoformat(), "time": f"{meeting.starts_at:%H:%M}"}
    return at | {"venue": in_languages(run.venue, "name")}


# --- Changes ------------------------------------------------------------------------------------------------


def announce_changes(changes, *, note):
    """One message for each person who holds a seat, however many of her meetings and groups one act changed.

    `changes` are those of `signals.timetable_changed`, `note` the line of the journal that makes the act one.
    """
    at = clock.now()
    changes = [change for change in changes if is_told(change, at)]
    runs = {change.meeting.run_id: change.meeting.run for change in changes}
    people = {}
    seated = Enrolment.objects.live().filter(run__in=runs, state__in=SEAT_HOLDING).select_related("participant")
    for enrolment in seated.order_by("run__starts_on", "pk"):
        enrolment.run = runs[enrolment.run_id]
        people.setdefault(enrolment.participant_id, []).append(enrolment)
    following = {pk: next_sitting(run, at) for pk, run in runs.items()}
    for pk, enrolments in people.items():
        own = [change for each in enrolments for change in changes if change.meeting.run_id == each.run_id]
        template, told = wording_of(enrolments, own, following)
        write(enrolments[0], template, told, key=f"timetable:{note.pk}:{pk}")


def is_told(change, at):
    """A change of day, hour or place of a meeting still to come, in a group that takes place."""
    coming = timetable.starts(change.meeting) > timetable.local(at)
    return change.kind != "assigned" and coming and change.meeting.run.decision == CourseRun.Decision.PLANNED


def wording_of(enrolments, changes, following):
    """(template, values): one change is told itself, several by the next meeting."""
    enrolment, told = enrolments[0], addressed(enrolments[0])
    if len(enrolments) > 1:
        told["course"] = None
    if len(changes) > 1 or changes[0].kind not in CHANGES:
        return "timetable_changed", told | following[enrolment.run_id]
    [change] = changes
    told |= sitting(enrolment.run, change.meeting)
    if change.kind == "moved":
        told["from_date"] = change.before.date.isoformat()
    if change.kind == "hours":
        told["until"] = f"{change.meeting.ends_at:%H:%M}"
    return CHANGES[change.kind], told


def next_sitting(run, at):
    """As values of a message; empty when no meeting is to come."""
    meeting = run.meetings.changeable(at).first()
    return sitting(run, meeting) if meeting else {}


def announce_decision(run, *, note):
    """To everyone with a place, an offer or a place in line."""
    at = clock.now()
    told = next_sitting(run, at) or {"date": called_off_from(run, at).isoformat()}
    for enrolment in run.enrolments.live().select_related("participant").order_by("pk"):
        enrolment.run = run
        template = DECISIONS[run.decision]
        write(enrolment, template, addressed(enrolment) | told, key=f"run:{note.pk}:{enrolment.participant_id}")


def called_off_from(run, at):
    """The day of the first meeting to come that was called off, else the first day of the group."""
    return run.meetings.to_come(at).values_list("date", flat=True).first() or run.starts_on


# --- Names --------------------------------------------------------------------------------------------------


def in_languages(record, field):
    return {
        code: getattr(record, f"{field}_{code}") or getattr(record, f"{field}_fr") for code, _name in settings.LANGUAGES
    }


def names_the_person(enrolment):
    """On a phone that serves several people, and for a child, the message begins with the first name."""
    person = enrolment.participant
    others = Participant.objects.filter(phone=person.phone).exclude(pk=person.pk)
    named = Exists(others) | Exists(person.guardianships.current())
    return Participant.objects.filter(named, pk=person.pk).exists()
