import pytest

from programmes.models import Pathway
from programmes.services.publishing import new_key
from programmes.tests.desk import send
from programmes.tests.factories import course

pytestmark = pytest.mark.django_db
INDEX, KEY = "/gestion/parcours/", "abcdefgh"
MADE = f"{INDEX}vers-la-cuisine-p-{KEY}/"


@pytest.fixture
def courses():
    return [course(), course(), course()]


def answers(courses, **changed):
    given = {"name_fr": "Vers la cuisine", "name_ar": "نحو المطبخ", "name_en": "", "isco": "5120", "key": KEY}
    given |= {"goal_fr": "Devenir cuisinière", "goal_ar": "العمل كطباخة", "goal_en": ""}
    given |= {f"step_{number}": course.code for number, course in enumerate(courses, 1)}
    return given | changed


def change(desk, given):
    page = desk.get(f"/en{MADE}")
    return send(desk, page, **given)


def steps(pathway):
    return [(step.position, step.course) for step in pathway.steps.select_related("course")]


def test_a_pathway_is_made_once_however_often_its_form_is_sent(desk, courses):
    given = answers(courses)
    for _time in range(2):
        sent = desk.post(f"/en{INDEX}nouveau/", given)
        assert sent.headers["Location"] == f"/en{MADE}"
    pathway = Pathway.objects.get()
    assert steps(pathway) == list(enumerate(courses, 1))
    assert (pathway.isco, pathway.goal_ar) == ("5120", "العمل كطباخة")


def test_two_pathways_of_one_name_have_two_addresses(desk, courses):
    for _time in range(2):
        assert desk.post(f"/en{INDEX}nouveau/", answers(courses, key=new_key())).status_code == 302
    assert len(set(Pathway.objects.values_list("slug", flat=True))) == 2


def test_its_steps_change_order_close_up_and_its_address_stays(desk, courses):
    desk.post(f"/en{INDEX}nouveau/", answers(courses))
    first, _second, third = courses
    given = answers([third, first], name_fr="Autre nom", step_2="", step_4=first.code, isco="")
    sent = change(desk, given | {"step_3": ""})
    assert sent.headers["Location"] == f"/en{MADE}"
    pathway = Pathway.objects.get()
    assert steps(pathway) == [(1, third), (2, first)]
    assert (pathway.name_fr, pathway.isco) == ("Autre nom", "")


def test_two_people_writing_a_pathway_lose_nothing(desk, courses):
    desk.post(f"/en{INDEX}nouveau/", answers(courses))
    seen = desk.get(f"/en{MADE}")
    assert send(desk, seen, name_fr="Autre nom", step_3="").status_code == 302

    refused = send(desk, seen, goal_en="Become a cook")

    assert refused.status_code == 422
    stands = [row["value"] for row in refused.context["form"].differing]
    assert stands == ["Autre nom", "–", "–"]
    assert [step for _position, step in steps(Pathway.objects.get())] == courses[:2]
    assert send(desk, refused).status_code == 302
    pathway = Pathway.objects.get()
    assert (pathway.name_fr, pathway.goal_en, len(steps(pathway))) == ("Vers la cuisine", "Become a cook", 3)


def test_the_form_shows_what_is_there(page, desk, courses):
    desk.post(f"/en{INDEX}nouveau/", answers(courses))
    form = page(MADE, "ar").context["form"]
    assert [form[f"step_{number}"].value() for number in (1, 2, 3, 4)] == [*(item.code for item in courses), None]
    assert form["name_fr"].value() == "Vers la cuisine"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name_ar": ""}, "name_ar"),
        ({"goal_fr": ""}, "goal_fr"),
        ({"name_en": "Towards\nthe kitchen"}, "name_en"),
        ({"isco": "51a"}, "isco"),
        ({"step_1": "", "step_2": "", "step_3": ""}, "step_1"),
        ({"step_2": "missing"}, "step_2"),
        ({"key": ""}, "key"),
    ],
)
def test_a_refused_pathway_says_why_at_its_answer(desk, courses, changed, field):
    refused = desk.post(f"/fr{INDEX}nouveau/", answers(courses, **changed))
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == [field]
    assert not Pathway.objects.exists()


def test_a_course_is_a_step_once(desk, courses):
    refused = desk.post(f"/fr{INDEX}nouveau/", answers(courses, step_3=courses[0].code))
    assert list(refused.context["form"].errors) == ["step_3"]


def test_drafts_and_models_are_no_steps_but_a_step_that_was_archived_stays(desk, courses):
    desk.post(f"/en{INDEX}nouveau/", answers(courses))
    courses[1].state = "archived"
    courses[1].save()
    model = course(kind="template")
    given = answers(courses)
    assert change(desk, given).status_code == 302
    assert change(desk, given | {"step_4": model.code}).status_code == 422
    assert steps(Pathway.objects.get()) == list(enumerate(courses, 1))


def test_the_list_counts_steps_with_as_many_statements_for_three_as_for_one(desk, courses, queries_of):
    counts = []
    for more in (1, 2):
        for _time in range(more):
            desk.post(f"/en{INDEX}nouveau/", answers(courses))
        counts.append(queries_of(desk.get, f"/en{INDEX}"))
    assert counts[0] == counts[1]
    assert {pathway.steps_count for pathway in desk.get(f"/en{INDEX}").context["pathways"]} == {3}
