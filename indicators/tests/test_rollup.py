from datetime import date, timedelta
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from indicators import rollup as figures
from indicators.base import Kind, Measure, Period
from indicators.definitions import INDICATORS
from indicators.models import Fact, LearnerMonth, RollupRun
from participants.models import Attendance, Enrolment
from participants.tests.factories import participant
from programmes.models import Meeting
from programmes.tests.factories import run

from . import factories

pytestmark = pytest.mark.django_db
LATE = Period(Kind.MONTH, date(2026, 3, 1), date(2026, 3, 31))


def facts_of(period):
    rows = Fact.objects.filter(period_kind=period.kind, period_end=period.end)
    return {(f.indicator, f.area, f.sex, f.age): (f.people, f.numerator, f.denominator or 0) for f in rows}


def everything():
    columns = "period_kind", "period_end", "indicator", "area", "sex", "age", "people", "numerator", "denominator"
    return set(Fact.objects.values_list(*columns)), set(LearnerMonth.objects.values_list())


@pytest.mark.parametrize("seed", [1, 2])
def test_every_period_equals_a_recount_in_python(seed):
    factories.random_city(seed)
    figures.rebuild(cause="test")
    periods = Fact.objects.values_list("period_kind", "period_start", "period_end").distinct().order_by("period_end")
    assert {kind for kind, _, _ in periods} == set(Kind.values)
    for period in [Period(*values) for values in periods]:
        assert facts_of(period) == factories.recount(period.start, period.end)


@pytest.mark.parametrize("seed", [4])
def test_a_rebuild_equals_the_incremental_rollup(seed):
    factories.random_city(seed)
    figures.rebuild(cause="test")
    for month in change_something(Random(seed)):
        figures.rollup(month, month, cause="test")
    incremental = everything()
    figures.rebuild(cause="test")
    assert everything() == incremental


def change_something(dice):
    """New marks, marks taken back, marks of other lengths, a meeting more: the months they fall in."""
    changed = dice.sample(list(Attendance.objects.order_by("pk")), 12)
    for mark in changed[:6]:
        mark.delete()
    for mark in changed[6:]:
        mark.minutes, mark.mark = 37, 2
        mark.save()
    one = Enrolment.objects.exclude(confirmed_on=None).order_by("pk").first()
    meeting = factories.meet(one.run, one.run.starts_on + timedelta(days=1), 100)
    factories.attend(one, meeting, 100)
    return {day.replace(day=1) for day in [meeting.date, *(mark.day for mark in changed)]}


def test_computing_twice_changes_nothing():
    factories.random_city(6)
    figures.rebuild(cause="test")
    before = everything()
    months = figures.held_months()
    figures.rollup(*months, cause="test")
    assert everything() == before


def test_an_indicator_more_is_no_statement_more(monkeypatch):
    factories.random_city(7, people=15, groups=1)

    def statements():
        with CaptureQueriesContext(connection) as queries:
            figures.rollup(LATE.start, LATE.start, cause="test")
        return len(queries)

    before = statements()
    acc_02 = Measure("engaged", "count(*) FILTER (WHERE minutes >= 720)")
    more = INDICATORS["ACC-01"].__class__(
        **{**vars(INDICATORS["ACC-01"]), "code": "ACC-02", "numerator": acc_02, "people": acc_02}
    )
    monkeypatch.setitem(INDICATORS, "ACC-02", more)
    assert statements() == before


def test_people_are_counted_once_however_often_they_enrol():
    who = participant(birth_year=1990)
    for month in (1, 3):
        group = run(meetings=0, starts_on=date(2026, month, 2))
        one = factories.enrol(group, who, 1, confirmed_on=date(2026, 1, 1))
        factories.attend(one, factories.meet(group, date(2026, month, 5)), 90)
    figures.rebuild(cause="test")
    year = Fact.objects.get(
        indicator="ACC-01", period_kind=Kind.YEAR, period_end=date(2026, 3, 31), area="", sex="", age=""
    )
    assert year.numerator == 1
    quarter = Fact.objects.get(indicator="ACC-04", period_kind=Kind.QUARTER, area="", sex="", age="")
    assert quarter.numerator == 180


