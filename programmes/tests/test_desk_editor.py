"""Writing a course on the staff pages, from the first page to the public."""

import pytest

from learningcity import clock
from learningcity.tests.factories import district

from ..models import Course, CourseRun, Meeting, Membership, Organisation
from ..services import publishing
from .desk import (
    FACTS,
    NEW,
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
)
from .factories import member, organisation, programme, run, venue

pytestmark = pytest.mark.django_db
State, Role = Course.State, Membership.Role


# --- The whole way ------------------------------------------------------------------------------------------


def test_a_course_with_seven_meetings_is_published_in_four_screens(desk, place):
    complete(kind="template", state=State.PUBLISHED, code="c-modelee2")

    screens = []

    def see(address):
        page = desk.get(address, follow=True)
        screens.extend([address, *(further for further, _status in page.redirect_chain)])
        return page

    models = see(NEW)
    form = see(next(link for link in links_of(models) if "modele=c-modelee2" in link))  # its texts filled in
    check = see(send(desk, form, **first_group(place))["Location"])
    assert Meeting.objects.filter(state="planned").count() == 7
    see(send(desk, check, do="publish")["Location"])

    assert len(screens) == 4, screens
    made = Course.objects.get(kind="regular")
    group = CourseRun.objects.public().get()
    assert (made.state, made.title_fr, group.course) == (State.PUBLISHED, TEXTS["title_fr"], made)
    assert group.meetings.taking_place().count() == 7
    assert (group.room.name, group.trainers.get().name) == ("Salle 3", "Naima")
    assert desk.get(f"/fr/cours/{made.slug}/").status_code == 200


def test_from_nothing_it_takes_three_screens(desk, place):
    form = desk.get(f"{NEW}?modele=vide")
    facts = FACTS | chosen(place)
    check = desk.get(send(desk, form, **TEXTS, **facts, **first_group(place))["Location"])
    published = desk.get(send(desk, check, do="publish")["Location"])

    assert published.context["course"].state == State.PUBLISHED
    assert Meeting.objects.filter(run__decision="planned").count() == 7


def test_a_form_sent_twice_makes_one_course(desk, place):
    form = desk.get(f"{NEW}?modele=vide")
    facts = chosen(place) | {"title_fr": "Couture"}
    facts |= first_group(place)

    first, second = send(desk, form, **facts), send(desk, form, **facts)

    assert first["Location"] == second["Location"]
    assert (Course.objects.count(), CourseRun.objects.count()) == (1, 1)


def test_two_forms_make_two_courses(desk, place):
    keys = {hidden(desk.get(f"{NEW}?modele=vide"), "key") for _time in range(3)}

    assert len(keys) == 3


# --- The form -----------------------------------------------------------------------------------------------


def test_a_draft_may_have_a_title_in_one_language_only(desk, place):
    facts = chosen(place)

    for name in ("title_fr", "title_ar"):
        form = desk.get(f"{NEW}?modele=vide")
        assert send(desk, form, **facts, **{name: "الخياطة"}).status_code == 302

    assert Course.objects.filter(title_ar="الخياطة", title_fr="").count() == 1
    assert desk.get("/fr/gestion/cours/").text.count("الخياطة") >= 2


def test_a_form_from_a_model_has_its_texts(desk):
    complete(kind="template", state=State.PUBLISHED, code="c-modelee2")

    shown = answers(desk.get(f"{NEW}?modele=c-modelee2"))

    assert {name: shown[name] for name in TEXTS} == TEXTS


def test_a_form_from_a_course_is_called_a_copy_and_suggests_its_group(desk):
    group = run(course=complete(state=State.PUBLISHED), capacity=17, meetings=5)

    shown = answers(desk.get(f"{NEW}?modele={group.course.code}"))

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

    mine = programme(organisation=Organisation.objects.get(pk=own))
    facts = {"programme": mine.pk, "theme": "digital", "title_fr": "Couture"}
    refused = send(client, form, **facts, organisation=organisation().pk)

    assert errors_of(refused) == {"organisation"}
    assert send(client, form, **facts).status_code == 302
    assert Course.objects.get().organisation_id == own


# --- The page of a course -----------------------------------------------------------------------------------


def test_two_people_writing_at_once_lose_nothing(desk):
    draft = complete()
    page = desk.get(f"/fr/gestion/cours/{draft.code}/")
    assert send(desk, page, summary_fr="Première version").status_code == 302

    refused = send(desk, page, summary_fr="Seconde version")

    assert refused.status_code == 422
    assert answers(refused)["summary_fr"] == "Seconde version"
    assert [row["value"] for row in refused.context["form"].differing] == ["Première version"]
    assert "Première version" in refused.text
    draft.refresh_from_db()
    assert draft.summary_fr == "Première version"

    assert send(desk, refused).status_code == 302
    draft.refresh_from_db()
    assert draft.summary_fr == "Seconde version"


def test_a_published_course_keeps_its_texts(desk):
    published = complete(state=State.PUBLISHED)
    page = desk.get(f"/fr/gestion/cours/{published.code}/")

    refused = send(desk, page, summary_ar="", hours="12")

    assert (refused.status_code, errors_of(refused)) == (422, {"summary_ar"})
    assert send(desk, page, hours="12").status_code == 302
    published.refresh_from_db()
    assert (published.state, published.hours, published.summary_ar) == (State.PUBLISHED, 12, TEXTS["summary_ar"])


