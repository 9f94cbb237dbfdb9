import pytest

from learningcity.models import AuditEntry
from programmes.tests.factories import course, member, organisation

from ..models import Enrolment
from .factories import enrolment, participant
from .lines import month_ahead, places_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def groups():
    shared = course()
    return month_ahead(course=shared, label="A"), month_ahead(course=shared, label="B")


@pytest.fixture
def officer(client):
    client.force_login(member("programme_officer"))
    return client


def page(place):
    return f"/fr/gestion/inscriptions/{place.reference}/groupe/"


def test_someone_is_moved_with_a_reason(officer, groups):
    here, there = groups
    place = enrolment(here)

    answer = officer.post(page(place), {"group": there.code, "reason": "hours"})

    assert answer.headers["Location"] == f"/fr/gestion/groupes/{there.code}/inscrits/"
    assert Enrolment.objects.get(pk=place.pk).state == "transferred"
    assert there.enrolments.get().state == "enrolled"
    assert officer.post(page(place), {"group": there.code, "reason": "hours"}).status_code == 302
    assert there.enrolments.count() == 1


@pytest.mark.parametrize(
    ("sent", "field"), [({"group": ""}, "group"), ({"group": "ailleurs"}, "group"), ({"reason": " "}, "reason")]
)
def test_what_is_missing_is_asked_for(officer, groups, sent, field):
    here, there = groups
    place = enrolment(here)

    answer = officer.post(page(place), {"group": there.code, "reason": "hours"} | sent)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert Enrolment.objects.get(pk=place.pk).state == "enrolled"


def test_the_last_place_that_goes_meanwhile_is_said_beside_the_groups(officer, groups, monkeypatch):
    here, there = groups
    place = enrolment(here)
    from ..services import transfers

    monkeypatch.setattr(transfers, "open_groups", lambda *_: [there])
    places_in(there, 1)

    answer = officer.post(page(place), {"group": there.code, "reason": "hours"})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["group"])


def test_where_no_group_has_a_place_the_page_says_so(officer, groups):
    here, there = groups
    place = enrolment(here)
    places_in(there, 1)

    assert '<form class="flow"' not in officer.get(page(place)).text


def test_seeing_whose_place_it_is_leaves_a_trace(officer, groups):
    place = enrolment(groups[0])
    officer.get(page(place))

    assert AuditEntry.objects.filter(action="read place", subject=f"participants.enrolment:{place.pk}").exists()


def test_a_manager_of_another_organisation_finds_nothing(client, groups):
    client.force_login(member("manager", organisation=organisation()))

    assert client.get(page(enrolment(groups[0]))).status_code == 404


def test_the_roster_says_why_a_free_seat_is_not_offered(officer, groups):
    here, _there = groups
    places_in(here, 2)
    type(here).objects.filter(pk=here.pk).update(women_only=True, capacity=2)
    Enrolment.objects.filter(run=here, state="waiting").update(sex="M")
    type(participant()).objects.update(sex="M")

    answer = officer.get(f"/fr/gestion/groupes/{here.code}/inscrits/")

    assert answer.context["hindrance"]
    assert str(answer.context["hindrance"]) in answer.text


def test_the_ledger_takes_a_reason_of_the_list_and_no_words_about_a_person(officer, groups):
    here, there = groups
    place = enrolment(here)

    answer = officer.post(page(place), {"group": there.code, "reason": "Yasmine est malade"})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["reason"])
    officer.post(page(place), {"group": there.code, "reason": "other"})
    assert place.events.last().why == "other"
