"""A draw again from what is published of it: who changed anything since is found."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from learningcity.tests.factories import district

from ..models import Draw
from ..services import draw, erasure, invariants
from .test_draw import SEED, ask, close, drawn, to_draw
from .test_invariants import without

pytestmark = pytest.mark.django_db


def check(group):
    told = StringIO()
    call_command("draw", group.code, check=True, stdout=told)
    return told.getvalue()


def forge(column, value):
    """As someone would who can write to the database."""
    without("participants_draw", f"UPDATE participants_draw SET {column} = {value}")


@pytest.fixture
def held():
    """Eight who asked for two places and a line of three; one of them comes first."""
    group = to_draw(waiting_places=3, allocation="priority_draw", priorities=["district"])
    ask(group, 7)
    ask(group, 1, district=district())
    return drawn(group)


def test_a_draw_is_held_and_checked_by_command():
    group = to_draw()
    ask(group, 5)
    close(group)
    told = StringIO()

    call_command("draw", group.code, stdout=told)

    assert told.getvalue().startswith("5 drawn for 2 places with the seed ")
    assert check(group) == "The list and the seed lead to the same 5 places in order.\n"


@pytest.mark.parametrize("check", [True, False])
def test_a_command_that_cannot_be_obeyed_says_why(in_english, check):
    with pytest.raises(CommandError, match="No group has the code NULLE-PART"):
        call_command("draw", "NULLE-PART", check=check)
    with pytest.raises(CommandError, match="Nothing has been drawn" if check else "Enrolment has not closed yet"):
        call_command("draw", to_draw().code, check=check)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("entries", "jsonb_set(entries, '{3,reference}', '\"CA-22222-22222\"')"),
        ("entries", "jsonb_set(entries, '{7,priority}', '1')"),
        ("entries", "jsonb_set(entries, '{2,party}', '\"abcdefabcdef\"')"),
        ("entries", "entries - 4"),
        ("seed", f"'{SEED}'"),
        ("seats", "3"),
        ("line", "4"),
        ('"order"', '"order" - 7'),
        ("version", "2"),
    ],
)
def test_whoever_changes_one_stored_thing_is_found(held, column, value):
    forge(column, value)

    with pytest.raises(CommandError, match="by the list and the seed"):
        check(held.run)
    assert next(invariants.draws_come_out_the_same()).startswith(f"draw of {held.run.code}: ")


@pytest.mark.parametrize("deed", ["update", "delete"])
def test_the_database_keeps_a_draw_as_it_is(held, deed):
    draws = Draw.objects.filter(pk=held.pk)

    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        draws.update(seats=9) if deed == "update" else draws.delete()

    assert draws.get().seats == 2


def test_a_check_costs_one_statement_however_long_the_list(queries_of):
    costs = []
    for number in (1, 12):
        group = to_draw()
        ask(group, number)
        of = drawn(group)
        costs.append(queries_of(lambda of=of: list(draw.differences(of))))

    assert costs == [1, 1]


def test_a_draw_is_found_again_after_someone_on_its_list_was_erased():
    group = to_draw()
    asked = ask(group, 4)
    held = drawn(group)

    erasure.erase(asked[0].participant, by=None)
    erasure.erase(asked[3].participant, by=None)

    assert list(draw.differences(held)) == []
    assert invariants.breaches() == []