def test_an_archived_course_is_read_only(desk):
    archived = complete(state=State.ARCHIVED)
    path = f"/fr/gestion/cours/{archived.code}/"

    assert desk.get(path).context["form"] is None
    assert desk.post(path, TEXTS).status_code == 404


@pytest.fixture
def manager(client):
    """Signed in; `ours` is her organisation."""
    someone = member(Role.MANAGER)
    someone.ours = someone.memberships.get().organisation
    client.force_login(someone)
    return someone


@pytest.mark.parametrize("state", [State.DRAFT, State.IN_REVIEW])
def test_a_manager_writes_what_the_public_does_not_read_yet(client, manager, state):
    draft = complete(organisation=manager.ours, state=state)
    page = client.get(f"/fr/gestion/cours/{draft.code}/")

    assert send(client, page, summary_fr="Autre").status_code == 302
    draft.refresh_from_db()
    assert draft.summary_fr == "Autre"


@pytest.mark.parametrize("state", [State.PUBLISHED, State.ARCHIVED])
def test_a_manager_reads_what_is_published_and_is_told_whom_to_ask(client, manager, state):
    public = complete(organisation=manager.ours, state=state, published_at=clock.now())
    path = f"/fr/gestion/cours/{public.code}/"

    page = client.get(path)

    assert (page.context["form"], page.context["asks"]) == (None, True)
    assert TEXTS["summary_ar"] in page.text
    assert f"{path}voix/" not in page.text
    assert (f"{path}groupe/" in page.text) is (f"{path}copier/" in page.text) is (state == State.PUBLISHED)
    assert client.post(path, TEXTS | {"fee": "900"}).status_code == 404
    assert Course.objects.get().fee == 0


def test_a_course_published_while_its_manager_writes_stays_as_it_was_read(client, manager, officer):
    draft = complete(organisation=manager.ours)
    page = client.get(f"/fr/gestion/cours/{draft.code}/")
    publishing.publish(draft, by=officer)

    assert send(client, page, title_fr="Achetez chez nous").status_code == 404
    assert Course.objects.get().title_fr == TEXTS["title_fr"]


def test_what_was_published_before_is_corrected_by_the_officer_also_when_archived(desk):
    archived = complete(state=State.ARCHIVED, published_at=clock.now(), summary_ar="")
    page = desk.get(f"/fr/gestion/cours/{archived.code}/")

    assert send(desk, page, summary_ar="ملخص").status_code == 302
    assert Course.objects.get().summary_ar == "ملخص"


def test_a_manager_chooses_among_the_programmes_open_to_her(client, manager):
    own, city = programme(organisation=manager.ours), programme(organisation=organisation(sector="municipal"))
    taught, shared, foreign = programme(), programme(), programme()
    complete(organisation=manager.ours, programme=taught, state=State.PUBLISHED)
    complete(kind="template", programme=shared, state=State.PUBLISHED)
    complete(kind="template", programme=foreign)
    draft = complete(organisation=manager.ours, programme=own)

    for path in (f"{NEW}?modele=vide", f"/fr/gestion/cours/{draft.code}/"):
        page = client.get(path)
        assert set(page.context["form"].fields["programme"].queryset) == {own, city, taught, shared}
        assert errors_of(send(client, page, programme=foreign.pk)) >= {"programme"}


def test_a_course_keeps_the_programme_the_officer_gave_it(client, manager):
    draft = complete(organisation=manager.ours, programme=programme(), state=State.IN_REVIEW)
    page = client.get(f"/fr/gestion/cours/{draft.code}/")

    assert send(client, page, hours="9").status_code == 302
    assert Course.objects.get().programme == draft.programme


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


def test_a_page_costs_the_same_for_one_group_and_for_three(desk, queries_of):
    draft = complete()
    path = f"/fr/gestion/cours/{draft.code}/"
    run(course=draft)
    desk.get(path)
    one = queries_of(desk.get, path)
    run(course=draft)
    run(course=draft)

    assert queries_of(desk.get, path) == one


# --- Copies and groups --------------------------------------------------------------------------------------


def test_a_model_is_made_of_a_course_once(desk):
    published = complete(state=State.PUBLISHED)
    key = hidden(desk.get(f"/fr/gestion/cours/{published.code}/"), "key", form=1)

    for _time in range(2):
        sent = desk.post(f"/fr/gestion/cours/{published.code}/copier/", {"key": key, "kind": "template"})

    model = Course.objects.templates().get()
    assert sent["Location"] == f"/fr/gestion/cours/{model.code}/"
    assert (model.state, model.title_fr) == (State.DRAFT, published.title_fr)


def test_a_copy_without_its_key_is_not_made(desk):
    published = complete(state=State.PUBLISHED)

    desk.post(f"/fr/gestion/cours/{published.code}/copier/", {"key": "x", "kind": "regular"})

    assert Course.objects.count() == 1


def test_a_second_group_is_made_with_its_meetings(desk, place):
    group = run(course=complete(state=State.PUBLISHED, organisation=place.ours), venue=place)
    page = desk.get(f"/fr/gestion/cours/{group.course.code}/groupe/")
    assert answers(page)["capacity"] == "30"

    sent = send(desk, page, **first_group(place))

    made = CourseRun.objects.exclude(pk=group.pk).get()
    assert sent["Location"] == f"/fr/gestion/groupes/{made.code}/"
    assert (made.decision, made.meetings.taking_place().count(), made.starts_on) == ("draft", 7, day_of())
