from datetime import time

import pytest

from learningcity.tests.factories import district

from .. import facets, wording
from ..models import PLACES_BIT
from .factories import course, facets_of, meeting, run, today, venue

pytestmark = pytest.mark.django_db


def names_of(bits):
    """{group: values} of the bits of a group of learners."""
    named = {
        group.name: [option.value for option in group.options if bits >> option.bit & 1] for group in facets.groups()
    }
    return {name: values for name, values in named.items() if values}


def test_every_option_has_a_bit_of_its_own_in_a_bigint():
    district()
    bits = [option.bit for group in facets.groups() for option in group.options]
    assert len(bits) == len(set(bits))
    assert max(bits) < 63
    assert facets.FIRST_DISTRICT + facets.MOST_DISTRICTS == 63


def test_the_bit_of_the_trigger_is_the_option_of_places():
    assert facets.PLACES.mask == PLACES_BIT


def test_a_group_has_the_bits_of_what_its_card_says():
    anfa = district("Anfa")
    made = run(
        meetings=0,
        women_only=True,
        course=course(theme="trade", language="both", minimum_age=16, maximum_age=30),
        venue=venue(district=anfa, step_free=True, childcare=None),
    )
    monday = today().fromisocalendar(2026, 50, 1)
    meeting(made, date=monday, starts_at=time(11, 59), ends_at=time(13))
    meeting(made, date=monday.replace(day=monday.day + 5), starts_at=time(17), ends_at=time(18))

    assert names_of(facets_of(made)) == {
        "arr": ["anfa"],
        "jour": ["lun", "sam"],
        "moment": ["matin", "soir"],
        "theme": ["trade"],
        "pour": ["ados", "jeunes", "adultes"],
        "langue": ["arabic", "french"],
        "mode": ["on_site"],
        "acces-plain-pied": ["1"],
        "femmes": ["1"],
    }


def test_meetings_that_do_not_take_place_say_nothing_of_the_days():
    made = run(meetings=1)
    made.meetings.update(state="cancelled")
    assert not {"jour", "moment"} & names_of(facets_of(made)).keys()


def test_the_language_of_the_group_wins_over_that_of_the_course():
    made = run(course=course(language="french"), language="darija")
    assert names_of(facets_of(made))["langue"] == ["darija"]


@pytest.mark.parametrize(
    ("low", "high", "bands"),
    [
        (None, None, ["enfants", "ados", "jeunes", "adultes", "aines"]),
        (15, None, ["ados", "jeunes", "adultes", "aines"]),
        (None, 11, ["enfants"]),
        (18, 29, ["jeunes"]),
        (60, None, ["aines"]),
        (0, 5, []),
    ],
)
def test_who_may_come_follows_the_age_limits(low, high, bands):
    made = run(course=course(minimum_age=low, maximum_age=high))
    assert names_of(facets_of(made)).get("pour", []) == bands


def test_a_place_outside_of_the_arrondissements_has_no_bit_of_one():
    mechouar = district("Méchouar", prefecture=None)
    assert "arr" not in names_of(facets_of(run(venue=venue(district=mechouar))))
    assert "arr" not in names_of(facets_of(run(venue=venue(district=None))))


def test_a_new_district_takes_the_next_bit():
    first = facets.district_bit(district("Anfa").pk)
    assert facets.district_bit(district("Maârif").pk) == first << 1
    assert facets.district_bit(district("Anfa").pk) == first


def square(west, south):
    return [[west, south], [west + 1, south], [west + 1, south + 1], [west, south + 1], [west, south]]


def test_neighbours_share_a_side_and_not_only_a_corner():
    district("West", outline=square(0, 0))
    district("East", outline=square(1, 0)[::-1])
    district("Corner", outline=square(2, 1))
    assert facets.neighbours() == {"west": {"east"}, "east": {"west"}, "corner": set()}


@pytest.mark.parametrize(("mode", "found"), [("on_site", True), ("hybrid", True), ("online", False)])
def test_what_a_place_offers_is_of_no_use_to_a_group_that_meets_online(mode, found):
    made = run(mode=mode, venue=venue(step_free=True, childcare=True))
    names = names_of(facets_of(made))

    assert [("garde" in names), ("acces-plain-pied" in names)] == [found, found]
    assert len(list(wording.own_conditions(made))) == int(found)
