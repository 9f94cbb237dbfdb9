"""The line of a group: whatever frees a seat offers it to the next in line, in the same transaction.

Nobody is moved by an edit: the order is that of joining within a class of priority. People who want in together are
offered places together; while too few are free they are passed over, but not more often than MOST_PASSES.
"""

import logging
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Max, Q

from learningcity import clock
from programmes.models import CourseRun

from ..models import Enrolment, EnrolmentEvent
from ..models.enrolments import LIVE, State, in_order_of_offers
from . import announcements, beside, families, hours, ledger, places, reminders

logger = logging.getLogger(__name__)

SHORTEST = timedelta(hours=2)  # to answer an offer
MOST_PASSES = 3
SWEPT_EVERY = timedelta(seconds=70)  # as in CELERY_BEAT_SCHEDULE, and a little more
RECENTLY = timedelta(days=30)


class OfferGone(Exception):
    """The offer was answered otherwise, its time has passed, or the group is no longer open."""


class SweepFailed(Exception):
    """Some groups were not swept; each is named in the log, and the others were."""


class Movement(NamedTuple):
    freed: int  # seats within RECENTLY
    last_offer_on: date | None


# --- Moving up ------------------------------------------------------------------------------------------------


def move_up(run, *, at, by=None):
    """Offer every free seat; gives the enrolments that got an offer. The caller holds the lock of `run`; its counters
    are saved here."""
    if not has_work(run):  # as for nearly everyone who joins a line: nothing has to be asked
        return []
    why, window = outlook(run, at)
    if why:
        return []
    offered, line = [], list(waiting(run).select_for_update(of=("self",)))
    left = parties(run, line)
    while (turn := next_in(run, left)) is not None:
        pass_over(left[:turn])
        for enrolment in left.pop(turn):
            ahead = line.index(enrolment)
            offer(run, line.pop(ahead), window, at=at, by=by, why=ledger.passing(ahead))
            offered.append(enrolment)
    if offered:
        places.save(run)
    return offered


def has_work(run):
    return run.waiting_count > 0 and run.free_seats > 0


def standstill(run, at):
    """Why no offer goes out, as a code, or None: `postponed`, `closed`, `started`, `paused`, `full`, `empty` line, or
    `too_late` to answer."""
    return outlook(run, at)[0]


def outlook(run, at):
    """(the code of `standstill` or None, the window of an offer made now or None)."""
    if run.decision == CourseRun.Decision.POSTPONED:
        return "postponed", None
    if run.decision != CourseRun.Decision.PLANNED or (at >= run.enrolment_closes_at and not run.is_drawn):
        return "closed", None
    if at >= start_of(run):
        return "started", None
    if run.queue_paused:
        return "paused", None
    if not has_work(run):
        return "full" if run.waiting_count else "empty", None
    window = window_of(run, at)
    return None if window else "too_late", window


def window_of(run, at, *, shortest=SHORTEST):
    """Of an offer made now, or None. A line that was drawn moves till the start."""
    start = start_of(run)
    last = start if run.is_drawn else min(run.enrolment_closes_at, start)
    return hours.window(at, last=last, longest=timedelta(hours=run.answer_hours), shortest=shortest)


def waiting(run):
    return run.enrolments.waiting().select_related("participant")


def hindrance(run, at):
    """Why a seat is free and nobody in line is offered it, as a code: those of `standstill`, `unfit` when the group is
    no longer for any of them, `together` when those who want in together wait for more seats, `too_large` when they are
    more than the group will ever have seats for; None when nothing hinders."""
    if not has_work(run):
        return None
    if why := standstill(run, at):
        return why
    line = parties(run, waiting(run))
    if not line or next_in(run, line) is not None:
        return None if line else "unfit"
    return "together" if any(len(party) <= run.common_seats for party in line) else "too_large"


def parties(run, line):
    """The line in order of offers, people who want in together as one: [[Enrolment]]. Who no longer fits the group is
    passed over, and with her those who do not want in without her."""
    unfit = families.misfits(line, run)
    line = in_order_of_offers([each for each in line if each not in unfit])
    return [list(party) for _key, party in groupby(line, key=lambda each: each.party or each.pk)]


def next_in(run, parties):
    """Whose turn it is, as a place in `parties`: of the first for which enough seats are free, as long as none are held
    for one before it. None when it is nobody's."""
    for turn, party in enumerate(parties if run.free_seats > 0 else ()):
        if len(party) <= run.free_seats:
            return turn
        if has_seats_held(run, party):
            return None
    return None


