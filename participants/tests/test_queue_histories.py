"""Whatever people, staff and the clock do to two groups, in any order, every promise holds.

`--histories=5000` tries more of them.
"""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Count
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from learningcity import clock
from programmes.models import CourseRun
from programmes.services import runs
from programmes.tests.factories import course, member

from ..models import Enrolment
from ..models.enrolments import LIVE, SEAT_HOLDING, State
from ..services import beside, decisions, erasure, families, invariants, merging, queue, replay, transfers
from ..services.enrolment import enrol, rejoin
from ..services.refusals import EnrolmentRefused
from .factories import participant
from .lines import let_pass, month_ahead

PEOPLE, GROUPS, MOST_SEATS = 12, 2, 5
PROFILE = {"stateful_step_count": 50, "deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}

who, where, which = st.integers(0, PEOPLE - 1), st.integers(0, GROUPS - 1), st.integers(0, 30)
rarely = st.sampled_from([False, False, False, True])


class Histories(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.history = transaction.atomic()
        self.history.__enter__()
        self.officer, shared = member("programme_officer"), course(maximum_age=99)
        self.course, self.ended = shared, []
        self.groups = [self.new_group(label) for label in "AB"]
        self.people = [participant(given_name=f"Nom {number}", phone="") for number in range(PEOPLE)]

    def new_group(self, label):
        """Someone may decide at any moment whether it is held."""
        day = clock.local_day(clock.now()) + timedelta(days=9)
        fields = {"capacity": 3, "desk_seats": 1, "min_people": 1, "decide_on": day}
        return month_ahead(course=self.course, label=label, **fields)

    def teardown(self):
        try:
            assert invariants.breaches() == []
            for group in self.standing():
                assert list(replay.differences(group, replay.of_run(group))) == []
        finally:
            transaction.set_rollback(True)
            self.history.__exit__(None, None, None)

    def places(self, *states):
        return list(Enrolment.objects.filter(state__in=states).order_by("pk"))

    def one(self, number, *states):
        """One of the places in these states, or None."""
        found = self.places(*states)
        return found[number % len(found)] if found else None

    @initialize(with_whom=st.lists(which, min_size=1, max_size=3))
    def has_a_line(self, with_whom):
        for number in range(PEOPLE - 4):
            enrol(self.people[number], self.groups[0], by=None, source="online")
        for number in with_whom:
            self.want_in_together(0, number)

    # --- What people do ---------------------------------------------------------------------------------------

    @rule(who=who, where=where, source=st.sampled_from(["online", "desk"]), may_wait=st.booleans())
    def enrols(self, who, where, source, may_wait):
        with suppress(EnrolmentRefused):
            enrol(self.survivor(who), self.groups[where], by=None, source=source, may_wait=may_wait)

    @rule(where=where, number=which)
    def two_come_who_want_in_together(self, where, number):
        with suppress(EnrolmentRefused):
            for each in (number, number + 1):
                enrol(self.survivor(each % PEOPLE), self.groups[where], by=None, source="online")
        self.want_in_together(where, number)

    @rule(where=where, number=which)
    def want_in_together(self, where, number):
        """One of those who wait, and the last who came and is with nobody yet."""
        line = self.groups[where].enrolments.filter(state=State.WAITING)
        last = line.filter(party=None).order_by("sequence").last()
        others = list(line.exclude(pk=last and last.pk).order_by("sequence"))
        if last and others:
            with suppress(EnrolmentRefused):
                families.stand_together(others[number % len(others)], last)

    @rule(number=which)
    def leaves(self, number):
        if place := self.one(number, *LIVE):
            queue.leave(place, by=None)

    @rule(number=which, answer=st.sampled_from([queue.accept, queue.decline]), twice=st.booleans())
    def answers(self, number, answer, twice):
        """Not while the group is postponed, and not unasked what becomes of the other group at the same hours."""
        if place := self.one(number, State.OFFERED):
            for _time in range(1 + twice):
                with suppress(queue.OfferGone, beside.OfferClashes):
                    answer(place, by=None)

    @rule(number=which)
    def takes_it_instead_of_the_other(self, number):
        if place := self.one(number, State.OFFERED):
            clashes = beside.of(place, *families.companions(place))
            with suppress(queue.OfferGone):
                queue.accept(place, by=None, leaving=[clash.place.pk for clash in clashes])

    @rule(number=which)
    def comes_back(self, number):
        if place := self.one(number, State.EXPIRED, State.DECLINED):
            with suppress(EnrolmentRefused):
                rejoin(place, by=None)

    # --- What the clock and the staff do ----------------------------------------------------------------------

    @rule(number=which, is_late=st.booleans())
    def time_to_answer_passes(self, number, is_late):
        if place := self.one(number, State.OFFERED):
            for each in (place, *families.companions(place)):
                let_pass(each)
            if is_late:
                with pytest.raises(queue.OfferGone):
                    queue.accept(place, by=None)
            queue.sweep()

    @rule(where=where, capacity=st.integers(0, MOST_SEATS))
    def places_change(self, where, capacity):
        """Nobody goes and nobody is offered anything because there are to be fewer places."""
        before = self.groups[where].enrolments.filter(state__in=SEAT_HOLDING).count()
        with suppress(runs.RunRefused):
            changed = runs.change(self.groups[where], by=self.officer, capacity=capacity)
            held = changed.enrolments.filter(state__in=SEAT_HOLDING).count()
            assert held == before if capacity <= before else before <= held <= capacity
            assert (changed.capacity_set, changed.capacity) == (capacity, max(capacity, before))

    @rule(where=where, kept=st.integers(0, 2))
    def desk_seats_change(self, where, kept):
        with suppress(runs.RunRefused):
            runs.change(self.groups[where], by=self.officer, desk_seats=kept)

    @rule(where=where, is_paused=st.booleans())
    def line_is_paused(self, where, is_paused):
        with suppress(runs.RunRefused):
            runs.change(self.groups[where], by=self.officer, queue_paused=is_paused)

    @rule(where=where, is_planned=rarely)
    def is_postponed_or_planned_again(self, where, is_planned):
        group = self.groups[where]
        group.refresh_from_db()
        if is_planned and group.decision == CourseRun.Decision.PLANNED:
            runs.postpone(group, by=self.officer, reason="Travaux")
        elif group.decision == CourseRun.Decision.POSTPONED:
            CourseRun.objects.filter(pk=group.pk).update(decided_at=None)
            group.meetings.update(state="planned")
            runs.announce(group, by=self.officer)
            late = group.enrolments.filter(state=State.OFFERED, answer_by__lte=clock.now())
            assert not late.exists()

    @rule(number=which)
    def no_longer_fits(self, number):
        """A record is corrected: she is too old for the course, or she is not after all."""
        person = self.survivor(number % PEOPLE)
        person.birth_year, person.birth_date = (1900 if person.birth_year > 1900 else 1998), None
        person.save(update_fields=["birth_year", "birth_date"])
        queue.sweep()

    @rule(where=where, moves=st.booleans(), is_held=st.sampled_from([False, False, True]), happens=rarely)
    def is_decided(self, where, moves, is_held, happens):
        """A group that is not held makes room for another one."""
        if not happens:
            return
        group, there = self.groups[where], self.groups[1 - where] if moves else None
        with suppress(decisions.DecisionRefused):
            if is_held:
                decisions.hold(group, by=self.officer)
            else:
                decisions.call_off(group, by=self.officer, reason="Trop peu", there=there)
                assert not group.enrolments.live().exists()
                self.ended.append(group)
                self.groups[where] = self.new_group("AB"[where])

    @rule(number=which, where=where)
    def changes_group(self, number, where):
        if place := self.one(number, *transfers.MAY_MOVE):
            with suppress(EnrolmentRefused):
                transfers.transfer(place, self.groups[where], by=self.officer, reason="")

    @rule(first=who, second=who, happens=rarely)
    def are_one_person(self, first, second, happens):
        if not happens:
            return
        with suppress(merging.MergeRefused):
            merging.merge(self.survivor(first), self.survivor(second), by=self.officer, reason="Saisie deux fois")

    @rule(number=st.integers(0, 1))
    def is_forgotten(self, number):
        with suppress(EnrolmentRefused):
            erasure.erase(self.survivor(number), by=None)

    def survivor(self, number):
        person = self.people[number]
        person.refresh_from_db()
        while person.merged_into:
            person = person.merged_into
        return person

    # --- What holds all the time ------------------------------------------------------------------------------

    @invariant()
    def a_seat_is_free_while_someone_waits_only_for_a_reason_that_ends(self):
        """The reasons are found anew here, from what is promised and not by the code that moves the line."""
        for group in self.standing().filter(waiting_count__gt=0):
            if group.free_seats > 0:
                assert queue.hindrance(group, clock.now()) == self.reason(group)

    def reason(self, group):
        if group.decision == CourseRun.Decision.POSTPONED:
            return "postponed"
        if group.queue_paused:
            return "paused"
        sizes = [(len(party), party) for party in self.parties(group)]
        if not sizes:
            return "unfit"
        for size, party in sizes:
            assert size > group.free_seats, "these could be offered seats"
            if size <= group.capacity - group.desk_seats and any(each.passes >= queue.MOST_PASSES for each in party):
                return "together"
        return "together" if any(size <= group.capacity - group.desk_seats for size, _party in sizes) else "too_large"

    @staticmethod
    def parties(group):
        """Those who could come, each party where its last member stands; nobody without the others of her party."""
        found = {}
        for place in group.enrolments.filter(state=State.WAITING).order_by("sequence").select_related("participant"):
            key = place.party or place.pk
            found[key] = [*found.pop(key, []), place]
        return [party for party in found.values() if all(each.participant.birth_year > 1900 for each in party)]

    @invariant()
    def no_party_is_split_by_what_others_do(self):
        """Who leaves by her own word, is moved by the staff or turns out to be someone else is not of the party any
        more."""
        gone = (State.CANCELLED_BY_LEARNER, State.CANCELLED_BY_CITY, State.TRANSFERRED)
        places = Enrolment.objects.exclude(party=None).exclude(state__in=gone)
        assert not places.values("party").annotate(states=Count("state", distinct=True)).filter(states__gt=1).exists()

    def standing(self):
        pks = [group.pk for group in [*self.groups, *self.ended]]
        return CourseRun.objects.select_related("course", "venue").filter(pk__in=pks)


@pytest.mark.django_db
def test_every_history_keeps_the_promises(pytestconfig, monkeypatch):
    monkeypatch.setattr(queue, "MOST_PASSES", 1)  # so that seats are held often
    number = pytestconfig.getoption("histories")
    run_state_machine_as_test(Histories, settings=settings(max_examples=number, **PROFILE))
