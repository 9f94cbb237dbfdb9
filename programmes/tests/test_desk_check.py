"""The page on which a course is read once more, and the decision."""

from datetime import timedelta

import pytest

from learningcity import clock
from learningcity.tests.factories import district

from ..models import Course, CourseRun, Membership
from ..services import publishing, scheduling
from .desk import answers, complete, links_of, tree
from .factories import course, meeting, member, organisation, run, today, venue

pytestmark = pytest.mark.django_db
State, Role = Course.State, Membership.Role


def path_of(record):
    return f"/fr/gestion/cours/{record.code}/verifier/"


def decide(client, record, do, **changes):
    """As a browser would: read the page, then send."""
    page = client.get(path_of(record))
    return client.post(path_of(record), {"version": version(page), "do": do} | changes)


def version(page):
    return str(page.context["form"].initial["version"])


def state_of(record):
    return Course.objects.get(pk=record.pk).state


def problem_links(response):
    summary = next(each for each in tree(response).iter("div") if each.get("data-error-summary") is not None)
    return [link.get("href") for link in summary.iter("a")]


# --- What is missing ----------------------------------------------------------------------------------------


def test_what_is_missing_leads_to_its_field(desk):
    draft = complete(title_ar="", outcomes_fr="")

    links = links_of(desk.get(path_of(draft)))

    editor = f"/fr/gestion/cours/{draft.code}/"
    assert {f"{editor}#id_title_ar", f"{editor}#id_outcomes_fr"} <= set(links)
    assert sum("#id_" in link for link in links) == 2


def test_publishing_what_is_incomplete_is_refused_with_the_links(desk):
    draft = complete(title_ar="", summary_ar="")

    refused = decide(desk, draft, "publish")

    editor = f"/fr/gestion/cours/{draft.code}/"
    assert refused.status_code == 422
    assert problem_links(refused) == [f"{editor}#id_title_ar", f"{editor}#id_summary_ar"]
    assert refused.text.count("data-error-summary") == 1
    assert state_of(draft) == State.DRAFT


def test_a_meeting_whose_room_is_taken_is_listed_with_the_refusal(desk):
    place = venue()
    room = place.rooms.create(name_fr="Salle 3", capacity=30)
    day = today() + timedelta(days=20)
    other = run(venue=place, room=room, meetings=0)
    meeting(other, date=day, room=room)
    draft = complete(title_ar="")
    group = run(course=draft, venue=place, room=room, decision="draft", meetings=0)
    without = meeting(group, date=day)

    refused = decide(desk, draft, "publish")

    assert f"/fr/gestion/seances/{without.pk}/" in problem_links(refused)
    assert other.course.title_fr in refused.text


def test_the_page_shows_the_days_skipped_and_why(desk, officer):
    place, first_day = venue(), today() + timedelta(days=21)
    skipped = first_day + timedelta(weeks=1)
    place.closures.create(first_day=skipped, last_day=skipped, reason="Travaux")
    draft = complete()
    group = run(course=draft, venue=place, decision="draft", meetings=0)
    hours = meeting(group, date=first_day)
    rule = scheduling.Rule((first_day.isoweekday(),), hours.starts_at, hours.ends_at, first_day, 3)
    hours.delete()
    scheduling.plan(group, rule, by=officer)

    shown = desk.get(path_of(draft)).context["groups"][0]["meetings"]

    assert [reason for _meeting, reason in shown] == ["", "Travaux", "", ""]


def test_the_page_costs_the_same_for_one_group_and_for_three(desk, queries_of):
    published = complete(state=State.PUBLISHED)
    for decision in ("planned", "draft"):
        run(course=published, decision=decision)
    desk.get(path_of(published))
    one = queries_of(desk.get, path_of(published))
    for decision in ("planned", "draft", "planned", "draft"):
        run(course=published, decision=decision)

    assert queries_of(desk.get, path_of(published)) == one


# --- Deciding -----------------------------------------------------------------------------------------------


def test_the_whole_way_through_a_second_reader(client):
    ours = organisation()
    manager, officer = member(Role.MANAGER, organisation=ours), member(Role.DISTRICT_OFFICER, district=district())
    draft = complete(organisation=ours)
    run(course=draft, venue=venue(district=district()), decision="draft", meetings=2)

    client.force_login(manager)
    assert client.get(path_of(draft)).context["allowed"] == ["submit"]
    assert decide(client, draft, "publish").status_code == 422
    assert decide(client, draft, "submit").status_code == 302
    assert client.get(path_of(draft)).context["allowed"] == []

    client.force_login(officer)
    assert client.get(path_of(draft)).context["allowed"] == ["publish", "send_back"]
    assert decide(client, draft, "send_back").status_code == 422
    assert decide(client, draft, "send_back", note="Le niveau en arabe").status_code == 302

    client.force_login(manager)
    assert "Le niveau en arabe" in client.get(path_of(draft)).text
    decide(client, draft, "submit")

    client.force_login(officer)
    assert decide(client, draft, "publish").status_code == 302
    assert state_of(draft) == State.PUBLISHED
    assert CourseRun.objects.public().count() == 1