def has_seats_held(run, party):
    """Others went before often enough; but nobody waits for those who are more than the group has seats for."""
    return len(party) <= run.common_seats and any(each.passes >= MOST_PASSES for each in party)


def pass_over(parties):
    passed = [each for party in parties for each in party]
    for each in passed:
        each.passes += 1
    Enrolment.objects.bulk_update(passed, ["passes"])


def offer(run, enrolment, window, *, at, by, why):
    begins, ends = window
    enrolment.run = run
    enrolment.offered_at, enrolment.answer_by = at, ends
    places.move(run, enrolment, State.OFFERED, by=by, at=at, why=why)
    announcements.announce(enrolment, not_before=begins)


def start_of(run):
    """The instant of the first meeting, or of the first day."""
    first = run.meetings.taking_place().first()
    day, hour = (first.date, first.starts_at) if first else (run.starts_on, time.min)
    return datetime.combine(day, hour, tzinfo=clock.CASABLANCA)


# --- Answers --------------------------------------------------------------------------------------------------


def accept(enrolment, *, by, leaving=(), keeps_both=False):
    return _answer(enrolment, State.ENROLLED, by=by, leaving=leaving, keeps_both=keeps_both)


def decline(enrolment, *, by):
    return _answer(enrolment, State.DECLINED, by=by)


@transaction.atomic
def _answer(enrolment, answer, *, by, leaving=(), keeps_both=False):
    """The first answer counts, also when the same comes again, and for all who want in together. Raises OfferGone, or
    OfferClashes for a yes that does not say what becomes of places at the same hours."""
    replaced = hold_replaced(enrolment, leaving=leaving) if answer == State.ENROLLED else []
    run, enrolment = lock(enrolment)
    at = clock.now()
    if enrolment.state == answer and enrolment.offered_at:
        return enrolment
    if enrolment.state != State.OFFERED or not may_answer(run, enrolment, at):
        raise OfferGone
    party = [enrolment, *families.companions(enrolment).select_for_update(of=("self",))]
    if answer == State.ENROLLED:
        beside.refuse_unsaid(beside.of(*party), [place.pk for place in replaced], keeps_both=keeps_both)
    _leave_line(run, party, answer, at=at, by=by)
    settle(enrolment, replaced, by=by)
    return enrolment


def may_answer(run, enrolment, at):
    return at < enrolment.answer_by and run.decision == CourseRun.Decision.PLANNED and at < start_of(run)


@transaction.atomic
def leave(enrolment, *, by, why=""):
    """The learner gives up her place, her offer or her place in line. What is over stays as it is."""
    run, enrolment = lock(enrolment)
    if enrolment.state in LIVE:
        _leave_line(run, [enrolment], State.CANCELLED_BY_LEARNER, at=clock.now(), by=by, why=why)
    return enrolment


def _leave_line(run, leaving, state, *, at, by, why=""):
    """All of them before the line moves: two seats that free together may go to two who want in together."""
    for enrolment in leaving:
        enrolment.run = run
        places.move(run, enrolment, state, by=by, at=at, why=why)
    places.save(run)
    for enrolment in leaving:
        announcements.announce(enrolment)
    reminders.write_again()
    move_up(run, at=at, by=by)


def hold_replaced(enrolment, *, leaving=()):
    """The places that end when this one becomes a seat, and with it those of her party; their groups and its own are
    locked, by number. Of those she says she is leaving, the ones at the same hours."""
    party = [enrolment, *families.companions(enrolment)]
    replaces = {pk for each in party for pk in each.replaces}
    replaces |= {clash.place.pk for clash in beside.of(*party) if clash.place.pk in leaving} if leaving else set()
    if not replaces:
        return []
    replaced = list(Enrolment.objects.live().filter(pk__in=replaces).order_by("pk"))
    CourseRun.objects.lock_all({enrolment.run_id, *(place.run_id for place in replaced)})
    return replaced


def settle(enrolment, replaced, *, by):
    """A seat ends the places that it replaces; who has none yet keeps them till then. The caller holds all groups."""
    if enrolment.state == State.ENROLLED:
        for place in replaced:
            leave(place, by=by, why=f"learner: {enrolment.run.code} instead")
    elif replaced:
        enrolment.replaces = [place.pk for place in replaced]
        enrolment.save(update_fields=["replaces"])


