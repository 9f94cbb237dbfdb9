"""Too few people: someone decides whether a group starts. Nothing is called off by itself."""

from datetime import timedelta
from itertools import chain, groupby
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from learningcity import clock
from learningcity.models.messages import Channel
from learningcity.services import audit, messages
from programmes.models import CourseRun, Membership
from programmes.services import runs

from ..models.enrolments import State, in_order_of_offers
from . import announcements, transfers
from .refusals import EnrolmentRefused

NOTICE = timedelta(days=7)  # before the day of the decision
COMING = (State.REQUESTED, State.ENROLLED)
ORDER = [State.ENROLLED, State.OFFERED, State.REQUESTED, State.WAITING]  # in which another group is filled


class DecisionRefused(Exception):
    """There is nothing to decide; the sentence says why."""

    def __init__(self, sentence):
        super().__init__(sentence)
        self.sentence = sentence


class Outcome(NamedTuple):
    moved: int
    left: int  # people who are shown other courses


# --- What there is to decide ----------------------------------------------------------------------------------


def short(groups, today):
    """Those with too few people whose day is near, or past without a word: each with `coming` and `missing`."""
    near = groups.filter(decide_on__lte=today + NOTICE, starts_on__gte=today)
    open_ones = near.filter(decision=CourseRun.Decision.PLANNED, decided_at=None)
    counted = open_ones.annotate(coming=Count("enrolments", filter=Q(enrolments__state__in=COMING)))
    return counted.annotate(missing=F("min_people") - F("coming")).filter(missing__gt=0).order_by("decide_on", "pk")


def alert():
    """Who manages a group of too few is told on the day of its decision, once: how many groups."""
    today = clock.local_day(clock.now())
    due = list(short(CourseRun.objects.select_related("course"), today).filter(decide_on__lte=today))
    for run in due:
        for user in managers(run, today):
            write(run, user)
    return len(due)


def managers(run, today):
    """Of the organisation, and where nobody manages it those who manage all."""
    roles = Membership.objects.current(today).filter(user__is_active=True).select_related("user").order_by("pk")
    own = roles.filter(role=Membership.Role.MANAGER, organisation=run.course.organisation_id)
    return [role.user for role in own or roles.filter(role=Membership.Role.PROGRAMME_OFFICER)]


def write(run, user):
    told = {"course": announcements.in_languages(run.course, "title"), "date": run.starts_on.isoformat()}
    told |= {"reference": run.code, "link": settings.SITE_URL + reverse("desk-decision", args=[run.code])}
    messages.write(
        channel=Channel.EMAIL,
        recipient=user.email,
        language=user.language,
        template="decision_due",
        values=told,
        dedupe_key=f"decision:{run.pk}:{run.decide_on}:{user.pk}",
    )


def refusal(run):
    """Why nothing is decided now, or None."""
    if not run.min_people:
        return _("This group starts with whoever comes: there is nothing to decide.")
    if run.decided_at or run.decision != CourseRun.Decision.PLANNED:
        return _("This is decided.")
    if run.starts_on < clock.local_day(clock.now()):
        return _("This group has started.")
    return None


def open_groups(run, at):
    """Groups of the course to which people can move now."""
    others = CourseRun.objects.on_offer(at).with_places().filter(course=run.course_id, enrolment_opens_at__lte=at)
    return others.filter(allocation=CourseRun.Allocation.FIRST_COME).exclude(pk=run.pk).order_by("starts_on", "pk")


# --- Deciding -------------------------------------------------------------------------------------------------


@transaction.atomic
def hold(run, *, by, reason=""):
    """The group starts, however many come. Raises DecisionRefused."""
    run = CourseRun.objects.select_related("course").lock(run.pk)
    decide(run, "hold group", by=by, reason=reason)
    return run


@transaction.atomic
def call_off(run, *, by, reason, there=None):
    """The group is cancelled. Who fits in `there` and finds a seat has it, in the order of the line; everyone else is
    shown other courses; each hears once. Raises DecisionRefused, or RunRefused of the group."""
    there = there or run
    replaces = chain.from_iterable(run.enrolments.live().values_list("replaces", flat=True))
    run, there = transfers.lock_both(run.pk, there.pk, *transfers.groups_left(set(replaces)))
    decide(run, "call off group", by=by, reason=reason)
    parties = everyone(run)
    moved = sum(move(party, run, there, by=by) for party in parties) if there != run else 0
    runs.cancel(run, by=by, reason=reason)
    return Outcome(moved, sum(map(len, parties)) - moved)


def decide(run, action, *, by, reason):
    if unfit := refusal(run):
        raise DecisionRefused(unfit)
    run.decided_at, run.decided_by = clock.now(), by
    run.save(update_fields=["decided_at", "decided_by"])
    audit.note(action, run, by=by, count=run.seats_taken + run.waiting_count, reason=reason)


def everyone(run):
    """Who has a live place, locked: seats first, then the line; people who want in together as one: [[Enrolment]]."""
    live = run.enrolments.live().as_served().select_for_update(of=("self",)).select_related("participant")
    served = sorted(in_order_of_offers(list(live)), key=lambda each: ORDER.index(each.state))
    return [list(party) for _key, party in groupby(served, key=lambda each: (each.state, each.party or each.pk))]


def move(party, here, there, *, by):
    """How many of a party have a seat there now: all, or nobody where one does not fit or a seat is missing."""
    at = clock.now()
    if len(party) > there.places_left or not all(transfers.may_come(each, there, at) for each in party):
        return 0
    return sum(is_carried(each, here, there, at=at, by=by) for each in party)


def is_carried(place, here, there, **act):
    try:
        transfers.carry(place, here, there, may_wait=False, reason="called off", **act)
    except EnrolmentRefused:  # she has a place there already
        return False
    return True
