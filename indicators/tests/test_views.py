"""The observatory as the public and as officials read it."""

import re
import time
from datetime import timedelta

import pytest

from indicators.base import Kind, Period, add_months, first_day, last_closed_quarter
from indicators.models import Fact, RollupRun
from learningcity import clock
from learningcity.services.accounts import SEEN_AT, SIGNED_IN_AT
from programmes.models import Membership
from programmes.tests.factories import member

from . import factories

pytestmark = pytest.mark.django_db
PATH = "/observatoire/"
MAP = {"indicateur": "ACC-03"}


def today():
    return clock.local_day(clock.now())


def public(kind):
    return Period.ending_with(kind, first_day(last_closed_quarter(today()).end))


def live(kind):
    return Period.containing(kind, today())


def fact(code, period, numerator, denominator=None, *, people=None, **cell):
    return Fact.objects.create(
        indicator=code,
        period_kind=period.kind,
        period_start=period.start,
        period_end=period.end,
        people=numerator if people is None else people,
        numerator=numerator,
        denominator=denominator,
        **cell,
    )


def finished():
    at = clock.now()
    RollupRun.objects.create(
        first_month=first_day(at.date()), last_month=first_day(at.date()), started_at=at, finished_at=at
    )


@pytest.fixture
def city():
    """Three districts of 10,000: 40, 23 and 7 resident learners; the last count is small for the public."""
    areas, _mechouar = factories.districts()
    finished()
    for period in (public(Kind.YEAR), live(Kind.YEAR)):
        fact("ACC-01", period, 1203)
        fact("ACC-03", period, 70, 30_000)
        for area, learners in zip(areas, [40, 23, 7], strict=True):
            fact("ACC-03", period, learners, 10_000, area=area.code)
        for sex, learners in (("F", 41), ("M", 29)):
            fact("ACC-03", period, learners, 15_000, sex=sex)
    return areas


def texts(response, name):
    """The rows of a table: [[cell, …]], without marks."""
    table = re.search(rf'caption-{name}">.*?</table>', response.text, re.S)[0]
    rows = re.findall(r"<tr[ >].*?</tr>", table, re.S)
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


def test_before_any_figure_the_page_says_so(page):
    assert "Data being collected" in page(PATH).text


def test_a_period_without_facts_is_no_figure_of_zero(page):
    finished()
    assert "Data being collected" in page(PATH).text


def test_the_public_reads_rounded_counts_and_hidden_cells(page, city):
    response = page(PATH, **MAP)
    assert "1,205" in response.text
    rows = texts(response, "district")[1:]
    assert [row[-1].split("too")[0] for row in rows] == ["4.0", "⸱⸱", "⸱⸱", "2.3"]
    assert [row[1:3] for row in rows] == [["40", "10,000"], ["⸱⸱", "–"], ["⸱⸱", "–"], ["70", "30,000"]]


def test_officials_read_the_running_period_as_it_is(page, city):
    response = page(PATH, user=member(Membership.Role.OFFICIAL), **MAP)
    assert "1,203" in response.text
    rows = texts(response, "district")[1:]
    assert [row[-1] for row in rows] == ["4.0", "2.3", "0.7", "2.3"]
    assert [row[1] for row in rows] == ["40", "23", "7", "70"]
    assert "not yet public" in response.text


def test_an_official_with_a_password_only_reads_what_the_public_reads(page, city):
    user = member(Membership.Role.OFFICIAL)
    user.authenticator_set.all().delete()
    assert "1,205" in page(PATH, user=user).text


def test_an_official_whose_session_is_over_reads_what_the_public_reads(client, page, city):
    client.force_login(member(Membership.Role.OFFICIAL))
    session = client.session
    session[SIGNED_IN_AT] = session[SEEN_AT] = int(time.time()) - 1900
    session.save()
    assert "1,205" in page(PATH).text


def test_other_staff_read_what_the_public_reads(page, city):
    assert "1,205" in page(PATH, user=member(Membership.Role.TRAINER)).text


def test_the_map_prints_every_value_and_leads_to_its_row(page, city):
    drawing = re.search(r"<svg class=\"map\".*?</svg>", page(PATH, **MAP).text, re.S)[0]
    assert [f"#{area.slug}" for area in city] == re.findall(r'<a href="([^"]+)"', drawing)
    assert "4.0" in drawing
    assert drawing.count("⸱⸱") == 4
    assert 'direction="ltr"' in drawing


def test_the_map_shows_the_figures_of_the_table(page, city):
    response = page(PATH, **MAP)
    drawn = re.findall(r'area-value"[^>]*>([^<]+)<', response.text)
    assert drawn == [row[-1].split("too")[0] for row in texts(response, "district")[1:-1]]


def test_the_change_from_the_year_before_is_said(page, city):
    period = public(Kind.YEAR)
    fact("ACC-01", Period.ending_with(Kind.YEAR, add_months(first_day(period.end), -12)), 1005)
    assert "20% more than the year before" in page(PATH).text


def test_a_share_of_nothing_has_no_value_and_says_why(page, city):
    fact("RET-02", public(Kind.QUARTER), 0, 0, people=40)
    text = page(PATH, indicateur="RET-02").text
    assert "no value, because no meeting was held" in text
    assert "0.0" not in texts(page(PATH, indicateur="RET-02"), "sex")[1]


def test_a_share_of_few_people_is_not_published(page, city):
    quarter = public(Kind.QUARTER)
    fact("RET-02", quarter, 900, 1000, people=300)
    fact("RET-02", quarter, 90, 100, people=29, sex="F")
    fact("RET-02", quarter, 810, 900, people=271, sex="M")
    assert texts(page(PATH, indicateur="RET-02"), "sex")[1][1].startswith("⸱⸱")


def test_hours_are_minutes_by_sixty(page, city):
    fact("ACC-04", public(Kind.QUARTER), 90_000, people=100)
    assert texts(page(PATH, indicateur="ACC-04"), "district")[-1] == ["The city", "1,500"]


@pytest.mark.parametrize("asked", ["ACC-99", "", "' OR 1=1 --", "ACC-03 "])
def test_an_unknown_figure_shows_the_default_one(page, city, asked):
    assert (
        "Participation rate in municipal programmes"
        in texts(page(PATH, indicateur=asked), "district")[0][0] + page(PATH).text
    )


def test_the_page_asks_few_questions_however_many_districts(queries_of, page, city):
    some = queries_of(page, PATH)
    factories.districts(9)
    assert queries_of(page, PATH) == some <= 12


def test_the_status_is_final_when_late_marks_can_no_longer_come(page, city):
    is_mature = today() > public(Kind.YEAR).end + timedelta(days=30)
    assert ("Final" if is_mature else "Provisional") in page(PATH).text
    assert "Provisional" in page(PATH, user=member(Membership.Role.OFFICIAL)).text


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_it_reads_in_the_languages_of_the_city(page, city, language):
    response = page(PATH, language, **MAP)
    assert ("حي 0" if language == "ar" else "Quartier 0") in response.text
    assert re.search(r"1[. \u00a0]205", response.text)
