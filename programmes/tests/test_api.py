import json
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.test import Client
from openapi_spec_validator import validate

from learningcity import clock

from ..models import Course, CourseRun, Meeting
from ..services import indexing
from . import factories

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"


@pytest.fixture
def ask(client):
    """`ask("/courses", theme="trade")`: the JSON of an answer that has to be a 200 unless `status` says."""

    def get(path, status=200, **data):
        response = client.get(ROOT + path, data)
        assert response.status_code == status, response.text
        return response.json()

    return get


def codes(listed):
    return [item["code"] for item in listed["items"]]


# --- What it says -------------------------------------------------------------------------------------


def test_a_course_is_told_in_three_languages_with_its_groups(ask):
    course = factories.course(code="C017", minimum_age=16, published_at=clock.now(), title_en="")
    runs = [factories.run(course=course, starts_on=factories.today() + timedelta(days=days)) for days in (30, 3)]
    factories.run(course=course, decision=CourseRun.Decision.DRAFT)

    said = ask("/courses/C017")

    assert said["title"] == {"fr": course.title_fr, "ar": course.title_ar, "en": ""}
    assert said["outcomes"]["fr"] == course.outcomes_fr
    assert said["pages"]["ar"] == f"{settings.SITE_URL}/ar/cours/{course.slug}/"
    assert (said["minimum_age"], said["maximum_age"], said["fee"]) == (16, None, 0)
    assert said["organisation"]["name"]["fr"] == course.organisation.name_fr
    assert said["runs"] == [runs[1].code, runs[0].code]


def test_a_group_tells_local_hours_their_zone_and_the_instant(ask):
    run = factories.run(meetings=0)
    factories.meeting(run, date=date(2026, 9, 19))
    factories.meeting(run, date=date(2026, 9, 21), state=Meeting.State.CANCELLED, reason="Madame X est malade")

    before, after = ask(f"/runs/{run.code}")["meetings"]

    assert (before["date"], before["starts_at"], before["zone"]) == ("2026-09-19", "10:30:00", "Africa/Casablanca")
    assert before["start"] == "2026-09-19T10:30:00+01:00"
    assert after["start"].removesuffix("Z").removesuffix("+00:00") == "2026-09-21T10:30:00"
    assert (before["takes_place"], after["takes_place"]) == (True, False)


def test_no_meeting_of_a_cancelled_group_takes_place(ask):
    run = factories.run(decision=CourseRun.Decision.CANCELLED)
    said = ask(f"/runs/{run.code}")
    assert said["status"] == "cancelled"
    assert [meeting["takes_place"] for meeting in said["meetings"]] == [False]


def test_a_group_says_how_many_places_are_left(ask):
    run = factories.run(capacity=30, seats_taken=12, desk_seats=5)
    assert ask(f"/runs/{run.code}")["places_left"] == 13


def test_a_place_says_what_nobody_checked(ask):
    venue = factories.venue(step_free=True, latitude=33.5, longitude=-7.6)
    said = ask(f"/places/{venue.code}")
    assert (said["step_free"], said["hearing_loop"]) == (True, None)
    assert said["district"] == venue.district.slug
    assert said["name"]["ar"] == venue.name_ar


def test_nobody_is_named(ask):
    trainer = factories.member("trainer", "Fatima Zahra")
    run = factories.run(meetings=0, trainer=trainer)
    factories.meeting(run, date=run.starts_on, trainer=trainer, reason="Madame X est malade", state="cancelled")
    said = json.dumps([ask("/runs"), ask(f"/runs/{run.code}"), ask("/courses"), ask("/places")])
    for secret in ("Fatima", trainer.email, "Madame X", str(run.course.organisation.phone or "never")):
        assert secret not in said


def test_what_is_not_published_is_not_told(ask):
    run = factories.run(course=factories.course(code="C9", state=Course.State.IN_REVIEW))
    assert (ask("/courses")["count"], ask("/runs")["count"]) == (0, 0)
    for path in ("/courses/C9", f"/runs/{run.code}", "/places/none"):
        ask(path, status=404)


# --- Lists --------------------------------------------------------------------------------------------


def test_lists_come_in_pages_that_lead_to_each_other(ask, client):
    for number in range(5):
        factories.course(code=f"C{number}X")

    first = ask("/courses", per_page=2)
    assert (first["count"], first["page"], first["previous"]) == (5, 1, None)
    seen = codes(first)
    page = first
    while page["next"]:
        page = client.get(page["next"].removeprefix(settings.SITE_URL)).json()
        seen += codes(page)
    assert seen == [f"C{number}X" for number in range(5)]
    assert page["previous"].startswith(f"{settings.SITE_URL}{ROOT}/courses?")
    assert ask("/courses", page=9)["items"] == []