def lock(enrolment):
    """(run, enrolment), both locked and read anew."""
    run = CourseRun.objects.select_related("course", "venue").lock(enrolment.run_id)
    enrolment = run.enrolments.select_for_update(of=("self",)).select_related("participant").get(pk=enrolment.pk)
    enrolment.run = run
    return run, enrolment


# --- A group that is postponed: its offers wait for the new dates -------------------------------------------------


def suspend(run):
    """What tells of an offer and has not left stays unsaid. The caller holds the lock of `run`."""
    for enrolment in run.enrolments.filter(state=State.OFFERED).order_by("pk"):
        announcements.take_back_offer(enrolment)


def renew(run, *, at, by):
    """Each offer has a new time to answer, short rather than none, and is told again; then the line moves. The caller
    holds the lock of `run`."""
    if window := window_of(run, at, shortest=timedelta(0)):
        offers = run.enrolments.filter(state=State.OFFERED).select_for_update(of=("self",))
        for enrolment in offers.select_related("participant").order_by("pk"):
            enrolment.run, enrolment.offered_at, enrolment.answer_by = run, at, window[1]
            enrolment.save(update_fields=["offered_at", "answer_by"])
            announcements.announce_again(enrolment, not_before=window[0])
    move_up(run, at=at, by=by)


# --- The sweeper ----------------------------------------------------------------------------------------------


def sweep():
    """Offers whose time has passed end, and lines that somebody forgot move: how many of each. Raises SweepFailed
    when a group has failed, after the others."""
    at = clock.now()
    late = open_offers().filter(answer_by__lte=at)
    waits = Q(waiting_count__gt=0, seats_taken__lt=F("capacity") - F("desk_seats") + F("desk_taken"))
    was_drawn = ~Q(allocation=CourseRun.Allocation.FIRST_COME)
    moves = Q(enrolment_closes_at__gt=at) | Q(was_drawn, starts_on__gte=clock.local_day(at))
    open_runs = CourseRun.objects.filter(waits, moves, decision=CourseRun.Decision.PLANNED, queue_paused=False)
    open_runs = open_runs.values_list("pk", flat=True)
    swept = {"expired": 0, "mended": 0}
    try:
        for expired, offered in one_by_one({*late.values_list("run", flat=True), *open_runs}, sweep_run):
            swept["expired"] += expired
            swept["mended"] += offered
    finally:
        if swept["mended"]:
            logger.warning("%(mended)s seats were free while someone waited; they are offered now.", swept)
    return swept


def one_by_one(pks, act):
    """What `act` gives for each group, by number. One that fails stops no other one: SweepFailed comes after them all.
    Of the error only the kind is told, since its words may speak of a person."""
    codes, failed = dict(CourseRun.objects.filter(pk__in=pks).order_by("pk").values_list("pk", "code")), 0
    for pk, code in codes.items():
        try:
            done = act(pk)
        except Exception as error:
            failed += 1
            logger.error("Group %s was not swept: %s", code, type(error).__name__)
        else:
            yield done
    if failed:
        raise SweepFailed(f"{failed} of {len(codes)} groups were not swept")


def ending_soon():
    """[(pk of a group, instant)] of the offers that end before the next sweep."""
    at = clock.now()
    offers = open_offers().filter(answer_by__range=(at, at + SWEPT_EVERY))
    return sorted(set(offers.values_list("run", "answer_by")))


def open_offers():
    """Those whose time runs."""
    offers = Enrolment.objects.filter(state=State.OFFERED)
    return offers.exclude(run__decision=CourseRun.Decision.POSTPONED)


@transaction.atomic
def sweep_run(pk):
    """(offers that ended, offers that should have been made before)."""
    run, at = CourseRun.objects.select_related("course", "venue").lock(pk), clock.now()
    mended = len(move_up(run, at=at))
    late = open_offers().filter(run=run, answer_by__lte=at).select_for_update(of=("self",))
    late = list(late.select_related("participant").order_by("sequence"))
    if late:
        _leave_line(run, late, State.EXPIRED, at=at, by=None)
    return len(late), mended


# --- What a resident sees -------------------------------------------------------------------------------------


def movement(run, at):
    events = EnrolmentEvent.objects.filter(run=run)
    freed = events.filter(seat_delta__lt=0, at__gt=at - RECENTLY).count()
    return Movement(freed, events.filter(to_state=State.OFFERED).aggregate(last=Max("day"))["last"])
