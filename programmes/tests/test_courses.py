from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.db.models import ProtectedError

from learningcity import clock

from ..models import Course, CourseRun
from .factories import course, run, today

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_published_courses_are_the_only_ones_published():
    shown = course()
    for state in ("draft", "in_review", "archived"):
        course(state=state)

    assert list(Course.objects.published()) == [shown]


def offered():
    at = clock.now()
    return Course.objects.with_next_run(CourseRun.objects.on_offer(at), at)


def test_courses_with_places_come_first_then_the_earliest_start():
    late = run(starts_on=today() + 40 * DAY)
    early = run(starts_on=today() + 15 * DAY)
    full = run(starts_on=today() + 12 * DAY, seats_taken=30)
    course()

    assert [(each, each.next_run) for each in offered()] == [(group.course, group.pk) for group in (early, late, full)]


def test_next_run_is_the_first_with_places():
    one = course()
    run(course=one, starts_on=today() + 12 * DAY, seats_taken=30)
    run(course=one, starts_on=today() + 30 * DAY)
    best = run(course=one, starts_on=today() + 20 * DAY)

    assert offered().get().next_run == best.pk


def test_group_that_opens_later_comes_after_one_that_is_open():
    soon = run(starts_on=today() + 12 * DAY, enrolment_opens_at=clock.now() + DAY)
    now = run(starts_on=today() + 30 * DAY)

    assert list(offered()) == [now.course, soon.course]


def test_outcomes_are_lines_with_words():
    assert course(outcomes_fr="Lire\n\n  \nÉcrire").outcome_list == ["Lire", "Écrire"]


@pytest.mark.parametrize("ages", [(18, 17), (1, 0)])
def test_ages_in_the_wrong_order_are_refused(ages):
    with pytest.raises(IntegrityError):
        course(minimum_age=ages[0], maximum_age=ages[1])


@pytest.mark.parametrize("ages", [(18, 18), (None, 17), (60, None), (None, None)])
def test_one_limit_of_age_is_enough(ages):
    assert course(minimum_age=ages[0], maximum_age=ages[1]).pk


def test_course_with_groups_is_never_deleted():
    group = run()

    with pytest.raises(ProtectedError):
        group.course.delete()
