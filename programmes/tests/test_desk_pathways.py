import pytest

from programmes.models import Pathway
from programmes.services.publishing import new_key
from programmes.tests.factories import course, member

pytestmark = pytest.mark.django_db
INDEX = "/gestion/parcours/"


@pytest.fixture
def officer(client):
    someone = member("programme_officer")
    client.force_login(someone)
    return someone


@pytest.fixture
def courses():
    return [course(), course(), course()]


def answers(courses, **changed):
    given = {"name_fr": "Vers la cuisine", "name_ar": "نحو المطبخ", "name_en": "", "isco": "5120", "key": new_key()}
    given |= {"goal_fr": "Devenir cuisinière", "goal_ar": "العمل كطباخة", "goal_en": ""}
    given |= {f"step_{number}": course.code for number, course in enumerate(courses, 1)}
    return given | changed


def steps(pathway):
    return [(step.position, step.course) for step in pathway.steps.select_related("course")]


def test_a_pathway_is_made_once_however_often_its_form_is_sent(client, officer, courses):
    given = answers(courses)
    for _time in range(2):
        sent = client.post(f"/en{INDEX}nouveau/", given)
        assert sent.headers["Location"] == f"/en{INDEX}vers-la-cuisine/"
    pathway = Pathway.objects.get()
    assert steps(pathway) == list(enumerate(courses, 1))
    assert (pathway.isco, pathway.goal_ar) == ("5120", "العمل كطباخة")


def test_two_pathways_of_one_name_have_two_addresses(client, officer, courses):
    for _time in range(2):
        client.post(f"/en{INDEX}nouveau/", answers(courses))
    assert len(set(Pathway.objects.values_list("slug", flat=True))) == 2


def test_its_steps_change_order_close_up_and_its_address_stays(client, officer, courses):
    client.post(f"/en{INDEX}nouveau/", answers(courses))
    first, _second, third = courses
    given = answers([third, first], name_fr="Autre nom", step_2="", step_4=first.code, isco="")
    sent = client.post(f"/en{INDEX}vers-la-cuisine/", given)
    assert sent.headers["Location"] == f"/en{INDEX}vers-la-cuisine/"
    pathway = Pathway.objects.get()
    assert steps(pathway) == [(1, third), (2, first)]
    assert (pathway.name_fr, pathway.isco) == ("Autre nom", "")


def test_the_form_shows_what_is_there(page, client, officer, courses):
    client.post(f"/en{INDEX}nouveau/", answers(courses))
    form = page(f"{INDEX}vers-la-cuisine/", "ar").context["form"]
    assert [form[f"step_{number}"].value() for number in (1, 2, 3, 4)] == [*(item.code for item in courses), None]
    assert form["name_fr"].value() == "Vers la cuisine"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name_ar": ""}, "name_ar"),
        ({"goal_fr": ""}, "goal_fr"),
        ({"isco": "51a"}, "isco"),
        ({"step_1": "", "step_2": "", "step_3": ""}, "step_1"),
        ({"step_2": "missing"}, "step_2"),
        ({"key": ""}, "key"),
    ],
)
def test_a_refused_pathway_says_why_at_its_answer(client, officer, courses, changed, field):
    refused = client.post(f"/fr{INDEX}nouveau/", answers(courses, **changed))
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == [field]
    assert not Pathway.objects.exists()


def test_a_course_is_a_step_once(client, officer, courses):
    refused = client.post(f"/fr{INDEX}nouveau/", answers(courses, step_3=courses[0].code))
    assert list(refused.context["form"].errors) == ["step_3"]


def test_drafts_and_models_are_no_steps_but_a_step_that_was_archived_stays(client, officer, courses):
    client.post(f"/en{INDEX}nouveau/", answers(courses))
    courses[1].state = "archived"
    courses[1].save()
    model = course(kind="template")
    given = answers(courses)
    assert client.post(f"/en{INDEX}vers-la-cuisine/", given).status_code == 302
    assert client.post(f"/en{INDEX}vers-la-cuisine/", given | {"step_4": model.code}).status_code == 422
    assert steps(Pathway.objects.get()) == list(enumerate(courses, 1))


def test_the_list_counts_steps_with_as_many_statements_for_three_as_for_one(client, officer, courses, queries_of):
    counts = []
    for more in (1, 2):
        for _time in range(more):
            client.post(f"/en{INDEX}nouveau/", answers(courses))
        counts.append(queries_of(client.get, f"/en{INDEX}"))
    assert counts[0] == counts[1]
    assert {pathway.steps_count for pathway in client.get(f"/en{INDEX}").context["pathways"]} == {3}
