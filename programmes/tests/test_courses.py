import pytest
from django.db import IntegrityError
from django.db.models import ProtectedError

from ..models import Course
from .factories import course, run

pytestmark = pytest.mark.django_db


def test_published_courses_are_the_only_ones_published():
    shown = course()
    for state in ("draft", "in_review", "archived"):
        course(state=state)

    assert list(Course.objects.published()) == [shown]


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
