"""Writing a course on the staff pages, from the first page to the public."""

import pytest

from learningcity.tests.factories import district

from ..models import Course, CourseRun, Meeting, Membership
from .desk import (
    FACTS,
    TEXTS,
    answers,
    chosen,
    complete,
    day_of,
    errors_of,
    first_group,
    hidden,
    links_of,
    send,
    teaching_place,
)
from .factories import member, organisation, programme, run, venue

pytestmark = pytest.mark.django_db
State, Role = Course.State, Membership.Role
NEW = "/fr/gestion/cours/nouveau/"


@pytest.fixture
def officer(client):
    someone = member(Role.PROGRAMME_OFFICER)
    client.force_login(someone)
    return someone


@pytest.fixture
def place():
    return teaching_place()


# --- The whole way ------------------------------------------------------------------------------------------


def test_a_course_with_seven_meetings_is_published_in_four_screens(client, officer, place):
    complete(kind="template", state=State.PUBLISHED, code="c-modelee2")

    screens = [client.get(NEW)]  # 1: the models
    model = next(link for link in links_of(screens[0]) if "modele=c-modelee2" in link)
    screens.append(client.get(model))  # 2: the one form, its texts filled in
    sent = send(client, screens[-1], **first_group(place))
    screens.append(client.get(sent["Location"]))  # 3: the check
    assert Meeting.objects.filter(state="planned").count() == 7
    sent = send(client, screens[-1], do="publish")
    screens.append(client.get(sent["Location"]))  # 4: published

    assert len(screens) <= 4
    made = Course.objects.get(kind="regular")
    group = CourseRun.objects.public().get()
    assert (made.state, made.title_fr, group.course) == (State.PUBLISHED, TEXTS["title_fr"], made)
    assert group.meetings.taking_place().count() == 7
    assert (group.room.name, group.trainers.get().name) == ("Salle 3", "Naima")
    assert client.get(f"/fr/cours/{made.slug}/").status_code == 200


def test_from_nothing_it_takes_three_screens(client, officer, place):
    form = client.get(f"{NEW}?modele=vide")
    facts = FACTS | chosen(place)
    check = client.get(send(client, form, **TEXTS, **facts, **first_group(place))["Location"])
    published = client.get(send(client, check, do="publish")["Location"])

    assert published.context["course"].state == State.PUBLISHED
    assert Meeting.objects.filter(run__decision="planned").count() == 7


def test_a_form_sent_twice_makes_one_course(client, officer, place):
    form = client.get(f"{NEW}?modele=vide")
    facts = chosen(place) | {"title_fr": "Couture"}
    facts |= first_group(place)

    first, second = send(client, form, **facts), send(client, form, **facts)

    assert first["Location"] == second["Location"]
    assert (Course.objects.count(), CourseRun.objects.count()) == (1, 1)


def test_two_forms_make_two_courses(client, officer, place):
    keys = {hidden(client.get(f"{NEW}?modele=vide"), "key") for _time in range(3)}

    assert len(keys) == 3


# --- The form -----------------------------------------------------------------------------------------------


def test_a_draft_may_have_a_title_in_one_language_only(client, officer, place):
    facts = chosen(place)

    for name in ("title_fr", "title_ar"):
        form = client.get(f"{NEW}?modele=vide")
        assert send(client, form, **facts, **{name: "الخياطة"}).status_code == 302

    assert Course.objects.filter(title_ar="الخياطة", title_fr="").count() == 1
    assert client.get("/fr/gestion/cours/").text.count("الخياطة") >= 2


def test_a_form_from_a_model_has_its_texts(client, officer):
    complete(kind="template", state=State.PUBLISHED, code="c-modelee2")

    shown = answers(client.get(f"{NEW}?modele=c-modelee2"))

    assert {name: shown[name] for name in TEXTS} == TEXTS


def test_a_form_from_a_course_is_called_a_copy_and_suggests_its_group(client, officer):
    group = run(course=complete(state=State.PUBLISHED), capacity=17, meetings=5)

    shown = answers(client.get(f"{NEW}?modele={group.course.code}"))

    assert shown["title_fr"] == f"{TEXTS['title_fr']} (copie)"
    assert (shown["venue"], shown["capacity"], shown["times"]) == (str(group.venue_id), "17", "5")
    assert (shown["starts_at"], shown["first_day_0"]) == ("10:30", "")


def test_models_are_shared_when_the_city_has_published_them(client):
    ours = organisation()
    client.force_login(member(Role.MANAGER, organisation=ours))
    own = complete(kind="template", organisation=ours)
    shared = complete(kind="template", state=State.PUBLISHED)
    private = complete(kind="template")

    codes = {row["course"].code for row in client.get(NEW).context["models"]}

    assert codes == {own.code, shared.code}
    assert client.get(f"{NEW}?modele={private.code}").status_code == 404
    assert client.get(f"{NEW}?modele={shared.code}").status_code == 200