def test_who_asked_for_the_review_does_not_decide(desk):
    draft = complete()
    decide(desk, draft, "submit")

    page = desk.get(path_of(draft))
    refused = decide(desk, draft, "publish")

    assert page.context["own_request"]
    assert "publish" not in page.context["allowed"]
    assert (refused.status_code, state_of(draft)) == (422, State.IN_REVIEW)


def test_what_changed_while_it_was_read_is_read_again(desk, officer):
    draft = complete()
    seen = version(desk.get(path_of(draft)))
    publishing.change(draft, {"title_fr": "Autre"}, version=publishing.version_of(draft), by=officer)

    refused = desk.post(path_of(draft), {"version": seen, "do": "publish"})
    assert (refused.status_code, state_of(draft)) == (422, State.DRAFT)

    again = desk.post(path_of(draft), answers(refused) | {"do": "publish"})
    assert (again.status_code, state_of(draft)) == (302, State.PUBLISHED)


def test_publishing_twice_says_so(desk):
    draft = complete()
    page = desk.get(path_of(draft))
    first = desk.post(path_of(draft), {"version": version(page), "do": "publish"})
    second = desk.post(path_of(draft), {"version": version(page), "do": "publish"})

    assert (first.status_code, second.status_code, state_of(draft)) == (302, 422, State.PUBLISHED)


def test_an_archived_course_is_brought_back(desk):
    archived = complete(state=State.ARCHIVED)

    assert desk.get(path_of(archived)).context["allowed"] == ["reopen"]
    decide(desk, archived, "reopen")

    assert state_of(archived) == State.DRAFT


def test_what_was_published_is_brought_back_by_the_city_and_keeps_its_address(client, officer):
    ours = organisation()
    known = complete(state=State.ARCHIVED, published_at=clock.now(), organisation=ours)
    client.force_login(member(Role.MANAGER, organisation=ours))
    assert client.get(path_of(known)).context["allowed"] == []
    assert decide(client, known, "reopen").status_code == decide(client, known, "publish").status_code == 422

    client.force_login(officer)
    assert client.get(path_of(known)).context["allowed"] == ["publish"]
    assert decide(client, known, "publish").status_code == 302
    assert state_of(known) == State.PUBLISHED


def test_what_changes_between_reading_and_the_decision_is_shown_anew(desk, officer, monkeypatch):
    draft, publish = complete(), publishing.publish

    def publish_late(course, **answers):
        publishing.change(draft, {"title_fr": "Autre"}, version=publishing.version_of(draft), by=officer)
        return publish(course, **answers)

    monkeypatch.setattr(publishing, "publish", publish_late)
    refused = decide(desk, draft, "publish")
    assert (refused.status_code, state_of(draft)) == (422, State.DRAFT)
    assert "Autre" in refused.text

    monkeypatch.setattr(publishing, "publish", publish)
    assert desk.post(path_of(draft), answers(refused) | {"do": "publish"}).status_code == 302


@pytest.mark.parametrize("do", ["", "archive", "lock", "create", "__class__"])
def test_nothing_else_can_be_done(desk, do):
    draft = complete()

    assert decide(desk, draft, do).status_code == 422
    assert state_of(draft) == State.DRAFT


def test_the_page_is_for_who_writes_or_decides(client):
    ours = organisation()
    trainer = member(Role.TRAINER, organisation=ours)
    draft = course(state=State.DRAFT, organisation=ours)
    run(course=draft, venue=venue(district=district()), trainer=trainer)
    expected = {
        trainer: 404,
        member(Role.MANAGER, organisation=ours): 200,
        member(Role.MANAGER): 404,
        member(Role.DISTRICT_OFFICER, district=district()): 200,
        member(Role.DISTRICT_OFFICER, district=district("Anfa", "أنفا")): 404,
        member(Role.OFFICIAL): 404,
    }
    for someone, status in expected.items():
        client.force_login(someone)
        assert client.get(path_of(draft)).status_code == status
        assert client.post(path_of(draft), {"do": "publish"}).status_code == (404 if status == 404 else 422)
    assert state_of(draft) == State.DRAFT
