from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from learningcity.models import AuditEntry
from programmes.models import Commitment, MoneyEntry
from programmes.services.conventions import ConventionRefused, Money, amend, board, enter_money
from programmes.tests.factories import commitment, convention, course, programme, run, today

pytestmark = pytest.mark.django_db
Kind = MoneyEntry.Kind


@pytest.fixture
def axis():
    return convention().axes.get()


def enter(axis, kind, amount, officer, **more):
    values = {"on": today(), "reference": f"{kind} {amount}", "contribution": None}
    return enter_money(axis, kind=kind, amount=Decimal(amount), by=officer, **values | more)


def refusal(act):
    with pytest.raises(ConventionRefused) as refused:
        act()
    return refused.value.field


# --- Money --------------------------------------------------------------------------------------------------


def test_budgeted_committed_and_paid_are_three_sums_of_lines(axis, officer):
    for kind, amount in [(Kind.BUDGETED, 1000), (Kind.COMMITTED, 600), (Kind.COMMITTED, 200), (Kind.PAID, 320)]:
        enter(axis, kind, amount, officer)
    money = board(axis.convention, today()).axes[0].money
    assert money == Money(Decimal(1000), Decimal(800), Decimal(320))
    assert money.paid_share == 40


def test_a_day_in_the_past_knows_only_the_lines_of_until_then(axis, officer):
    enter(axis, Kind.PAID, 100, officer, on=today() - timedelta(days=30))
    enter(axis, Kind.PAID, 50, officer)
    assert board(axis.convention, today() - timedelta(days=1)).money.paid == 100
    assert board(axis.convention, today()).money.paid == 150


def test_the_axes_sum_to_the_convention_and_one_without_lines_is_zero(officer):
    agreement = convention(axes=3)
    first, second, _third = agreement.axes.all()
    enter(first, Kind.COMMITTED, "10.50", officer)
    enter(second, Kind.COMMITTED, "4.25", officer)
    found = board(agreement, today())
    assert [line.money.committed for line in found.axes] == [Decimal("10.50"), Decimal("4.25"), 0]
    assert found.money.committed == Decimal("14.75")
    assert found.money.paid_share == 0
    assert found.axes[2].money.paid_share is None


def test_a_line_is_written_once(axis, officer):
    enter(axis, Kind.PAID, 100, officer)
    assert refusal(lambda: enter(axis, Kind.PAID, 100, officer)) == ""
    assert MoneyEntry.objects.count() == 1
    enter(axis, Kind.COMMITTED, 100, officer, reference="paid 100")
    assert MoneyEntry.objects.count() == 2


def test_a_mistake_is_corrected_by_the_opposite_amount_and_by_no_more(axis, officer):
    enter(axis, Kind.PAID, 100, officer)
    assert refusal(lambda: enter(axis, Kind.PAID, "-100.01", officer)) == "amount"
    enter(axis, Kind.PAID, -100, officer)
    assert board(axis.convention, today()).money.paid == 0


def test_a_line_cannot_be_changed_or_taken_away(axis, officer):
    line, _warning = enter(axis, Kind.PAID, 100, officer)
    for act in (lambda: MoneyEntry.objects.update(amount=1), line.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert MoneyEntry.objects.get().amount == 100


def test_what_no_line_may_say_is_refused_at_its_answer(axis, officer):
    part = convention().contributions.create(name_fr="Région", amount=10)
    assert refusal(lambda: enter(axis, Kind.PAID, 0, officer)) == "amount"
    assert refusal(lambda: enter(axis, Kind.PAID, 1, officer, on=today() + timedelta(days=1))) == "on"
    assert refusal(lambda: enter(axis, Kind.PAID, 1, officer, contribution=part)) == "contribution"
    assert not MoneyEntry.objects.exists()


def test_paying_more_than_is_committed_is_a_warning_and_no_refusal(axis, officer):
    enter(axis, Kind.COMMITTED, 100, officer)
    _line, warning = enter(axis, Kind.PAID, 100, officer)
    assert not warning
    _line, warning = enter(axis, Kind.PAID, 1, officer)
    assert warning
    assert board(axis.convention, today()).axes[0].money.is_overpaid


def test_who_entered_a_line_is_written_down(axis, officer):
    line, _warning = enter(axis, Kind.PAID, 100, officer)
    assert line.entered_by == officer
    assert AuditEntry.objects.get(action="enter money").by == officer


# --- Commitments --------------------------------------------------------------------------------------------


def test_an_amendment_keeps_both_versions_and_each_stands_on_its_days(axis, officer):
    first = commitment(axis)
    second = amend(first, target=40, due_on=first.due_on, agreed_on=today(), by=officer)
    then, now = (board(axis.convention, day).axes[0].promises for day in (today() - timedelta(days=1), today()))
    assert [(promise.commitment, promise.before) for promise in then] == [(first, [])]
    assert [(promise.commitment, promise.before) for promise in now] == [(second, [first])]
    assert (second.indicator, second.note_fr) == (first.indicator, first.note_fr)


def test_amending_what_is_amended_or_changing_nothing_is_refused(axis, officer):
    first = commitment(axis)
    same = {"target": first.target, "due_on": first.due_on}
    assert refusal(lambda: amend(first, **same, agreed_on=today(), by=officer)) == "target"
    amend(first, target=40, due_on=first.due_on, agreed_on=today(), by=officer)
    assert refusal(lambda: amend(first, target=30, due_on=first.due_on, agreed_on=today(), by=officer)) == ""
    assert Commitment.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"target": -1}, "target"),
        ({"agreed_on": timedelta(days=1)}, "agreed_on"),
        ({"agreed_on": timedelta(days=-400)}, "agreed_on"),
        ({"due_on": timedelta(days=0)}, "due_on"),
    ],
)
def test_an_amendment_has_its_days_in_order(axis, officer, change, field):
    first = commitment(axis)
    days = {name: today() + value for name, value in change.items() if isinstance(value, timedelta)}
    values = {"target": 40, "due_on": first.due_on, "agreed_on": today()} | change | days
    assert refusal(lambda: amend(first, by=officer, **values)) == field
    assert Commitment.objects.count() == 1


# --- Programmes ---------------------------------------------------------------------------------------------


def test_an_axis_counts_the_courses_and_groups_of_its_programmes(axis):
    offered = programme(axis=axis)
    first = course(programme=offered)
    run(course=first)
    run(course=first)
    run(course=first, decision="cancelled")
    run(course=course(programme=offered, state="draft"))
    course(programme=offered)
    course(programme=offered, kind="template")
    programme()
    found = board(axis.convention, today()).axes[0].programmes
    assert [(line.pk, line.courses_count, line.runs_count) for line in found] == [(offered.pk, 2, 2)]


def test_a_board_takes_as_many_statements_for_three_axes_as_for_one(officer, queries_of):
    counts = []
    for axes in (1, 3):
        agreement = convention(axes=axes)
        for line in agreement.axes.all():
            enter(line, Kind.PAID, 100, officer)
            amend(commitment(line), target=1, due_on=today() + timedelta(days=9), agreed_on=today(), by=officer)
            run(course=course(programme=programme(axis=line)))
        counts.append(queries_of(board, agreement, today()))
    assert counts[0] == counts[1] <= 7
