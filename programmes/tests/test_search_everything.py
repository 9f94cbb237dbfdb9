"""The list nobody narrowed is counted once, and is right all the same."""

from datetime import timedelta

import pytest

from learningcity import clock

from .. import facets, search
from ..models import CatalogueChange, CourseRun
from ..search import DATE, Question
from ..tasks import mend_catalogue
from .factories import course, offered, run

pytestmark = pytest.mark.django_db
EVERYTHING = Question()


def answer():
    return search.ask(EVERYTHING)


def test_it_is_counted_once(queries_of):
    offered()
    answer()

    assert queries_of(answer) == 1
    assert queries_of(search.ask, EVERYTHING, page=2) == 1


def test_each_order_is_kept_for_itself():
    full = offered(seats_taken=12, capacity=12, course=course(), starts_on=clock.local_day(clock.now()))
    later = offered(course=course(), starts_on=full.starts_on + timedelta(days=9))

    for _twice in range(2):
        assert answer().runs == (later.pk, full.pk)
        assert search.ask(Question(order=DATE)).runs == (full.pk, later.pk)


def test_pages_follow_each_other():
    pks = [offered(course=course()).pk for _group in range(5)]

    pages = [search.ask(EVERYTHING, page=page, per_page=2).runs for page in (1, 2, 3, 4)]

    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert sorted(pk for page in pages for pk in page) == pks


def test_a_new_group_is_there_at_once():
    offered(course=course(theme="trade"))
    assert answer().total == 1

    made = offered(course=course(theme="digital"))

    assert answer().total == 2
    assert made.pk in answer().runs
    assert answer().counts["theme", "digital"] == 1


def test_the_last_seat_is_counted_at_once():
    group = offered(capacity=1, desk_seats=0)
    assert answer().counts["places", facets.YES] == 1

    CourseRun.objects.filter(pk=group.pk).update(seats_taken=1)

    assert answer().counts["places", facets.YES] == 0


def test_enrolment_that_closes_takes_the_group_away():
    now = clock.now()
    closing = now + timedelta(milliseconds=400)
    offered(enrolment_opens_at=now - timedelta(days=1), enrolment_closes_at=closing)
    assert answer().total == 1

    while clock.now() < closing:
        assert search.ask(EVERYTHING).at < closing + timedelta(seconds=5)

    assert answer().total == 0


def test_what_is_no_entry_changes_nothing(queries_of):
    offered()
    answer()

    run()

    assert queries_of(answer) == 1


def test_notes_of_changes_do_not_pile_up():
    CatalogueChange.objects.bulk_create(CatalogueChange() for _note in range(300))

    mend_catalogue()

    assert CatalogueChange.objects.count() <= 200
    offered()
    assert answer().total == 1
