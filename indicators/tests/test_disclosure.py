from random import Random

import pytest

from indicators.disclosure import OFFICIAL, PUBLIC, Line, hidden_cells

from .audit import interval

CITY = ("city",)
SIZES = [0, 0, 1, 2, 3, 4, 5, 7, 9, 10, 12, 25, 80, 300]


def margins(dice, parts=6):
    """A city by area, by sex and by age: three lines with the same total."""
    areas = [dice.choice(SIZES) for _ in range(parts)]
    people = {CITY: sum(areas)} | {("area", place): count for place, count in enumerate(areas)}
    lines = [Line(CITY, tuple(key for key in people if key != CITY))]
    for name, count in (("sex", 3), ("age", 5)):
        cuts = sorted(dice.randint(0, people[CITY]) for _ in range(count - 1))
        sizes = [high - low for low, high in zip([0, *cuts], [*cuts, people[CITY]], strict=True)]
        people |= {(name, place): size for place, size in enumerate(sizes)}
        lines.append(Line(CITY, tuple((name, place) for place in range(count))))
    return people, lines


def hierarchy(dice):
    """A city, its prefectures of one to three districts, and the city by sex."""
    people, lines, total = {}, [], 0
    for prefecture in range(4):
        districts = {("d", prefecture, place): dice.choice(SIZES) for place in range(dice.randint(1, 3))}
        people |= districts | {("p", prefecture): sum(districts.values())}
        lines.append(Line(("p", prefecture), tuple(districts)))
        total += sum(districts.values())
    women = dice.randint(0, total)
    people |= {CITY: total, ("f",): women, ("m",): total - women}
    lines.append(Line(CITY, tuple(("p", prefecture) for prefecture in range(4))))
    return people, [*lines, Line(CITY, (("f",), ("m",)))]


def leaks(people, lines, hidden, k):
    """Hidden cells that the published ones pin down to fewer than k values, or keep away from 0 though small."""
    found = []
    for key in hidden:
        low, high = interval(key, people, lines, hidden)
        if (high is not None and high - low < k - 1) or (people[key] < k and low > 0):
            found.append((key, people[key], low, high))
    return found


@pytest.mark.parametrize("audience", [PUBLIC, OFFICIAL], ids=lambda audience: audience.code)
@pytest.mark.parametrize("city", [margins, hierarchy])
def test_no_hidden_cell_can_be_recovered(city, audience):
    dice = Random(20261122)
    for _ in range(60):
        people, lines = city(dice)
        hidden = hidden_cells(people, lines, audience.k)
        assert {key for key, count in people.items() if 0 < count < audience.k} <= hidden
        assert leaks(people, lines, hidden, audience.k) == []


def test_the_audit_sees_what_primary_suppression_alone_gives_away():
    people = {CITY: 103, ("a",): 100, ("b",): 3}
    lines = [Line(CITY, (("a",), ("b",)))]
    assert leaks(people, lines, {("b",)}, 10) == [(("b",), 3, 3, 3)]
    assert hidden_cells(people, lines, 10) == {("a",), ("b",)}


def test_two_small_cells_need_a_third_when_together_they_are_few():
    people = {CITY: 53, ("a",): 2, ("b",): 1, ("c",): 20, ("d",): 30}
    lines = [Line(CITY, (("a",), ("b",), ("c",), ("d",)))]
    assert hidden_cells(people, lines, 10) == {("a",), ("b",), ("c",)}


def test_the_only_district_of_a_prefecture_hides_with_it():
    people = {CITY: 153, ("p",): 3, ("d",): 3, ("q",): 50, ("r",): 100, ("q1",): 20, ("q2",): 30}
    lines = [Line(CITY, (("p",), ("q",), ("r",))), Line(("p",), (("d",),)), Line(("q",), (("q1",), ("q2",)))]
    assert hidden_cells(people, lines, 10) == {("p",), ("d",), ("q",), ("q1",)}


def test_the_few_who_are_in_no_part_are_not_found_by_subtraction():
    people = {CITY: 103, ("f",): 60, ("m",): 40}
    assert hidden_cells(people, [Line(CITY, (("f",), ("m",)))], 10) == {("m",)}
    assert hidden_cells(people | {CITY: 130}, [Line(CITY, (("f",), ("m",)))], 10) == set()


def test_zero_is_shown_and_nothing_is_hidden_without_need():
    people = {CITY: 60, ("a",): 0, ("b",): 20, ("c",): 40}
    assert hidden_cells(people, [Line(CITY, (("a",), ("b",), ("c",)))], 10) == set()


def test_the_public_reads_multiples_of_five():
    assert [PUBLIC.shown(count) for count in (0, 10, 12, 13, 17, 18)] == [0, 10, 10, 15, 15, 20]
    assert [OFFICIAL.shown(count) for count in (0, 7, 12)] == [0, 7, 12]


def test_a_hidden_prefecture_keeps_its_districts_uncertain_enough():
    """With only q1 hidden in q, p + q1 would be known to be 5."""
    people = {CITY: 152, ("p",): 2, ("d",): 2, ("q",): 50, ("r",): 100, ("q1",): 3, ("q2",): 47}
    lines = [Line(CITY, (("p",), ("q",), ("r",))), Line(("p",), (("d",),)), Line(("q",), (("q1",), ("q2",)))]
    assert leaks(people, lines, {("p",), ("d",), ("q",), ("q1",)}, 10) != []
    assert leaks(people, lines, hidden_cells(people, lines, 10), 10) == []
