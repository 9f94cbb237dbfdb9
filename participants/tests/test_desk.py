from datetime import timedelta

import pytest
from django.urls import reverse

from learningcity import clock
from learningcity.models import AuditEntry
from learningcity.tests.factories import district
from programmes.models import CourseRun, Membership
from programmes.tests.factories import course, meeting, member, organisation, run, today, venue

from ..models import Guardianship
from .factories import enrolment, participant

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
Role = Membership.Role


@pytest.fixture
def group(trainer):
    """A group of the trainer with one place, Amal in it and Badr waiting."""
    made = run(trainer=trainer, capacity=1)
    amal = participant(given_name="Amal", phone="+212612345678")
    Guardianship.objects.create(participant=amal, guardian_name="Zineb", relation="mother")
    enrolment(made, amal)
    enrolment(made, participant(given_name="Badr", phone=""))
    return made


def roster(group):
    return f"/gestion/groupes/{group.code}/inscrits/"


# --- Today --------------------------------------------------------------------------------------------------


def test_today_shows_the_meetings_of_seven_days_in_order(page, trainer):
    group = run(trainer=trainer, meetings=0)
    for days in (8, 3, 0, 7, -1):
        meeting(group, date=today() + days * DAY)
    meeting(group, date=today() + DAY, state="cancelled")

    shown = page("/gestion/", user=trainer).context["meetings"]

    assert [each.date for each in shown] == [today() + days * DAY for days in (0, 3, 7)]


def test_today_shows_only_groups_in_scope(page, trainer, group):
    run()
    run(trainer=trainer, starts_on=today() - 90 * DAY)

    assert list(page("/gestion/", user=trainer).context["groups"]) == [group]


def test_a_child_for_whom_nobody_acts_is_brought_up_without_its_name(page, trainer, group):
    child = participant(given_name="Driss", birth_date=today() - 3000 * DAY, birth_year=(today() - 3000 * DAY).year)
    acting = Guardianship.objects.create(participant=child, guardian_name="Zineb", relation="mother")
    place = enrolment(run(trainer=trainer), child)
    enrolment(run(), participant(birth_date=today() - 3000 * DAY))  # of somebody else's group
    assert list(page("/gestion/", user=trainer).context["alone"]) == []

    acting.revoked_at = clock.now()
    acting.save()

    shown = page("/gestion/", user=trainer)
    assert list(shown.context["alone"]) == [place]
    assert "Driss" not in shown.text


@pytest.mark.parametrize("role", [Role.OFFICIAL, None])
def test_who_reads_figures_has_no_desk(page, role):
    someone = member(role or Role.OFFICIAL)
    if role is None:
        Membership.objects.all().delete()

    page("/gestion/", user=someone, status=404)


def test_role_that_ended_closes_the_desk_at_the_next_request(page, trainer):
    page("/gestion/", user=trainer)
    Membership.objects.update(until=today() - DAY)

    page("/gestion/", status=404)


def test_visitor_is_asked_to_sign_in(client, group):
    for path in ("/fr/gestion/", f"/fr{roster(group)}"):
        assert client.get(path)["Location"] == f"/fr/gestion/connexion/?next={path}"


# --- Roster -------------------------------------------------------------------------------------------------


def test_roster_shows_who_is_in_and_who_waits(page, trainer, group):
    response = page(roster(group), user=trainer)

    assert [str(each.participant) for each in response.context["enrolled"]] == ["Amal El Idrissi"]
    assert [str(row["enrolment"].participant) for row in response.context["waiting"]] == ["Badr El Idrissi"]
    assert "06 12 34 56 78" in response.text
    assert "Zineb" in response.text


def test_roster_names_who_acts_for_a_person_today(page, trainer, group):
    Guardianship.objects.update(revoked_at=clock.now())

    assert "Zineb" not in page(roster(group), user=trainer).text


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_roster_is_in_the_language_of_the_address(page, trainer, group, language):
    assert getattr(group.course, f"title_{language}") in page(roster(group), language, user=trainer).text


def test_reading_the_roster_leaves_a_trace(page, trainer, group):
    response = page(roster(group), user=trainer)

    trace = AuditEntry.objects.values("by", "action", "subject", "count", "request_id").get()
    assert trace == {
        "by": trainer.pk,
        "action": "read roster",
        "subject": f"programmes.courserun:{group.pk}",
        "count": 2,
        "request_id": response["X-Request-ID"],
    }


@pytest.mark.parametrize(("days", "sees_names"), [(60, True), (61, False)])
def test_organisations_see_names_until_60_days_after_the_end(page, client, trainer, group, days, sees_names):
    attended = meeting(group, date=today() - 90 * DAY)
    CourseRun.objects.filter(pk=group.pk).update(starts_on=today() - 90 * DAY, ends_on=today() - days * DAY)
    call = reverse("roll-call", args=[group.code, attended.pk])

    for someone in (trainer, member(Role.MANAGER, organisation=group.course.organisation)):
        response = page(roster(group), "en", user=someone)
        assert ("Amal" in response.text) == sees_names
        assert client.get(call).status_code == (200 if sees_names else 404)
        assert AuditEntry.objects.filter(by=someone).exists() == sees_names
    if not sees_names:
        assert [row["value"] for row in response.context["rows"]] == ["1"]

    for someone in (member(Role.DISTRICT_OFFICER, district=group.venue.district), member(Role.PROGRAMME_OFFICER)):
        assert "Amal" in page(roster(group), user=someone).text


def test_roster_of_others_is_the_page_of_what_never_existed(client, group):
    strangers = [
        member(Role.TRAINER),
        member(Role.MANAGER),
        member(Role.DISTRICT_OFFICER, district=district("Anfa", "أنفا")),
        member(Role.OFFICIAL),
    ]
    for stranger in strangers:
        client.force_login(stranger)
        hidden = client.get(f"/fr{roster(group)}")
        unknown = client.get(f"/fr{roster(group).replace(group.code, 'unknown')}")

        assert hidden.status_code == unknown.status_code == 404
        assert hidden.text.replace(group.code, "unknown") == unknown.text
    assert not AuditEntry.objects.exists()


def test_roster_opens_for_each_role_in_scope(page):
    ours = organisation()
    group = run(course=course(organisation=ours), venue=venue(district=district()))

    for someone in (
        member(Role.MANAGER, organisation=ours),
        member(Role.DISTRICT_OFFICER, district=district()),
        member(Role.PROGRAMME_OFFICER),
    ):
        page(roster(group), user=someone)


# --- Cost ---------------------------------------------------------------------------------------------------


def test_today_costs_the_same_for_one_and_for_three(page, queries_of, trainer):
    def add():
        meeting(run(trainer=trainer), date=today())

    add()
    page("/gestion/", user=trainer)
    one = queries_of(page, "/gestion/")
    add()
    add()

    assert queries_of(page, "/gestion/") == one


def test_roster_costs_the_same_for_one_and_for_three(page, queries_of, trainer, group):
    page(roster(group), user=trainer)
    one = queries_of(page, roster(group))
    for name in ("Chama", "Driss"):
        who = participant(given_name=name, phone="")
        Guardianship.objects.create(participant=who, guardian_name="Zineb", relation="mother")
        enrolment(group, who)
    group.capacity = 3
    group.save(update_fields=["capacity"])
    enrolment(group, participant(given_name="Ève", phone=""))

    assert queries_of(page, roster(group)) == one
