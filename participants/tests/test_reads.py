"""What a person is told of the staff who read about her."""

from datetime import timedelta

import pytest
from django.urls import reverse

from learningcity import clock
from learningcity.services import audit
from programmes.models import Membership
from programmes.tests.factories import course, member, organisation, run, today

from ..models import Enrolment
from ..services import merging, own_data, queue
from ..views.reads import readable
from .factories import enrolment, participant
from .lines import month_ahead, places_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return member("manager", organisation=organisation(name_fr="Dar Chabab"))


def read(what, record, by, **more):
    return audit.note(what, record, by=by, count=1, **more)


def told(who):
    return [(each["what"], each["group"]) for each in own_data.of(who)["reads"]]


def test_who_read_is_told_by_role_organisation_and_reason_and_not_by_name(manager):
    place = enrolment()
    entry = read("read roster", place.run, manager, reason="complaint")

    assert own_data.of(place.participant)["reads"] == [
        {
            "at": entry.at,
            "what": "read roster",
            "group": place.run.code,
            "roles": [{"role": "manager", "organisation": "Dar Chabab", "district": None}],
            "reason": "complaint",
        }
    ]


def test_roles_are_those_of_that_day(manager):
    place = enrolment()
    entry = read("read place", place, manager)
    Membership.objects.update(until=today() - timedelta(days=1))
    Membership.objects.create(user=manager, role="official", since=today() + timedelta(days=1))

    assert own_data.of(place.participant)["reads"][0]["roles"] == []
    Membership.objects.filter(role="manager").update(until=clock.local_day(entry.at))
    assert [each["role"] for each in own_data.of(place.participant)["reads"][0]["roles"]] == ["manager"]


def test_every_page_of_staff_that_names_a_person_is_told_the_latest_first(client, manager):
    group = run(course=course(organisation=manager.memberships.get().organisation), starts_on=today())
    place = enrolment(group)
    meeting = group.meetings.get()
    client.force_login(manager)
    pages = [reverse("roster", args=[group.code]), reverse("roll-call", args=[group.code, meeting.pk])]
    assert [client.get(page).status_code for page in pages] == [200, 200]

    assert told(place.participant) == [("read register", group.code), ("read roster", group.code)]


def test_a_list_is_told_to_who_was_on_it_then(manager):
    group = month_ahead()
    seat, waiting = places_in(group, 2)
    read("read roster", group, manager)
    queue.leave(waiting, by=None)
    read("read roster", group, manager)
    late = enrolment(group, participant(given_name="Salma"))

    assert [len(told(each.participant)) for each in (seat, waiting, late)] == [2, 1, 0]


def test_a_register_is_told_to_who_was_expected(manager):
    group = month_ahead()
    seat, waiting = places_in(group, 2)
    [meeting] = group.meetings.all()
    read("read register", meeting, manager)
    assert [len(told(each.participant)) for each in (seat, waiting)] == [1, 0]

    Enrolment.objects.filter(pk=seat.pk).update(confirmed_on=meeting.date + timedelta(days=1))
    assert told(seat.participant) == []


def test_comparing_and_joining_records_is_told_of_all_of_them(manager):
    first, second, other = participant(), participant(given_name="Yasmina"), participant(given_name="Salma")
    read("read doubles", manager, manager, detail={"participants": [first.pk, second.pk]})
    read("compare people", second, manager)
    merging.merge(first, second, by=manager, reason="")
    read("read merge", first, manager)

    assert told(first) == [("read merge", ""), ("compare people", ""), ("read doubles", "")]
    assert told(other) == []


def test_what_people_and_clocks_did_is_not_a_read(manager):
    place = enrolment()
    audit.note("correct person", place.participant, by=None, count=1)
    audit.note("mark attendance", place.run.meetings.get(), by=manager, count=1)

    assert told(place.participant) == []


def test_reads_cost_the_same_however_many_there_are(manager, queries_of):
    place = enrolment()
    counts = []
    for _time in range(3):
        read("read roster", place.run, manager)
        read("read place", place, member("district_officer", district=place.run.venue.district))
        counts.append(queries_of(own_data.of, place.participant))
    assert counts[0] == counts[1] == counts[2]


# --- In words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_the_page_says_it_once_a_day(client, manager, language):
    place = enrolment()
    for _time in range(2):
        read("read roster", place.run, manager, reason="plainte 12")
    read("read something new", place, manager)
    page = client.get(f"/i/{place.token}/mes-donnees/?langue={language}").text

    assert page.count("plainte 12") == 1
    assert page.count("(Dar Chabab)</bdi>") == 2


def test_staff_without_a_role_that_day_is_staff(in_english, manager):
    place = enrolment()
    read("read place", place, manager)
    Membership.objects.all().delete()

    assert [line["who"] for line in readable(own_data.of(place.participant)["reads"])] == ["City staff"]