def test_a_merged_person_counts_as_the_survivor():
    group = run(meetings=0, starts_on=date(2026, 3, 2))
    meeting = factories.meet(group, date(2026, 3, 5))
    survivor = participant()
    for number, who in enumerate([survivor, participant(merged_into=survivor)]):
        factories.attend(factories.enrol(group, who, number, confirmed_on=date(2026, 3, 1)), meeting, 60)
    figures.rollup(LATE.start, LATE.start, cause="test")
    assert facts_of(LATE)["ACC-01", "", "", ""][1] == 1


def test_the_day_of_leaving_still_counts_and_the_next_does_not():
    group = run(meetings=0, starts_on=date(2026, 3, 2))
    one = factories.enrol(group, participant(), 1, confirmed_on=date(2026, 3, 3), exited_on=date(2026, 3, 10))
    for day in (2, 3, 10, 11):
        factories.meet(group, date(2026, 3, day), 60)
    assert one.state == "enrolled"
    figures.rollup(LATE.start, LATE.start, cause="test")
    assert facts_of(LATE)["RET-02", "", "", ""] == (1, 0, 120)


def test_nothing_planned_or_cancelled_is_counted():
    group = run(meetings=0, starts_on=date(2026, 3, 2))
    factories.enrol(group, participant(), 1, confirmed_on=date(2026, 3, 1))
    factories.meet(group, date(2026, 3, 5), 0)
    figures.rollup(LATE.start, LATE.start, cause="test")
    assert facts_of(LATE) == {}
    assert figures.held_months() is None


def test_a_run_says_what_it_did():
    factories.random_city(8, people=15, groups=1)
    done = figures.rebuild(cause="test")
    assert done.facts == Fact.objects.count() > 0
    assert done.finished_at >= done.started_at


def test_without_anything_held_nothing_is_computed():
    assert figures.catch_up(cause="test") is None
    assert RollupRun.objects.count() == 0


def test_beat_takes_up_what_was_missed():
    factories.random_city(9, people=15, groups=2)
    figures.rebuild(cause="test")
    RollupRun.objects.update(started_at="2026-02-20T12:00:00Z", last_month=date(2026, 2, 1))
    figures.rollup(LATE.start, LATE.start, cause="command")
    done = figures.catch_up(cause="test")
    assert done.first_month == date(2026, 1, 1)
    assert done.last_month > date(2026, 2, 1)


def test_beat_computes_everything_once():
    factories.random_city(9, people=15, groups=2)
    figures.rollup(*[figures.held_months()[1]] * 2, cause="command")
    assert figures.catch_up(cause="test").first_month == figures.held_months()[0]
    assert figures.catch_up(cause="test").first_month > figures.held_months()[0]


@pytest.mark.django_db(transaction=True)
def test_a_second_rollup_leaves_the_first_alone():
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [figures.LOCK])
            assert figures.rollup(LATE.start, LATE.start, cause="test") is None
            cursor.execute("SELECT pg_advisory_unlock(%s)", [figures.LOCK])
    finally:
        other.close()
    assert RollupRun.objects.count() == 0
    assert figures.rollup(LATE.start, LATE.start, cause="test").finished_at


def test_the_command_takes_a_month_two_or_everything(capsys):
    Meeting.objects.all().delete()
    factories.random_city(10, people=15, groups=1)
    for arguments in (["2026-03"], ["2025-11", "2026-01"], ["--all"], []):
        call_command("rollup", *arguments)
        assert "facts from" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [["march"], ["2026-13"], ["2026-05", "2026-03"], ["2026-01", "2026-02", "2026-03"]]
)
def test_the_command_refuses_what_is_no_period(arguments):
    with pytest.raises(CommandError):
        call_command("rollup", *arguments)
