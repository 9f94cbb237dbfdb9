import pytest

from learningcity.models import AuditEntry

from ..models import Course, Prerequisite
from .factories import course, member, organisation

pytestmark = pytest.mark.django_db
FINISHED = {"kind": "finished", "months": "12", "alternative": "1"}
DECLARED = {"kind": "declared", "statement_fr": "Je sais lire", "statement_ar": "أعرف القراءة", "alternative": "2"}


@pytest.fixture
def officer(client):
    client.force_login(member("programme_officer"))
    return client


def page(of):
    return f"/fr/gestion/cours/{of.code}/prealables/"


def test_things_that_are_needed_are_added_and_taken_away(officer):
    of, before = course(), course()

    assert officer.post(page(of), FINISHED | {"needed": before.pk}).headers["Location"] == page(of)
    assert officer.post(page(of), DECLARED).status_code == 302
    rows = officer.get(page(of)).context["rows"]
    assert [row["alternative"] for row in rows] == [1, 2]
    assert before.title in rows[0]["text"]

    officer.post(page(of), {"remove": rows[0]["number"]})

    assert Prerequisite.objects.get().statement_fr == "Je sais lire"
    assert Course.objects.get(pk=of.pk).required_count == 1
    assert AuditEntry.objects.filter(action__endswith="prerequisite").count() == 3


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({}, ["kind", "alternative"]),
        (FINISHED, ["needed"]),
        (DECLARED | {"statement_ar": ""}, ["statement_ar"]),
        (FINISHED | {"months": "0", "needed": "?"}, ["needed", "months"]),
    ],
)
def test_what_is_missing_is_asked_for(officer, sent, fields):
    answer = officer.post(page(course()), sent)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, fields)
    assert not Prerequisite.objects.exists()


def test_a_course_is_not_needed_before_itself(officer):
    of = course()

    assert officer.post(page(of), FINISHED | {"needed": of.pk}).status_code == 422


@pytest.mark.parametrize("number", ["", "x", "9" * 30, "4711"])
def test_taking_away_what_is_not_there_changes_nothing(officer, number):
    assert officer.post(page(course()), {"remove": number}).status_code == 302


def test_only_who_writes_the_texts_has_the_page(client):
    ours = organisation()
    client.force_login(member("manager", organisation=ours))

    assert client.get(page(course(organisation=ours))).status_code == 404
    draft = course(organisation=ours, state="draft", published_at=None)
    assert client.get(page(draft)).status_code == 200
