"""Places given by lot once enrolment has closed, in an order that anyone can find again.

The list is sorted by class, then by the SHA-256 of `seed:name` in hexadecimal; the name is the reference, or what
stands for a party, and a party is in the class of its last member. Seats are given in this order, then places in line.
People who want in together stay together: while a party does not fit, those after it are tried.
"""

import json
import secrets
from contextlib import suppress
from hashlib import sha256
from itertools import zip_longest

from django.db import transaction
from django.utils.translation import gettext as _

from learningcity import clock
from programmes.models import CourseRun

from ..models import Draw, Enrolment, EnrolmentEvent
from ..models.enrolments import State
from . import announcements, desk_release, families, hours, places, queue

VERSION = 1


class DrawRefused(Exception):
    """There is nothing to draw, or not yet; the sentence says which."""


# --- The order ------------------------------------------------------------------------------------------------


def outcome(draw):
    """{reference: state} in the order drawn, from what is published and from nothing else."""
    drawn = drawn_order(draw.seed, draw.entries)
    seated, others = fitting(drawn, draw.seats)
    waiting, _others = fitting(others, draw.line)
    states = dict.fromkeys(references(seated), State.ENROLLED) | dict.fromkeys(references(waiting), State.WAITING)
    return {reference: states.get(reference, State.REFUSED) for reference in references(drawn)}


def drawn_order(seed, entries):
    """[[entry]]: parties, and people who come alone."""
    parties = {}
    for entry in entries:
        parties.setdefault(name_of(entry), []).append(entry)
    return sorted(parties.values(), key=lambda party: (class_of(party), lot(seed, name_of(party[0]))))


def name_of(entry):
    return entry["party"] or entry["reference"]


def class_of(party):
    return max(entry["priority"] for entry in party)


def lot(seed, name):
    return sha256(f"{seed}:{name}".encode()).hexdigest()


def fitting(parties, seats):
    """(the parties that get one of so many seats for each member, those that do not), both in order."""
    seated, others = [], []
    for party in parties:
        fits = len(party) <= seats
        (seated if fits else others).append(party)
        seats -= len(party) if fits else 0
    return seated, others


def references(parties):
    return [entry["reference"] for party in parties for entry in party]


# --- Holding it -----------------------------------------------------------------------------------------------


@transaction.atomic
def hold(run, *, by):
    """The draw of the group: held now, or before and then as it was. Raises DrawRefused."""
    run, replaced = lock(run.pk)
    if held := Draw.objects.filter(run=run).first():
        return held
    at = clock.now()
    refuse_too_early(run, at)
    desk_release.release(run, by=by)
    asking = those_who_ask(run, at=at, by=by)
    draw = written(run, asking, at=at, by=by)
    give(draw, run, asking, at=at, by=by)
    run.drawn_on = clock.local_day(at)
    run.save(update_fields=["drawn_on"])
    for enrolment in asking:
        queue.settle(enrolment, [place for place in replaced if place.pk in enrolment.replaces], by=by)
    return draw


def lock(pk):
    """(the group, the places that end when a seat is drawn here), all groups locked by number. Who asks meanwhile is
    seen at the end; once enrolment has closed nobody does."""
    while True:
        point = transaction.savepoint()
        replaced = replaced_by_those_who_ask(pk)
        pks = {pk, *(place.run_id for place in replaced)}
        run = CourseRun.objects.select_related("course", "venue").lock_all(pks)[pk]
        if replaced_by_those_who_ask(pk) == replaced:
            transaction.savepoint_commit(point)
            return run, replaced
        transaction.savepoint_rollback(point)


def replaced_by_those_who_ask(pk):
    asking = Enrolment.objects.filter(run=pk, state=State.REQUESTED).exclude(replaces=[])
    pks = {place for replaces in asking.values_list("replaces", flat=True) for place in replaces}
    return list(Enrolment.objects.live().filter(pk__in=pks).order_by("pk")) if pks else []


def refuse_too_early(run, at):
    if not run.is_drawn:
        raise DrawRefused(_("Places in this group are not drawn."))
    if run.decision != CourseRun.Decision.PLANNED:
        raise DrawRefused(_("This group is not announced."))
    if at < run.enrolment_closes_at:
        raise DrawRefused(_("Enrolment has not closed yet."))


def those_who_ask(run, *, at, by):
    """As they came. Who no longer fits the group is refused before the list is made, and with her those who do not want
    in without her."""
    asking = run.enrolments.filter(state=State.REQUESTED).select_for_update(of=("self",)).order_by("sequence")
    asking = list(asking.select_related("participant"))
    unfit = families.misfits(asking, run)
    for enrolment in asking:
        enrolment.run = run
        if enrolment in unfit:
            places.move(run, enrolment, State.REFUSED, by=by, at=at, why=unfit[enrolment])
            announcements.announce(enrolment, not_before=hours.next_moment(at))
    return [each for each in asking if each not in unfit]


def written(run, asking, *, at, by):
    """The list first, then a seed that nobody could know: the database keeps both as they are."""
    draw = Draw(run=run, version=VERSION, entries=[entry_of(each) for each in asking], drawn_at=at, by=by)
    draw.seats, draw.line = max(0, run.free_seats), max(0, run.waiting_places - run.waiting_count)
    draw.seed = secrets.token_hex(16)
    draw.order = list(outcome(draw))
    draw.save()
    return draw


def entry_of(enrolment):
    """What is published of someone who asks; a party by letters from which its number cannot be found."""
    party = sha256(enrolment.party.bytes).hexdigest()[:12] if enrolment.party else ""
    return {"reference": enrolment.reference, "priority": enrolment.priority, "party": party}


def give(draw, run, asking, *, at, by):
    found, why = {each.reference: each for each in asking}, fingerprint(draw)
    for rank, reference in enumerate(draw.order, 1):
        found[reference].drawn_rank = rank
    Enrolment.objects.bulk_update(asking, ["drawn_rank"])
    for reference, state in outcome(draw).items():
        places.move(run, found[reference], state, by=by, at=at, why=why)
    places.save(run)
    for reference in draw.order:
        announcements.announce(found[reference], not_before=hours.next_moment(at))


def fingerprint(draw):
    """The reason of each line that the draw writes into the ledger: it binds the list and the seed to the chain."""
    told = [draw.version, draw.seed, draw.seats, draw.line, draw.entries]
    return "draw " + sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def sweep():
    """Hold the draws that are due: how many groups."""
    closed = CourseRun.objects.filter(decision=CourseRun.Decision.PLANNED, enrolment_closes_at__lte=clock.now())
    due = closed.exclude(allocation=CourseRun.Allocation.FIRST_COME).filter(draw=None)
    return len(list(queue.one_by_one(due.values_list("pk", flat=True), hold_due)))


def hold_due(pk):
    with suppress(DrawRefused):  # postponed a moment ago
        hold(CourseRun.objects.get(pk=pk), by=None)


# --- Checking it ----------------------------------------------------------------------------------------------


def differences(draw):
    """Where the published list and seed do not lead to what was done, in sentences; none when they do."""
    found = outcome(draw)
    for rank, (told, drawn) in enumerate(zip_longest(draw.order, found), 1):
        if told != drawn:
            yield f"rank {rank} is {drawn} by the list and the seed, {told} is written"
    events = EnrolmentEvent.objects.filter(run=draw.run_id, from_state=State.REQUESTED, why=fingerprint(draw))
    given = dict(events.values_list("enrolment__reference", "to_state"))
    for reference, state in found.items():
        if given.get(reference) != state:
            yield f"{reference} is {state} by the list and the seed, {given.get(reference)} by the ledger"
