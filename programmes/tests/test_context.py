import pytest

from learningcity.tests.factories import user
from programmes.context import pages_of
from programmes.tests.factories import member

pytestmark = pytest.mark.django_db
GROUPS, CONVENTIONS, PATHWAYS = "/en/gestion/calendrier/", "/en/gestion/conventions/", "/en/gestion/parcours/"


@pytest.mark.parametrize(
    ("role", "pages"),
    [
        ("trainer", {GROUPS}),
        ("manager", {GROUPS}),
        ("programme_officer", {GROUPS, CONVENTIONS, PATHWAYS}),
    ],
)
def test_the_side_list_of_the_staff_names_the_pages_one_may_open(page, role, pages):
    shown = page("/gestion/", user=member(role)).text
    assert {address for address in (GROUPS, CONVENTIONS, PATHWAYS) if f'href="{address}"' in shown} == pages


def test_the_official_is_led_to_figures_and_conventions_only(page):
    shown = page("/gestion/conventions/", user=member("official")).text
    assert {address for address in (GROUPS, CONVENTIONS, PATHWAYS) if f'href="{address}"' in shown} == {CONVENTIONS}


def test_who_has_no_role_is_led_nowhere():
    assert not any(pages_of(user("nobody")).values())


def test_a_public_page_asks_nothing_of_the_sort(page, queries_of):
    page("/aide/")
    assert queries_of(page, "/aide/") == 0
