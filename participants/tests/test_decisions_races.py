"""A decision against someone who enrols in that moment, and the control that shows what the lock is for."""

from datetime import timedelta

import pytest

from learningcity import clock
from learningcity.tests.races import at_once
from programmes.models import CourseRun
from programmes.models.runs import CourseRunQuerySet
from programmes.services import scheduling
from programmes.tests.factories import course, member

from ..models import Enrolment
from ..models.enrolments import LIVE
from ..services import decisions, invariants
from ..services.refusals import EnrolmentRefused
from .factories import enrolment, participant
from .lines import month_ahead

pytestmark = pytest.mark.django_db(transaction=True)
REPEATS = 20


def deciding(seats=1):
    """(here, there, what the decision and two newcomers gave, one for each group)"""
    shared, officer = course(), member("programme_officer")
    today = clock.local_day(clock.now())
    here = month_ahead(course=shared, label="A", capacity=9, min_people=8, decide_on=today + timedelta(days=1))
    there = month_ahead(course=shared, label="B", capacity=seats)
    enrolment(here, participant(given_name="Nom 1", phone=""))
    people = [participant(given_name=f"Nom {number}", phone="") for number in (2, 3)]
    acts = [lambda: decisions.call_off(here, by=officer, reason="Trop peu", there=there)]
    acts += [lambda who=who, of=of: enrolment(of, who) for who, of in zip(people, (here, there), strict=True)]
    return here, there, at_once(acts)


@pytest.mark.parametrize("_again", range(REPEATS))
def test_who_enrols_meanwhile_is_moved_told_or_refused(_again):
    here, there, (outcome, newcomer, other) = deciding()

    assert sum(outcome) in (1, 2)
    assert isinstance(newcomer, EnrolmentRefused) == (sum(outcome) == 1)
    assert other.state in ("enrolled", "waiting")
    assert not Enrolment.objects.filter(run=here, state__in=LIVE).exists()
    assert CourseRun.objects.get(pk=there.pk).seats_taken == 1
    assert invariants.breaches() == []


@pytest.mark.usefixtures("without_safety_net")
def test_without_the_locks_someone_keeps_a_place_in_a_group_that_is_cancelled(monkeypatch):
    monkeypatch.setattr(CourseRunQuerySet, "lock", lambda runs, pk: runs.get(pk=pk))
    monkeypatch.setattr(
        scheduling, "lock_runs", lambda pks: list(CourseRun.objects.filter(pk__in=pks).select_related("course"))
    )
    found = []
    for _again in range(REPEATS):
        here, _there, _results = deciding(seats=9)
        found += [*Enrolment.objects.filter(run=here, state__in=LIVE), *invariants.breaches()]
        if found:
            break

    assert found
