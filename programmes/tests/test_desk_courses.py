"""The list of courses of the staff, and taking them off the offer."""

import pytest

from learningcity.models import AuditEntry
from learningcity.tests.factories import district

from ..models import Course, Membership
from .desk import complete, errors_of, links_of, posting
from .factories import course, member, organisation, run, venue

pytestmark = pytest.mark.django_db
State, Role = Course.State, Membership.Role
LIST, ARCHIVE = "/fr/gestion/cours/", "/fr/gestion/cours/archiver/"


def codes(response):
    return [row["course"].code for row in response.context["rows"]]


def counts(response):
    return {line["value"]: line["count"] for line in response.context["states"]}


def test_the_list_counts_the_courses_of_each_state(desk):
    for state, number in zip(State, (1, 2, 3, 1), strict=True):
        for _time in range(number):
            course(state=state)
    course(kind="template", state=State.PUBLISHED)

    shown = desk.get(LIST)

    assert counts(shown) == {"": 6, "draft": 1, "in_review": 2, "published": 3, "archived": 1, "modele": 1}
    assert len(codes(shown)) == 6


@pytest.mark.parametrize("state", ["draft", "archived", "modele"])
def test_the_list_is_narrowed_to_a_state(desk, state):
    wanted = course(kind="template") if state == "modele" else course(state=state)
    course(state=State.IN_REVIEW)

    shown = desk.get(LIST, {"etat": state})

    assert codes(shown) == [wanted.code]
    assert [line["value"] for line in shown.context["states"] if line["current"]] == [state]


def test_an_unknown_state_shows_all_but_the_archived(desk):
    wanted = course()
    course(state=State.ARCHIVED)

    assert codes(desk.get(LIST, {"etat": "nonsense"})) == [wanted.code]


def test_words_are_sought_in_titles_of_both_languages_and_codes(desk):
    sewing = course(title_fr="Couture débutant", title_ar="الخياطة", code="C-COUTURE")
    course(title_fr="Informatique", title_ar="معلوميات")

    for words in ("couture", "DEBUTANT", "الخياطه", "c-couture", "couture débu"):
        shown = desk.get(LIST, {"q": words})
        assert codes(shown) == [sewing.code], words
        assert counts(shown)["published"] == 1


def test_links_keep_what_was_chosen(desk):
    course(title_fr="Couture")

    links = links_of(desk.get(LIST, {"q": "couture", "etat": "published"}))

    assert "?q=couture&etat=draft" in links


def test_the_list_goes_on_after_thirty(desk):
    for _time in range(31):
        course()

    assert len(codes(desk.get(LIST))) == 30
    assert len(codes(desk.get(LIST, {"page": 2}))) == 1
    assert desk.get(LIST, {"page": 3})["Location"] == LIST


def test_everyone_sees_the_courses_in_scope_and_only_writers_may_tick(client):
    ours = organisation()
    mine, other = course(organisation=ours), course()
    trainer = member(Role.TRAINER, organisation=ours)
    run(course=mine, venue=venue(district=district()), trainer=trainer)
    people = {
        trainer: False,
        member(Role.MANAGER, organisation=ours): True,
        member(Role.DISTRICT_OFFICER, district=district()): False,
    }
    for someone, ticks in people.items():
        client.force_login(someone)
        shown = client.get(LIST)
        assert codes(shown) == [mine.code]
        assert (f'value="{mine.code}"' in shown.text) is ticks
        assert other.title_fr not in shown.text


def test_the_list_costs_the_same_for_one_and_for_three(desk, queries_of):
    run(course=course())
    desk.get(LIST)
    one = queries_of(desk.get, LIST)
    for _time in range(2):
        run(course=course())

    assert queries_of(desk.get, LIST) == one


# --- Archive ------------------------------------------------------------------------------------------------


def test_nothing_ticked_is_said_on_the_list(desk):
    course()

    refused = desk.get(ARCHIVE)

    assert refused.status_code == 422
    assert len(codes(refused)) == 1
    assert errors_of(refused) == {"courses"}


def test_archiving_asks_first_and_says_how_many(desk, officer):
    chosen = [complete(code=f"c-{number}") for number in range(3)]
    ask = desk.get(ARCHIVE, {"course": [each.code for each in chosen]})
    assert ask.context["codes"] == ["c-0", "c-1", "c-2"]
    assert "3" in "".join(posting(ask).find(".//button").itertext())
    assert set(Course.objects.values_list("state", flat=True)) == {State.DRAFT}

    sent = desk.post(ARCHIVE, {"course": ask.context["codes"]})

    assert sent["Location"] == LIST
    assert set(Course.objects.values_list("state", flat=True)) == {State.ARCHIVED}
    assert AuditEntry.objects.filter(action="archive course", by=officer).count() == 3


def test_those_that_cannot_be_archived_are_named_and_the_others_are(desk):
    done, kept = complete(code="c-1"), complete(code="c-2", state=State.PUBLISHED, title_fr="Couture")
    run(course=kept)

    page = desk.post(ARCHIVE, {"course": [done.code, kept.code]}, follow=True)

    assert dict(Course.objects.values_list("code", "state")) == {"c-1": State.ARCHIVED, "c-2": State.PUBLISHED}
    assert "Couture" in str(next(iter(page.context["messages"])))


def test_asking_costs_the_same_for_one_and_for_three(client, desk, queries_of, officer):
    ours = organisation()
    manager = member(Role.MANAGER, organisation=ours)
    many = {
        "course": [complete(organisation=ours, state=state).code for state in ("draft", "published") for _n in "123"]
    }
    for someone in (officer, manager):
        client.force_login(someone)
        client.get(ARCHIVE, many)
        one = queries_of(client.get, ARCHIVE, {"course": many["course"][2:4]})
        assert queries_of(client.get, ARCHIVE, many) == one


def test_a_manager_archives_her_drafts_and_neither_published_nor_other_courses(client):
    ours = organisation()
    client.force_login(member(Role.MANAGER, organisation=ours))
    draft = complete(code="c-1", organisation=ours)
    public = complete(code="c-2", organisation=ours, state=State.PUBLISHED)
    other = complete(code="c-3")
    everything = {"course": [draft.code, public.code, other.code]}

    ask = client.get(ARCHIVE, everything)
    client.post(ARCHIVE, everything)

    assert (ask.context["codes"], len(ask.context["others"])) == (["c-1"], 1)
    states = dict(Course.objects.values_list("code", "state"))
    assert states == {"c-1": State.ARCHIVED, "c-2": State.PUBLISHED, "c-3": State.DRAFT}
