from datetime import date, time, timedelta

import pytest
from django.http import QueryDict

from learningcity import clock
from learningcity.tests.factories import district

from .. import filters, wording
from ..models import Course, CourseRun, Venue
from .factories import run

pytestmark = pytest.mark.usefixtures("in_english")
MORNING, EVENING, NIGHT = (time(9), time(11)), (time(18), time(20)), (time(20), time(21))
START, END = date(2026, 5, 16), date(2026, 6, 27)


def week(*slots):
    return wording.days_and_hours({(day, *its_hours): times for day, its_hours, times in slots})


# --- When ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slots", "said"),
    [
        ([(6, MORNING, 7)], "Saturday, 09:00 to 11:00"),
        ([(1, EVENING, 7), (4, EVENING, 7)], "Monday and Thursday, 18:00 to 20:00"),
        ([(1, EVENING, 7), (3, EVENING, 7), (5, EVENING, 7)], "Monday, Wednesday and Friday, 18:00 to 20:00"),
        ([(day, MORNING, 2) for day in range(1, 6)], "Monday to Friday, 09:00 to 11:00"),
        ([(1, EVENING, 3), (6, MORNING, 3)], "Monday, 18:00 to 20:00; Saturday, 09:00 to 11:00"),
        ([(6, MORNING, 6), (7, MORNING, 1)], "Saturday, 09:00 to 11:00"),
        ([(6, MORNING, 1), (7, EVENING, 1)], "Saturday, 09:00 to 11:00; Sunday, 18:00 to 20:00"),
        ([(1, MORNING, 2), (2, EVENING, 2), (3, NIGHT, 2), (4, (time(7), time(8)), 2)], "days and hours that change"),
        ([], ""),
    ],
)
def test_week_is_said_in_few_words(slots, said):
    assert week(*slots) == said


def test_dates_follow_the_week():
    slots = {(6, *MORNING): 7}

    assert wording.timetable(slots, START, END) == "Saturday, 09:00 to 11:00, from 16 May to 27 June 2026"
    assert wording.timetable({}, START, END) == "from 16 May to 27 June 2026"
    assert wording.timetable(slots, START, START) == "Saturday, 09:00 to 11:00, on 16 May 2026"


@pytest.mark.django_db
def test_schedule_reads_the_meetings_that_take_place():
    group = run(meetings=2)
    group.meetings.filter(date=group.starts_on).update(state="cancelled")
    other_day = group.meetings.create(
        date=group.starts_on + timedelta(days=1), starts_at=time(20), ends_at=time(21), state="skipped"
    )
    group = CourseRun.objects.for_reading().get(pk=group.pk)

    assert "10:30 to 12:00" in wording.schedule(group)
    assert "20:00" not in wording.schedule(group)
    assert not other_day.takes_place


# --- Where and for whom -------------------------------------------------------------------------------


def group_of(course=None, venue=None, **fields):
    return CourseRun(course=Course(**course or {}), venue=Venue(name_fr="Maison", **venue or {}), **fields)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "All ages"),
        ({"minimum_age": 16}, "From 16 years old"),
        ({"maximum_age": 12}, "Up to 12 years old"),
        ({"minimum_age": 6, "maximum_age": 12}, "6 to 12 years old"),
        ({"minimum_age": 0}, "All ages"),
    ],
)
def test_ages_are_said_in_words(fields, said):
    assert wording.ages(Course(**fields)) == said


def test_place_of_an_online_group_is_online():
    assert wording.place(group_of(mode="on_site")) == "Maison"
    assert wording.place(group_of(mode="online")) == "Online"


def test_language_of_a_group_goes_before_that_of_its_course():
    assert wording.language(group_of({"language": "darija"})) == "Darija"
    assert wording.language(group_of({"language": "darija"}, language="french")) == "French"
    assert wording.language(group_of()) == ""


def test_price_is_an_amount_or_free():
    assert wording.price(Course(fee=0)) == "Free"
    assert wording.price(Course(fee=1200)) == "1,200 DH"


# --- Places -------------------------------------------------------------------------------------------


def test_places_are_counted_where_the_tag_does_not():
    group = CourseRun(capacity=30, seats_taken=10, waiting_count=0)

    assert wording.places(group, "open") == "20 places left"
    assert wording.places(group, "few") == ""
    assert wording.places(CourseRun(capacity=3, seats_taken=3, waiting_count=1), "full_wait") == "1 person is waiting"


@pytest.mark.parametrize(
    ("seats", "said"),
    [
        ([0], "No places are kept back: all can be taken here or at a desk."),
        ([], "No places are kept back: all can be taken here or at a desk."),
        ([2, 2], "2 places are kept for people who enrol at a desk."),
        ([1], "1 place is kept for people who enrol at a desk."),
    ],
)
def test_what_the_desk_keeps_is_said(seats, said):
    runs = [CourseRun(label="AB"[place], desk_seats=kept) for place, kept in enumerate(seats)]

    assert wording.giving_rules(runs) == ["First come, first served.", said]


def test_where_groups_differ_each_is_named():
    """UX25."""
    runs = [CourseRun(label=label, desk_seats=kept) for label, kept in [("A", 0), ("B", 3), ("C", 1)]]

    assert wording.giving_rules(runs) == [
        "First come, first served.",
        "Group A: no place is kept for people who enrol at a desk.",
        "Group B: 3 places are kept for people who enrol at a desk.",
        "Group C: 1 place is kept for people who enrol at a desk.",
    ]


# --- A search -----------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "count", "title"),
    [
        ("", 23, "23 courses"),
        ("", 1, "1 course"),
        ("q=couture", 0, "0 courses for “couture”"),
        ("q=couture&arr=sidi-moumen&jour=sam", 3, "3 courses for “couture” in Sidi Moumen, Saturday"),
        ("arr=anfa&arr=sidi-moumen", 3, "3 courses in Anfa or Sidi Moumen"),
        ("jour=sam&jour=dim&theme=trade", 3, "3 courses, Saturday or Sunday, A trade"),
        ("age=14&pres=33.5712,-7.6", 3, "3 courses, for age 14, near me"),
    ],
)
def test_title_says_how_many_and_of_what(query, count, title):
    district("Anfa", "أنفا")
    district()

    assert wording.catalogue_title(count, filters.read(QueryDict(query))) == title


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "words"), [("", "All courses"), ("q=couture&arr=anfa&femmes=1", "“couture”, Anfa, Women’s group")]
)
def test_search_is_said_without_a_number(query, words):
    district("Anfa", "أنفا")

    assert wording.wanted(filters.read(QueryDict(query))) == words


@pytest.mark.django_db
def test_link_goes_out_with_day_and_place():
    group = run(meetings=2)
    words = wording.share_text(group.course, group)

    assert words.startswith(group.course.title)
    assert "10:30 to 12:00" in words
    assert words.endswith("Sidi Moumen")
    assert wording.share_text(group.course, None) == group.course.title


@pytest.mark.django_db
def test_status_names_the_day_on_which_enrolment_opens():
    group = run(enrolment_opens_at=clock.now() + timedelta(days=3))

    tag = wording.status(group, clock.now())

    assert tag["status"] == "soon"
    assert str(clock.local_day(group.enrolment_opens_at).year) in tag["date"]
