"""What was asked before is not searched again, and is right all the same."""

from datetime import timedelta

import pytest

from learningcity import clock

from .. import facets, search
from ..models import CatalogueChange, CourseRun, Venue
from ..search import DATE, Question
from ..services import indexing
from ..tasks import mend_catalogue
from .factories import course, offered, run, venue

pytestmark = pytest.mark.django_db
EVERYTHING = Question()


def answer():
    return search.ask(EVERYTHING)


@pytest.mark.parametrize("question", [EVERYTHING, Question(text="couture"), Question(text="cuoture", age=30)])
def test_it_is_searched_once(queries_of, question):
    offered(course=course(title_fr="Couture"))
    first = search.ask(question)

    assert queries_of(search.ask, question) == 1
    assert search.ask(question) == first
    assert first.total == 1


def test_the_same_with_other_filters_or_another_page_is_another_question():
    offered(course=course(theme="trade"))
    offered(course=course(theme="trade"))
    asked = Question(chosen={"theme": frozenset(["trade"])})

    assert (search.ask(asked).total, search.ask(Question(chosen={"theme": frozenset(["digital"])})).total) == (2, 0)
    assert search.ask(asked, per_page=1).runs + search.ask(asked, page=2, per_page=1).runs == search.ask(asked).runs


def test_a_text_that_is_written_anew_is_found_at_once():
    group = offered(course=course(title_fr="Couture"))
    offered(course=course(title_fr="Cuisine"))
    assert search.ask(Question(text="couture")).total == 1

    group.course.title_fr = "Broderie"
    group.course.save()
    indexing.index_courses([group.course])

    assert search.ask(Question(text="broderie")).runs == (group.pk,)
    assert group.pk not in search.ask(Question(text="couture")).runs


def test_a_place_that_moves_is_near_at_once():
    group = offered(venue=venue(latitude=33.57, longitude=-7.59))
    here = Question(near=(33.57, -7.59))
    assert search.ask(here).total == 1

    Venue.objects.filter(pk=group.venue_id).update(latitude=33.97)

    assert search.ask(here).total == 0


def test_no_more_is_kept_than_a_process_can_hold(monkeypatch):
    monkeypatch.setattr(search, "MOST_KEPT", 3)
    offered()
    for age in range(20, 30):
        search.ask(Question(age=age))

    assert len(search._kept()) <= 3


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
