from datetime import timedelta

import pytest

from learningcity import clock

from .. import openings
from .factories import course, run, today

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def best_runs(**which):
    return list(openings.best_runs(clock.now(), **which).items())


def test_courses_with_places_come_first_then_the_earliest_start():
    late = run(starts_on=today() + 40 * DAY)
    early = run(starts_on=today() + 15 * DAY)
    full = run(starts_on=today() + 12 * DAY, seats_taken=30)
    course()

    assert best_runs() == [(group.course_id, group.pk) for group in (early, late, full)]
    assert best_runs(course=full.course) == [(full.course_id, full.pk)]


def test_the_group_to_show_is_the_first_with_places():
    one = course()
    run(course=one, starts_on=today() + 12 * DAY, seats_taken=30)
    run(course=one, starts_on=today() + 30 * DAY)
    best = run(course=one, starts_on=today() + 20 * DAY)

    assert best_runs() == [(one.pk, best.pk)]


def test_group_that_opens_later_comes_after_one_that_is_open():
    soon = run(starts_on=today() + 12 * DAY, enrolment_opens_at=clock.now() + DAY)
    now = run(starts_on=today() + 30 * DAY)

    assert [group for _course, group in best_runs()] == [now.pk, soon.pk]
