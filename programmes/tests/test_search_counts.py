"""Every number beside a filter is the number of results that the filter alone would give (30 random questions)."""

import random
from datetime import time, timedelta

import pytest

from learningcity import clock
from learningcity.tests.factories import district

from .. import facets, search
from ..models import CatalogueEntry, CourseRun
from ..search import Question
from ..services import indexing
from .factories import course, facets_of, meeting, run, today, venue

pytestmark = pytest.mark.django_db
PLACES = ["Anfa", "Maârif", "Sidi Moumen"]
TITLES = ["Couture", "Informatique", "Couture et broderie", "Français"]
LIMITS = [(None, None), (6, 11), (15, None), (18, 29)]


@pytest.fixture
def _city():
    """Thirty groups of twelve courses in four places, all that can vary varied."""
    chance = random.Random(33)
    venues = [
        venue(district=district(name), step_free=chance.random() < 0.5, childcare=chance.random() < 0.5)
        for name in [*PLACES, "Anfa"]
    ]
    courses = [
        course(
            title_fr=chance.choice(TITLES),
            title_ar="",
            title_en="",
            theme=chance.choice(["trade", "digital", "language"]),
            language=chance.choice(["darija", "both", "french"]),
            minimum_age=low,
            maximum_age=high,
        )
        for low, high in chance.choices(LIMITS, k=12)
    ]
    for _ in range(30):
        made = run(
            meetings=0,
            course=chance.choice(courses),
            venue=chance.choice(venues),
            mode=chance.choice(["on_site", "on_site", "online"]),
            women_only=chance.random() < 0.3,
            seats_taken=chance.choice([0, 30]),
            enrolment_opens_at=clock.now() + timedelta(days=chance.choice([-1, 1])),
        )
        for _day in range(chance.randint(1, 2)):
            hour = chance.choice([9, 14, 18])
            date = today() + timedelta(days=chance.randrange(7))
            if not made.meetings.filter(date=date).exists():
                meeting(made, date=date, starts_at=time(hour), ends_at=time(hour + 2))
    indexing.index_all()


def some_question(chance):
    chosen = {}
    for group in chance.sample(facets.groups(), chance.choice([0, 1, 2, 2, 3])):
        values = [option.value for option in group.options]
        chosen[group.name] = frozenset(chance.sample(values, min(len(values), chance.choice([1, 2]))))
    text, age = chance.choice(["", "", "couture", "coutture", "informatique"]), chance.choice([None, None, 8, 20])
    return Question(text=text, chosen=chosen, age=age, order=chance.choice(["places", "date"]))


def alone(question, name, value):
    """The same question with this option alone in its group."""
    return Question(**vars(question) | {"chosen": question.chosen | {name: frozenset({value})}})


@pytest.mark.usefixtures("_city")
def test_a_count_is_the_total_of_the_option_chosen_alone():
    chance, seen = random.Random(20), set()
    for _ in range(30):
        question = some_question(chance)
        counts = search.ask(question).counts
        assert len(counts) == sum(len(group.options) for group in facets.groups())
        for (name, value), count in counts.items():
            assert count == search.ask(alone(question, name, value)).total, (question, name, value)
            seen.add(count)
    assert len(seen) > 8


@pytest.mark.usefixtures("_city")
def test_totals_counts_and_order_are_those_of_a_plain_reading():
    chance, groups = random.Random(7), plainly_read()
    for _ in range(40):
        question = some_question(chance)
        answer = search.ask(question, per_page=50)
        assert list(answer.runs) == expected_runs(question, groups), question
        assert answer.total == len(answer.runs)
        for (name, value), count in answer.counts.items():
            assert count == len(expected_runs(alone(question, name, value), groups)), (question, name, value)


def plainly_read():
    """[(run, its bits, whether one can enrol now)] from the groups themselves."""
    runs = CourseRun.objects.prefetch_related("meetings").select_related("course", "venue").order_by("pk")
    now = clock.now()
    return [
        (run, facets_of(run) | (run.places_left > 0), run.places_left > 0 and run.enrolment_opens_at <= now)
        for run in runs
    ]


def expected_runs(question, groups):
    word = {"": "", "coutture": "Couture"}.get(question.text, question.text.title())
    wanted = [sum(facets.group(name).bits[value] for value in values) for name, values in question.chosen.items()]
    best = {}
    for made, bits, is_open in groups:
        low, high = facets.ages_of(made.course)
        is_of_age = question.age is None or low <= question.age <= high
        if all(bits & mask for mask in wanted) and word in made.course.title_fr and is_of_age:
            order = (made.starts_on, not is_open) if question.order == "date" else (not is_open, made.starts_on)
            best.setdefault(made.course_id, []).append((order, made.pk))
    return [pk for _order, pk in sorted(map(min, best.values()))]


@pytest.mark.usefixtures("_city")
def test_the_city_of_this_test_is_worth_counting():
    assert CatalogueEntry.objects.count() == 30
    assert search.ask(Question(text="couture")).total in range(2, 12)
