"""All groups that fit a question, against the courses its list shows."""

import pytest
from django.http import QueryDict

from learningcity import clock
from learningcity.tests.factories import district

from .. import filters, search
from ..models import CourseRun
from .factories import course, offered, venue

pytestmark = pytest.mark.django_db


def fitting(query):
    return search.every_run(filters.read(QueryDict(query)))


@pytest.fixture
def groups():
    """Two groups of sewing, the second in Anfa, then one of digital skills; the first has no place left."""
    sewing, digital = course(theme="trade", title_fr="Couture"), course(theme="digital", title_fr="Tableur")
    here = venue(district=district("Anfa"))
    return [offered(course=sewing, seats_taken=30), offered(course=sewing, venue=here), offered(course=digital)]


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("", [1, 2, 0]),
        ("q=couture", [1, 0]),
        ("theme=trade", [1, 0]),
        ("theme=trade&arr=anfa", [1]),
        ("theme=trade&arr=anfa&age=20", [1]),
        ("q=couture&theme=digital", []),
        ("q=xqzjwkvw", []),
        ("q=couture+xqzjwkvw", [1, 0]),
        ("q=couture+tableur", []),
        ("pres=10.00,10.00", []),
        ("places=1&tri=date", [1, 2]),
    ],
)
def test_every_group_that_fits_is_found_those_with_places_first(groups, query, places):
    assert fitting(query) == [groups[place].pk for place in places]


def test_groups_that_have_closed_are_left_out(groups):
    CourseRun.objects.filter(pk=groups[1].pk).update(enrolment_closes_at=clock.now())
    groups[1].entry.closes_at = clock.now()
    groups[1].entry.save()

    assert fitting("theme=trade") == [groups[0].pk]
