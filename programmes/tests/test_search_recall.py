"""What people type, with the courses they mean (`queries.csv`), on the real catalogue: each course with one group."""

import csv
from pathlib import Path

import pytest

from learningcity.services.reference import load_ground

from .. import search, spelling
from ..models import Course, CourseRun, Venue
from ..search import Question
from ..services import indexing
from ..services.reference import load_offer
from .factories import run

pytestmark = pytest.mark.django_db
QUERIES = Path(__file__).with_name("queries.csv")
ENOUGH = 0.95


@pytest.fixture
def titles():
    """{run: code of its course} of the whole demo catalogue."""
    load_ground()
    load_offer()
    venues = list(Venue.objects.exclude(district=None).order_by("code"))
    courses = Course.objects.published().order_by("code")
    made = [run(course=course, venue=venues[place % len(venues)]) for place, course in enumerate(courses)]
    indexing.index_runs(made)
    return dict(CourseRun.objects.values_list("pk", "course__code"))


def test_the_courses_people_mean_are_among_the_first_ten(titles):
    with QUERIES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    shares, missed = [], []
    for row in rows:
        wanted = set(row["expected"].split(";"))
        found = {titles[pk] for pk in search.ask(Question(text=row["query"]), per_page=10).runs}
        shares.append(len(wanted & found) / len(wanted))
        if wanted - found:
            missed.append((row["query"], sorted(wanted - found)))

    assert len(rows) >= 60
    assert sum(shares) / len(shares) >= ENOUGH, missed


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("enformatik", "informatique"),
        ("coutture", "couture"),
        ("electrisité", "électricité"),
        ("mécanqiue", "mécanique"),
        ("espaniol", "espagnol"),
        ("jardinnage", "jardinage"),
        ("téatre", "théâtre"),
        ("خياتة", "خياطة"),
        ("الترز", "الطرز"),
        ("المسرج", "المسرح"),
        ("khyyata", "khiyata"),
        ("7ila9aa", "7ila9a"),
    ],
)
def test_a_misspelt_word_finds_what_the_right_one_finds(titles, typed, meant):
    assert set(search.ask(Question(text=typed)).runs) & set(search.ask(Question(text=meant)).runs[:2])


@pytest.mark.parametrize("foreign", ["natation", "piscine", "chinois", "golf", "équitation", "سباحة"])
def test_what_nobody_teaches_is_not_taken_for_something_else(titles, foreign):
    [word] = spelling.understand(spelling.asked(foreign))
    assert word.used == ""
    assert search.ask(Question(text=foreign)).total == 0
