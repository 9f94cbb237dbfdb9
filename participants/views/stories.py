"""What the state of a place means to the person, in words: for the receipt and the pages that it leads to."""

from datetime import timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, npgettext

from learningcity import clock
from learningcity.i18n import day_month, time_of
from programmes import wording
from programmes.models import CourseRun

from ..models.enrolments import State
from ..services import queue
from ..services.refusals import refusal

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
POSTPONED = CourseRun.Decision.POSTPONED
IN_LINE = (State.WAITING, State.OFFERED)
NO_SEAT_YET = (State.REQUESTED, *IN_LINE)
MAY_REJOIN = (State.DECLINED, State.EXPIRED)
NO_MORE_OFFERS = ("closed", "started", "too_late")  # of `queue.standstill`


class Story(NamedTuple):
    title: str = ""  # empty where the page says it with the name of the person
    meaning: str = ""


NEXT_PERSON = gettext_lazy("The place goes to the next person.")
STAYS_COUNTED = gettext_lazy("The meetings you attended stay counted.")
CALLED_OFF = gettext_lazy("The group does not take place. You do not need to do anything.")
STORIES = {
    State.REQUESTED: Story(
        gettext_lazy("Your request has arrived."),
        gettext_lazy("Places are drawn by lot on %(day)s, after enrolment closes. The answer will be on this page."),
    ),
    State.ENROLLED: Story(),
    State.WAITING: Story(),
    State.OFFERED: Story(gettext_lazy("A place is ready for you")),
    POSTPONED: Story(
        gettext_lazy("A place is kept for you."),
        gettext_lazy("The group is postponed. You can answer once it has new dates; we tell you until when."),
    ),
    State.DECLINED: Story(gettext_lazy("You gave the place up."), NEXT_PERSON),
    State.EXPIRED: Story(gettext_lazy("The time to answer has passed."), NEXT_PERSON),
    State.REFUSED: Story(
        gettext_lazy("There is no place this time."), gettext_lazy("There were more requests than places.")
    ),
    State.COMPLETED: Story(gettext_lazy("The course is finished."), STAYS_COUNTED),
    State.DROPPED_OUT: Story(gettext_lazy("This enrolment has ended."), STAYS_COUNTED),
    State.NO_SHOW: Story(
        gettext_lazy("The place was not used."),
        gettext_lazy("No attendance was noted at the meetings. If this is a mistake, call us."),
    ),
    State.CANCELLED_BY_LEARNER: Story(
        gettext_lazy("The enrolment is cancelled."), gettext_lazy("You do not need to do anything else.")
    ),
    State.CANCELLED_BY_CITY: Story(
        gettext_lazy("The city has cancelled this enrolment."), gettext_lazy("Call us to know why.")
    ),
    State.TRANSFERRED: Story(
        gettext_lazy("The enrolment has moved to another group."),
        gettext_lazy("The other group has its own dates and its own reference. Call us if you do not have them."),
    ),
}


EFFECTS = {
    State.REQUESTED: [gettext_lazy("Your request is withdrawn.")],
    State.ENROLLED: [
        gettext_lazy("Your place goes to the next person."),
        gettext_lazy("To come back, you would have to enrol again."),
    ],
    State.WAITING: [gettext_lazy("You leave the waiting list and lose your place in it.")],
    State.OFFERED: [gettext_lazy("The place we keep for you goes to the next person, and you leave the waiting list.")],
}
EFFECTS_AFTER_START = [
    gettext_lazy("The course has started. The meetings you attended stay counted."),
    gettext_lazy("There will be no certificate for this enrolment."),
]


def state_of(enrolment, at):
    """An offer that can no longer be answered has passed, whether or not the line has moved since; while the group is
    postponed it waits with it."""
    state = State(enrolment.state)
    if state != State.OFFERED or is_open(enrolment, at):
        return state
    return POSTPONED if enrolment.run.decision == POSTPONED else State.EXPIRED


def of(enrolment, at):
    state = state_of(enrolment, at)
    if state == State.CANCELLED_BY_CITY and enrolment.run.decision == CourseRun.Decision.CANCELLED:
        return STORIES[state]._replace(meaning=CALLED_OFF)
    if state == State.REQUESTED:
        return STORIES[state]._replace(meaning=STORIES[state].meaning % {"day": draw_day(enrolment.run)})
    return STORIES[state]


def draw_day(run):
    """`Monday 4 May`: when who asks for a place is answered, or None where places are not drawn."""
    return day_month(wording.draw_day(run)) if run.awaits_draw else None


# --- An offer and the line ------------------------------------------------------------------------------------


def is_open(enrolment, at):
    """Whether she holds an offer that can still be answered."""
    holds_one = enrolment.state == State.OFFERED and enrolment.answer_by is not None
    return holds_one and queue.may_answer(enrolment.run, enrolment, at)


def stands_still(enrolment, at):
    """Whether she waits and no place will be offered any more."""
    return enrolment.state == State.WAITING and queue.standstill(enrolment.run, at) in NO_MORE_OFFERS


def may_rejoin(enrolment, at):
    return state_of(enrolment, at) in MAY_REJOIN and not_now(enrolment, at) is None


def not_now(enrolment, at):
    return refusal(enrolment.participant, enrolment.run, at, declared=enrolment.declared)


def line(run, number):
    """What waiting means to who stands, or would stand, at this place from 1: for `participants/line.html`, and for
    `participants/together.html` how often others may go before a party."""
    told = {"number": number, "ahead": number - 1, "hours": run.answer_hours, "is_paused": run.queue_paused}
    return told | {"passes": queue.MOST_PASSES}


def deadline(instant):
    """`Monday 4 May, 18:00`."""
    local = instant.astimezone(clock.CASABLANCA)
    hour = time_of(local).replace(" ", wording.NO_BREAK)
    return _("%(day)s, %(time)s") % {"day": day_month(local.date()), "time": hour}


def remaining(left):
    """`1 day and 6 hours`, `5 hours and 20 minutes`, `20 minutes`: rounded down, and never nothing."""
    days, hours, minutes = left // DAY, left % DAY // HOUR, left % HOUR // MINUTE
    parts = [
        (days, npgettext("until the deadline", "%(n)s day", "%(n)s days", days)),
        (hours, npgettext("until the deadline", "%(n)s hour", "%(n)s hours", hours)),
    ]
    if not days:
        minutes = minutes if hours else max(1, minutes)
        parts.append((minutes, npgettext("until the deadline", "%(n)s minute", "%(n)s minutes", minutes)))
    return wording.listed([words % {"n": n} for n, words in parts if n])


# --- Giving it up ---------------------------------------------------------------------------------------------


def may_leave(enrolment, at):
    """Until the last day of the group: what is over cannot be given up."""
    return enrolment.state in EFFECTS and clock.local_day(at) <= enrolment.run.ends_on


def effects(enrolment, at):
    """What giving it up does, in sentences."""
    started = enrolment.state == State.ENROLLED and at >= queue.start_of(enrolment.run)
    return EFFECTS_AFTER_START if started else EFFECTS[State(enrolment.state)]
