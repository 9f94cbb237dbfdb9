"""Whatever people, staff and the clock do to two groups, in any order, every promise holds.

`--histories=5000` tries more of them.
"""

from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from learningcity import clock
from programmes.models import CourseRun
from programmes.services import runs
from programmes.tests.factories import course, member

from ..models import Enrolment
from ..models.enrolments import LIVE, State
from ..services import decisions, erasure, invariants, merging, queue, replay, transfers
from ..services.enrolment import enrol, rejoin
from ..services.refusals import EnrolmentRefused
from .factories import participant
from .lines import let_pass, month_ahead

PEOPLE, GROUPS, MOST_SEATS = 8, 2, 4
PROFILE = {"stateful_step_count": 50, "deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}

who, where, which = st.integers(0, PEOPLE - 1), st.integers(0, GROUPS - 1), st.integers(0, 30)


class Histories(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.history = transaction.atomic()
        self.history.__enter__()
        self.officer, shared = member("programme_officer"), course()
        self.course, self.ended = shared, []
        self.groups = [self.new_group(label) for label in "AB"]
        self.people = [participant(given_name=f"Nom {number}", phone="") for number in range(PEOPLE)]

    def new_group(self, label):
        """Someone may decide at any moment whether it is held."""
        day = clock.local_day(clock.now()) + timedelta(days=9)
        fields = {"capacity": 2, "desk_seats": 1, "min_people": 1, "decide_on": day}
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

    # --- What people do ---------------------------------------------------------------------------------------

    @rule(who=who, where=where, source=st.sampled_from(["online", "desk"]), may_wait=st.booleans())
    def enrols(self, who, where, source, may_wait):
        with suppress(EnrolmentRefused):
            enrol(self.survivor(who), self.groups[where], by=None, source=source, may_wait=may_wait)

    @rule(first=who, second=who, where=where)
    def want_in_together(self, first, second, where):
        party = uuid4()
        for number in {first, second}:
            with suppress(EnrolmentRefused):
                place = enrol(self.survivor(number), self.groups[where], by=None, source="online")
                Enrolment.objects.filter(pk=place.pk, state=State.WAITING, party=None).update(party=party)

    @rule(number=which)
    def leaves(self, number):
        if place := self.one(number, *LIVE):
            queue.leave(place, by=None)

    @rule(number=which, answer=st.sampled_from([queue.accept, queue.decline]), twice=st.booleans())
    def answers(self, number, answer, twice):
        if place := self.one(number, State.OFFERED):
            for _time in range(1 + twice):
                answer(place, by=None)

    @rule(number=which)
    def comes_back(self, number):
        if place := self.one(number, State.EXPIRED, State.DECLINED):
            with suppress(EnrolmentRefused):
                rejoin(place, by=None)

    # --- What the clock and the staff do ----------------------------------------------------------------------

    @rule(number=which, is_late=st.booleans())
    def time_to_answer_passes(self, number, is_late):
        if place := self.one(number, State.OFFERED):
            let_pass(place)
            if is_late:
                with pytest.raises(queue.OfferGone):
                    queue.accept(place, by=None)
            queue.sweep()

    @rule(where=where, capacity=st.integers(0, MOST_SEATS))
    def places_change(self, where, capacity):
        with suppress(runs.RunRefused):
            runs.change(self.groups[where], by=self.officer, capacity=capacity)

    @rule(where=where, kept=st.integers(0, 2))
    def desk_seats_change(self, where, kept):
        with suppress(runs.RunRefused):
            runs.change(self.groups[where], by=self.officer, desk_seats=kept)

    @rule(where=where, is_paused=st.booleans())
    def line_is_paused(self, where, is_paused):
        with suppress(runs.RunRefused):
            runs.change(self.groups[where], by=self.officer, queue_paused=is_paused)

    @rule(where=where, moves=st.booleans(), is_held=st.sampled_from([False, False, True]))
    def is_decided(self, where, moves, is_held):
        """A group that is not held makes room for another one."""
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

    @rule(first=who, second=who)
    def are_one_person(self, first, second):
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

    @invariant()
    def no_seat_is_free_while_someone_could_be_offered_it(self):
        for group in self.standing().filter(waiting_count__gt=0):
            assert not queue.has_work(group) or queue.hindrance(group, clock.now())

    def standing(self):
        pks = [group.pk for group in [*self.groups, *self.ended]]
        return CourseRun.objects.select_related("course", "venue").filter(pk__in=pks)


@pytest.mark.django_db
def test_every_history_keeps_the_promises(pytestconfig):
    number = pytestconfig.getoption("histories")
    run_state_machine_as_test(Histories, settings=settings(max_examples=number, **PROFILE))
