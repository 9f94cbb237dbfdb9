"""Ways to a goal."""

import pytest

from ..models import Pathway, PathwayStep
from .factories import course, run

pytestmark = pytest.mark.django_db


def pathway(*courses, slug="vers-la-couture", **fields):
    names = {"name_fr": "Vers la couture", "goal_fr": "Coudre dans un atelier"}
    made = Pathway.objects.create(code=slug, slug=slug, **names | fields)
    for position, each in enumerate(courses, 1):
        PathwayStep.objects.create(pathway=made, position=position, course=each)
    return made


def test_list_says_how_many_courses_each_way_has(page):
    pathway(course(), course())

    text = page("/parcours/").text

    assert 'href="/en/parcours/vers-la-couture/"' in text
    assert "2 courses" in text


def test_steps_stand_in_their_order_with_their_next_group(page):
    first, second, third = course(), course(), course()
    pathway(third, first, second, isco="8153")
    group = run(course=first)
    run(course=second, decision="cancelled")

    response = page("/parcours/vers-la-couture/")

    assert [(step, card and card.run) for step, card in response.context["steps"]] == [
        (third, None),
        (first, group.pk),
        (second, None),
    ]
    assert '<bdi dir="ltr">8153</bdi>' in response.text


def test_step_that_is_not_published_is_left_out(page):
    shown = course()
    pathway(course(state="draft"), shown)

    assert [step for step, _card in page("/parcours/vers-la-couture/").context["steps"]] == [shown]


def test_no_way_yet_is_said(page):
    assert "Nothing here yet" in page("/parcours/").text
    page("/parcours/nowhere/", status=404)


def test_pages_cost_the_same_for_one_step_and_for_three(page, queries_of):
    made = pathway(run().course)
    paths = ["/parcours/", "/parcours/vers-la-couture/"]
    costs = [queries_of(page, path) for path in paths]
    for position in (2, 3):
        PathwayStep.objects.create(pathway=made, position=position, course=run().course)
    pathway(slug="autre")

    assert [queries_of(page, path) for path in paths] == costs
