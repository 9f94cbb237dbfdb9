"""A person who is erased stays counted."""

from datetime import date

import pytest

from indicators import rollup as figures
from indicators.models import Fact, LearnerMonth
from learningcity.tests.factories import district
from participants.models import Enrolment
from participants.services import attendance, erasure
from participants.tests.factories import enrolment, participant
from programmes.tests.factories import meeting, run, today

pytestmark = pytest.mark.django_db
COLUMNS = ["indicator", "period_kind", "period_end", "area", "sex", "age", "people", "numerator", "denominator"]


@pytest.fixture
def learners():
    """Three who came in January, in February and today, each with a place still."""
    group = run(capacity=5, meetings=0, starts_on=date(2026, 1, 5))
    made = [participant(given_name=f"N{n}", birth_year=1980 + n, district=district()) for n in range(3)]
    for who in made:
        enrolment(group, who)
    Enrolment.objects.update(confirmed_on=date(2026, 1, 1))
    for day in (date(2026, 1, 5), date(2026, 2, 2), today()):
        attendance.mark(meeting(group, date=day), {}, by=None, rest_present=True)
    return made


def computed():
    figures.rebuild(cause="test")
    return set(Fact.objects.values_list(*COLUMNS)), set(LearnerMonth.objects.values_list())


def test_no_figure_changes_when_people_are_erased(learners):
    before = computed()
    assert all(before)

    for who in learners[:2]:
        erasure.erase(who, by=None)

    assert computed() == before
