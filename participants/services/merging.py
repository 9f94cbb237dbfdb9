"""Two records of one person become one, and two again when that was wrong."""

import math

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from learningcity import clock
from learningcity.services import audit

from ..models import Enrolment, Guardianship, Merge, Participant
from ..models.enrolments import State
from . import announcements, passports, people, places, queue

STANDS_FIRST = [State.ENROLLED, State.OFFERED, State.WAITING, State.REQUESTED]


class MergeRefused(Exception):
    """Carries a sentence for whoever asked."""

    def __init__(self, sentence):
        super().__init__(sentence)
        self.sentence = sentence


# --- One of two -----------------------------------------------------------------------------------------------


@transaction.atomic
def merge(survivor, absorbed, *, by, reason):
    """All places of the absorbed record become those of the survivor, each where it is in its line. The same again
    gives the first Merge. Raises MergeRefused."""
    if survivor == absorbed:
        raise MergeRefused(_("These are not two records."))
    held = people.hold(lambda: {survivor.pk, absorbed.pk})
    survivor, absorbed = held.people[survivor.pk], held.people[absorbed.pk]
    if absorbed.merged_into_id == survivor.pk:
        return Merge.objects.standing().get(absorbed=absorbed)
    refuse_gone(survivor, absorbed)
    refuse_two_residents(survivor, absorbed)
    at, seconds = clock.now(), second_places(held.places)
    parties = join_parties(seconds)
    made = Merge.objects.create(
        survivor=survivor,
        absorbed=absorbed,
        parties=parties,
        ended=end_places(seconds, by=by, at=at),
        opened=close_links(absorbed),
        moved=move_places(absorbed, survivor),
        guardianships=copy_guardianships(absorbed, survivor),
        by=by,
        at=at,
        reason=reason,
    )
    point_to(absorbed, survivor)
    for place in seconds:
        queue.move_up(place.run, at=at, by=by)
    note("merge people", made, by=by)
    return made


def refuse_gone(*records):
    if any(each.erased_on for each in records):
        raise MergeRefused(_("One of these records was erased."))
    if any(each.merged_into_id for each in records):
        raise MergeRefused(_("One of these records was merged before."))


def refuse_two_residents(survivor, absorbed):
    """Nobody is shown another resident's places because staff took two people for one."""
    one, other = passports.residents_of(survivor.records()), passports.residents_of(absorbed.records())
    if one and other and one != other:
        sentence = _("These records are open in two passports. One must first be taken out of its passport.")
        raise MergeRefused(sentence)


def second_places(live):
    """{the place that ends: the one that stays} of each group where both have a place: a seat before a place in line,
    then the earlier in line."""
    standing, seconds = {}, {}
    for place in sorted(live, key=rank):
        stays = standing.setdefault(place.run_id, place)
        if stays != place:
            seconds[place] = stays
    return seconds


def rank(place):
    """What one has comes first, then who is served first: as drawn, then by class, then as they joined."""
    drawn = math.inf if place.drawn_rank is None else place.drawn_rank
    return STANDS_FIRST.index(place.state), drawn, place.priority, place.sequence


def join_parties(seconds):
    """Who wants in together with a place that ends does so with the one that stays, where that waits too. Gives
    {enrolment: its party before} of those that changed."""
    before = {}
    for place, stays in seconds.items():
        if place.party and place.state == stays.state:
            party = stays.party or place.party
            joining = place.run.enrolments.live().filter(Q(pk=stays.pk) | Q(party=place.party))
            joining = joining.exclude(pk=place.pk).exclude(party=party)
            before |= {each.pk: each.party and str(each.party) for each in joining}
            joining.update(party=party)
    return before


def end_places(seconds, *, by, at):
    """Without a message: the person keeps her place."""
    for place in seconds:
        places.move(place.run, place, State.CANCELLED_BY_CITY, by=by, at=at, why="merge")
        places.save(place.run)
        announcements.take_back(place)
    return [place.pk for place in seconds]


def close_links(absorbed):
    """Links of this record open their place and no longer all that is kept: whoever typed a name like hers has one."""
    open_ = absorbed.enrolments.filter(opens_person=True)
    pks = list(open_.order_by("pk").values_list("pk", flat=True))
    open_.update(opens_person=False)
    return pks


def move_places(absorbed, survivor):
    pks = list(absorbed.enrolments.order_by("pk").values_list("pk", flat=True))
    Enrolment.objects.filter(pk__in=pks).update(participant=survivor)
    return pks


def copy_guardianships(absorbed, survivor):
    """Who acts for the one acts for the other: the rows that were missing."""
    known = set(survivor.guardianships.current().values_list("guardian_name", "relation"))
    missing = set(absorbed.guardianships.current().values_list("guardian_name", "relation")) - known
    rows = [Guardianship(participant=survivor, guardian_name=name, relation=each) for name, each in sorted(missing)]
    return [row.pk for row in Guardianship.objects.bulk_create(rows)]


def point_to(absorbed, survivor: Participant | None):
    absorbed.merged_into = survivor
    absorbed.save(update_fields=["merged_into"])


def note(action, merge, *, by):
    """In the journal of both."""
    for record in (merge.survivor, merge.absorbed):
        audit.note(action, record, by=by, count=2, detail={"merge": merge.pk})


# --- Two again ------------------------------------------------------------------------------------------------


def parted():
    """The pairs of records of which someone has said, by undoing their merge, that they are two people."""
    undone = Merge.objects.exclude(undone_at=None).values_list("survivor", "absorbed")
    return {frozenset(pair) for pair in undone}


@transaction.atomic
def undo(merge, *, by):
    """What was moved and is still there goes back; a place that was ended stays ended. Repeating it changes nothing.
    Raises MergeRefused when the survivor has gone on into another record, or was erased."""
    held = people.hold(lambda: {merge.survivor_id, merge.absorbed_id})
    merge = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if merge.undone_at:
        return merge
    survivor, absorbed = held.people[merge.survivor_id], held.people[merge.absorbed_id]
    refuse_gone(survivor)
    merge.undone_at = clock.now()
    merge.save(update_fields=["undone_at"])
    survivor.enrolments.filter(pk__in=merge.moved).update(participant=absorbed)
    absorbed.enrolments.filter(pk__in=merge.opened).update(opens_person=True)
    for pk, party in merge.parties.items():
        Enrolment.objects.filter(pk=pk).update(party=party)
    survivor.guardianships.current().filter(pk__in=merge.guardianships).update(revoked_at=merge.undone_at)
    point_to(absorbed, None)
    for run in held.runs.values():  # who was in one party may fit now
        queue.move_up(run, at=merge.undone_at, by=by)
    note("undo merge", merge, by=by)
    return merge
