import pytest

from learningcity import clock
from learningcity.tests.factories import district
from programmes.models import CourseRun, Membership
from programmes.tests.factories import course, member, organisation

from .factories import enrolment, participant
from .lines import month_ahead

pytestmark = pytest.mark.django_db
Role = Membership.Role


@pytest.fixture
def group():
    fields = {"capacity": 5, "min_people": 3, "decide_on": clock.local_day(clock.now())}
    return month_ahead(course=course(organisation=organisation()), label="A", **fields)


@pytest.fixture
def officer(client):
    client.force_login(member(Role.PROGRAMME_OFFICER))
    return client


def page(group):
    return f"/fr/gestion/groupes/{group.code}/decision/"


def test_the_day_lists_it_with_the_number_missing_and_leads_to_the_decision(officer, group):
    enrolment(group)

    answer = officer.get("/fr/gestion/")

    assert [(each.pk, each.missing) for each in answer.context["short"]] == [(group.pk, 2)]
    assert page(group) in answer.text


def test_a_trainer_is_not_asked(client, group):
    teacher = member(Role.TRAINER)
    group.trainers.add(teacher)
    client.force_login(teacher)

    assert not client.get("/fr/gestion/").context["short"]
    assert client.get(page(group)).status_code == 404


def test_it_is_held(officer, group):
    answer = officer.post(page(group), {"choice": "hold"})

    assert answer.headers["Location"] == f"/fr/gestion/groupes/{group.code}/"
    assert CourseRun.objects.get(pk=group.pk).decided_at
    again = officer.get(page(group))
    assert (again.status_code, again.context["form"]) == (200, None)
    assert officer.post(page(group), {"choice": "off", "reason": "Non"}).status_code == 302
    assert CourseRun.objects.get(pk=group.pk).decision == "planned"


def test_people_move_to_the_group_chosen(officer, group):
    there = month_ahead(course=group.course, label="B")
    place = enrolment(group)

    answer = officer.post(page(group), {"choice": f"to-{there.code}", "reason": "Trop peu"})

    assert answer.status_code == 302
    assert there.enrolments.get().participant == place.participant
    assert CourseRun.objects.get(pk=group.pk).decision == "cancelled"


@pytest.mark.parametrize(
    ("sent", "field"),
    [({}, "choice"), ({"choice": "to-ailleurs", "reason": "x"}, "choice"), ({"choice": "off"}, "reason")],
)
def test_what_is_missing_is_asked_for(officer, group, sent, field):
    answer = officer.post(page(group), sent)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert CourseRun.objects.get(pk=group.pk).decided_at is None


def test_a_district_may_hold_it_and_not_cancel_it(client, group):
    group.venue.district = district()
    group.venue.save()
    client.force_login(member(Role.DISTRICT_OFFICER, district=group.venue.district))

    form = client.get(page(group)).context["form"]

    assert [value for value, _label in form.fields["choice"].choices] == ["hold"]


def test_the_course_page_and_the_receipt_say_how_many_are_needed_and_until_when(client, group):
    place = enrolment(group, participant(phone=""))
    said = client.get(f"/i/{place.token}/", follow=True)

    assert said.context["minimum"]
    assert said.context["minimum"] in client.get(f"/fr/cours/{group.course.slug}/").text
    CourseRun.objects.filter(pk=group.pk).update(decided_at=clock.now())
    assert client.get(f"/i/{place.token}/", follow=True).context["minimum"] != said.context["minimum"]


def test_a_group_that_starts_with_whoever_comes_says_nothing(client):
    place = enrolment(month_ahead(), participant(phone=""))

    assert client.get(f"/i/{place.token}/", follow=True).context["minimum"] == ""