@pytest.mark.parametrize("asked", [{"per_page": 101}, {"per_page": 0}, {"page": 0}, {"page": "x"}, {"page": 10**30}])
@pytest.mark.parametrize("path", ["/courses", "/runs", "/places"])
def test_nobody_takes_everything_at_once(ask, path, asked):
    assert ask(path, status=422, **asked)["fields"] == list(asked)


def test_courses_are_searched_as_in_the_catalogue(ask):
    sewing = factories.course(title_fr="Couture et broderie", theme="trade")
    for course in (sewing, factories.course(title_fr="Cuisine", theme="trade"), factories.course()):
        factories.run(course=course)
    factories.course(title_fr="Couture sans groupe")
    indexing.index_all()

    assert codes(ask("/courses", q="coutur")) == [sewing.code]
    assert ask("/courses", q="couture")["count"] == 1
    assert ask("/courses", theme="trade")["count"] == 2
    assert ask("/courses", arr=["sidi-moumen"], theme="trade", places="1", per_page=1)["count"] == 2
    assert ask("/courses")["count"] == 4


def test_groups_are_filtered_by_course_place_district_and_day(ask):
    one, two = factories.run(), factories.run(starts_on=factories.today() + timedelta(days=60))
    over = factories.run(starts_on=factories.today() - timedelta(days=300))

    assert codes(ask("/runs")) == [one.code, two.code]
    assert codes(ask("/runs", past="true")) == [over.code, one.code, two.code]
    assert codes(ask("/runs", course=one.course.code)) == [one.code]
    assert codes(ask("/runs", place=two.venue.code)) == [two.code]
    assert codes(ask("/runs", arr=one.venue.district.slug)) == [one.code, two.code]
    assert codes(ask("/runs", arr="none")) == []
    assert codes(ask("/runs", starts_from=two.starts_on.isoformat())) == [two.code]
    assert codes(ask("/runs", starts_until=one.starts_on.isoformat())) == [one.code]


@pytest.mark.parametrize(
    "path", ["/courses", "/courses?theme=digital", "/runs", "/places", "/courses/{course}", "/runs/{run}"]
)
def test_an_answer_costs_the_same_whatever_its_length(client, queries_of, path):
    def cost(rows):
        course = factories.course()
        for _number in range(rows):
            run = factories.run(course=course, meetings=rows)
            factories.run(meetings=rows)
        indexing.index_all()
        return queries_of(client.get, ROOT + path.format(course=course.code, run=run.code))

    cost(1)  # what is learnt once for the process
    assert cost(1) == cost(3) <= 6


# --- How it says it -----------------------------------------------------------------------------------


def test_the_document_keeps_to_the_standard(client):
    document = client.get(f"{ROOT}/openapi.json").json()
    validate(document)
    assert set(document["paths"]) == {
        f"{ROOT}/{path}" for path in ("courses", "courses/{course}", "runs", "runs/{code}", "places", "places/{venue}")
    }
    assert {method for operations in document["paths"].values() for method in operations} == {"get"}


def test_every_origin_may_read_and_the_same_answer_is_not_sent_twice():
    factories.course()
    first = Client().get(f"{ROOT}/courses")
    assert first["Access-Control-Allow-Origin"] == "*"
    assert "public" in first["Cache-Control"]
    assert not first.cookies
    again = Client().get(f"{ROOT}/courses", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    factories.course()
    assert Client().get(f"{ROOT}/courses", headers={"if-none-match": first["ETag"]}).status_code == 200


def test_the_head_of_an_answer_can_be_asked_alone(client):
    assert client.head(f"{ROOT}/places").status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_can_be_changed(client, method):
    response = getattr(client, method)(f"{ROOT}/courses")
    assert response.status_code == 405


def test_a_refusal_is_a_problem_in_the_language_asked_for(client):
    factories.course()
    french, arabic = (client.get(f"{ROOT}/courses/none?langue={code}") for code in ("fr", "ar"))
    for response in (french, arabic):
        assert response["Content-Type"] == "application/problem+json"
        assert response["Access-Control-Allow-Origin"] == "*"
        assert response.json()["status"] == response.status_code == 404
    assert (french["Content-Language"], arabic["Content-Language"]) == ("fr", "ar")
    assert client.post(f"{ROOT}/courses")["Content-Type"] == "application/problem+json"