def test_a_manager_writes_in_the_name_of_her_organisation_only(client, place):
    manager = member(Role.MANAGER)
    client.force_login(manager)
    form = client.get(f"{NEW}?modele=vide")
    own = manager.memberships.get().organisation_id
    assert answers(form)["organisation"] == str(own)

    facts = {"programme": programme().pk, "theme": "digital", "title_fr": "Couture"}
    refused = send(client, form, **facts, organisation=organisation().pk)

    assert errors_of(refused) == {"organisation"}
    assert send(client, form, **facts).status_code == 302
    assert Course.objects.get().organisation_id == own


# --- The page of a course -----------------------------------------------------------------------------------


def test_two_people_writing_at_once_lose_nothing(client, officer):
    draft = complete()
    page = client.get(f"/fr/gestion/cours/{draft.code}/")
    assert send(client, page, summary_fr="Première version").status_code == 302

    refused = send(client, page, summary_fr="Seconde version")

    assert refused.status_code == 422
    assert answers(refused)["summary_fr"] == "Seconde version"
    assert [row["value"] for row in refused.context["differing"]] == ["Première version"]
    draft.refresh_from_db()
    assert draft.summary_fr == "Première version"

    assert send(client, refused).status_code == 302
    draft.refresh_from_db()
    assert draft.summary_fr == "Seconde version"


def test_a_published_course_keeps_its_texts(client, officer):
    published = complete(state=State.PUBLISHED)
    page = client.get(f"/fr/gestion/cours/{published.code}/")

    refused = send(client, page, summary_ar="", hours="12")

    assert (refused.status_code, errors_of(refused)) == (422, {"summary_ar"})
    assert send(client, page, hours="12").status_code == 302
    published.refresh_from_db()
    assert (published.state, published.hours, published.summary_ar) == (State.PUBLISHED, 12, TEXTS["summary_ar"])


def test_an_archived_course_is_read_only(client, officer):
    archived = complete(state=State.ARCHIVED)
    path = f"/fr/gestion/cours/{archived.code}/"

    assert client.get(path).context["form"] is None
    assert client.post(path, TEXTS).status_code == 404


@pytest.mark.parametrize("role", [Role.TRAINER, Role.DISTRICT_OFFICER])
def test_who_reads_a_draft_does_not_write_it(client, role):
    draft = complete()
    someone = member(role, **{"district": district()} if role == Role.DISTRICT_OFFICER else {})
    run(course=draft, venue=venue(district=district()), trainer=someone)
    client.force_login(someone)
    path = f"/fr/gestion/cours/{draft.code}/"

    shown = client.get(path)

    assert shown.context["form"] is None
    assert TEXTS["summary_ar"] in shown.text
    assert client.post(path, TEXTS).status_code == 404
    assert client.get(NEW).status_code == 404


def test_a_page_costs_the_same_for_one_group_and_for_three(client, officer, queries_of):
    draft = complete()
    path = f"/fr/gestion/cours/{draft.code}/"
    run(course=draft)
    client.get(path)
    one = queries_of(client.get, path)
    run(course=draft)
    run(course=draft)

    assert queries_of(client.get, path) == one


# --- Copies and groups --------------------------------------------------------------------------------------


def test_a_model_is_made_of_a_course_once(client, officer):
    published = complete(state=State.PUBLISHED)
    key = hidden(client.get(f"/fr/gestion/cours/{published.code}/"), "key", form=1)

    for _time in range(2):
        sent = client.post(f"/fr/gestion/cours/{published.code}/copier/", {"key": key, "kind": "template"})

    model = Course.objects.templates().get()
    assert sent["Location"] == f"/fr/gestion/cours/{model.code}/"
    assert (model.state, model.title_fr) == (State.DRAFT, published.title_fr)


def test_a_copy_without_its_key_is_not_made(client, officer):
    published = complete(state=State.PUBLISHED)

    client.post(f"/fr/gestion/cours/{published.code}/copier/", {"key": "x", "kind": "regular"})

    assert Course.objects.count() == 1


def test_a_second_group_is_made_with_its_meetings(client, officer, place):
    group = run(course=complete(state=State.PUBLISHED, organisation=place.ours), venue=place)
    page = client.get(f"/fr/gestion/cours/{group.course.code}/groupe/")
    assert answers(page)["capacity"] == "30"

    sent = send(client, page, **first_group(place))

    made = CourseRun.objects.exclude(pk=group.pk).get()
    assert sent["Location"] == f"/fr/gestion/groupes/{made.code}/"
    assert (made.decision, made.meetings.taking_place().count(), made.starts_on) == ("draft", 7, day_of())
