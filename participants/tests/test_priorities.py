"""The class of a person where some go first: read when she joins, and then left alone."""

import pytest

from learningcity.tests.factories import district
from programmes.models import CourseRun
from programmes.services import runs
from programmes.tests.factories import member, run, today, venue

from ..models import Enrolment, Participant
from ..services import queue
from ..services.priorities import class_of
from .factories import enrolment, participant
from .lines import month_ahead

pytestmark = pytest.mark.django_db


def group(*priorities, **fields):
    allocation = "priority_draw" if priorities else "draw"
    return month_ahead(allocation=allocation, priorities=list(priorities), **fields)


def someone(**fields):
    return participant(phone="", **fields)


def test_the_class_is_the_first_one_a_person_is_in():
    of, other = group("district", "first_time"), district("Anfa", "أنفا")
    neighbour, newcomer, known = someone(district=district()), someone(district=other), someone(district=other)
    enrolment(run(), known)
    enrolment(run(), neighbour)

    assert [class_of(person, of) for person in (neighbour, newcomer, known)] == [0, 1, 2]


def test_without_classes_all_are_alike():
    assert class_of(someone(), group()) == class_of(someone(), month_ahead()) == 0


def test_who_lives_outside_lives_nowhere_near():
    assert class_of(someone(lives_outside=True), group("district")) == 1
    assert class_of(someone(lives_outside=True), group("district", venue=venue(district=None))) == 1


@pytest.mark.parametrize(
    ("state", "had_one"),
    [
        *((state, True) for state in ("enrolled", "completed", "dropped_out", "no_show")),
        *((state, False) for state in ("waiting", "refused", "requested", "cancelled_by_city")),
    ],
)
def test_only_a_place_one_kept_counts_as_a_place(state, had_one):
    person = someone()
    enrolment(run(), person)
    Enrolment.objects.update(state=state)

    assert class_of(person, group("first_time")) == had_one


def test_who_waits_in_vain_comes_first_again():
    person = someone()
    queue.leave(enrolment(run(), person), by=None)

    assert class_of(person, group("first_time")) == 0


def test_no_edit_moves_a_person_to_another_class():
    of = group("district")
    place = enrolment(of, someone(district=district("Anfa", "أنفا")))
    assert place.priority == 1

    Participant.objects.filter(pk=place.participant_id).update(district=district())
    Enrolment.objects.filter(pk=place.pk).update(district=district())
    runs.change(of, by=member("programme_officer"), venue=venue(district=district("Anfa", "أنفا")))

    assert Enrolment.objects.get(pk=place.pk).priority == 1
    assert enrolment(of, place.participant) == place


def test_where_nothing_is_drawn_nobody_goes_first():
    assert enrolment(month_ahead(), someone(district=district())).priority == 0


def test_classes_cost_statements_only_where_there_are_some(queries_of):
    costs = {}
    for name, of in {
        "first come": month_ahead(capacity=9),
        "draw": group(),
        "two": group("district", "first_time"),
    }.items():
        enrolment(of, someone())
        costs[name] = queries_of(enrolment, of, someone())

    assert costs["two"] - costs["draw"] == 1


def test_where_the_group_moves_those_who_ask_are_classed_anew():
    anfa = district("Anfa", "أنفا")
    of = group("district")
    neighbour, other = (enrolment(of, someone(district=home)) for home in (district(), anfa))
    assert (neighbour.priority, other.priority) == (0, 1)

    runs.change(of, by=member("programme_officer"), venue=venue(district=anfa))

    assert [Enrolment.objects.get(pk=place.pk).priority for place in (neighbour, other)] == [1, 0]


def test_after_the_draw_a_move_changes_no_class():
    of = group("district")
    place = enrolment(of, someone(district=district()))
    CourseRun.objects.filter(pk=of.pk).update(drawn_on=today())

    runs.change(of, by=member("programme_officer"), venue=venue(district=district("Anfa", "أنفا")))

    assert Enrolment.objects.get(pk=place.pk).priority == 0
