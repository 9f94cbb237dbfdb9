"""Who may read, write, decide and archive which course; who may change which group."""

from datetime import timedelta

import pytest

from learningcity import clock
from learningcity.services import audit
from learningcity.tests.factories import district

from ..models import Course, CourseRun, Membership
from ..permissions import (
    may_archive,
    may_cancel,
    may_decide,
    may_edit,
    may_publish,
    may_schedule,
    may_write,
    organisations_of,
    submitter_of,
)
from .factories import course, member, organisation, run, today, venue

pytestmark = pytest.mark.django_db
Role, State = Membership.Role, Course.State


@pytest.fixture
def offer():
    """Two organisations with a draft each; ours has a group in Sidi Moumen, which Salma teaches."""
    ours, theirs = organisation(), organisation()
    draft = course(organisation=ours, state=State.DRAFT, published_at=None)
    other = course(organisation=theirs, state=State.DRAFT, published_at=None)
    trainer = member(Role.TRAINER, organisation=ours)
    group = run(course=draft, venue=venue(district=district()), trainer=trainer)
    people = {
        "trainer": trainer,
        "trainer_other": member(Role.TRAINER, organisation=ours),
        "manager": member(Role.MANAGER, organisation=ours),
        "manager_other": member(Role.MANAGER, organisation=theirs),
        "district_officer": member(Role.DISTRICT_OFFICER, district=district()),
        "district_officer_other": member(Role.DISTRICT_OFFICER, district=district("Anfa", "أنفا")),
        "programme_officer": member(Role.PROGRAMME_OFFICER),
        "official": member(Role.OFFICIAL),
    }
    return {"draft": draft, "other": other, "group": group, "people": people}


def who(offer, answer):
    return {name for name, user in offer["people"].items() if answer(user)}


def in_state(offer, state):
    offer["draft"].state = state
    offer["draft"].save(update_fields=["state"])
    return offer["draft"]


def test_drafts_are_read_where_they_are_written_taught_or_approved(offer):
    draft = offer["draft"]

    readers = who(offer, lambda user: draft in Course.objects.readable_by(user, today()))

    assert readers == {"trainer", "manager", "district_officer", "programme_officer"}


def test_readers_of_one_draft_do_not_read_another(offer):
    readers = who(offer, lambda user: offer["other"] in Course.objects.readable_by(user, today()))

    assert readers == {"manager_other", "programme_officer"}


def test_a_course_with_two_groups_is_listed_once(offer):
    run(course=offer["draft"], venue=offer["group"].venue, trainer=offer["people"]["trainer"])

    for name in ("trainer", "manager", "district_officer", "programme_officer"):
        listed = list(Course.objects.readable_by(offer["people"][name], today()).order_by("pk"))
        assert listed.count(offer["draft"]) == 1


@pytest.mark.parametrize("state", State)
def test_writers_are_the_organisation_and_the_programme_officer(offer, state):
    draft = in_state(offer, state)

    assert who(offer, lambda user: may_edit(user, draft, today())) == {"manager", "programme_officer"}


@pytest.mark.parametrize(
    ("state", "was_public", "writers"),
    [
        (State.DRAFT, False, {"manager", "programme_officer"}),
        (State.IN_REVIEW, False, {"manager", "programme_officer"}),
        (State.PUBLISHED, True, {"programme_officer"}),
        (State.ARCHIVED, True, {"programme_officer"}),
        (State.ARCHIVED, False, set()),
    ],
)
def test_what_the_public_reads_is_written_by_the_city_alone(offer, state, was_public, writers):
    draft = in_state(offer, state)
    draft.published_at = clock.now() if was_public else None

    assert who(offer, lambda user: may_write(user, draft, today())) == writers


def test_what_was_public_is_published_again_by_the_city(offer):
    known = in_state(offer, State.ARCHIVED)
    known.published_at = clock.now()

    assert who(offer, lambda user: may_publish(user, known, today())) == {"programme_officer"}


@pytest.mark.parametrize(
    ("state", "publishers"),
    [
        (State.DRAFT, {"programme_officer"}),
        (State.IN_REVIEW, {"district_officer", "programme_officer"}),
        (State.PUBLISHED, set()),
        (State.ARCHIVED, set()),
    ],
)
def test_publishers_depend_on_the_state(offer, state, publishers):
    draft = in_state(offer, state)

    assert who(offer, lambda user: may_publish(user, draft, today())) == publishers


def test_second_readers_are_of_the_district_or_the_city(offer):
    deciders = who(offer, lambda user: may_decide(user, offer["draft"], today()))

    assert deciders == {"district_officer", "programme_officer"}


@pytest.mark.parametrize("name", ["programme_officer", "district_officer"])
def test_nobody_approves_their_own_request(offer, name):
    draft, asker = in_state(offer, State.IN_REVIEW), offer["people"][name]
    audit.note("submit course", draft, by=offer["people"]["manager"], count=0)
    assert may_publish(asker, draft, today())

    audit.note("submit course", draft, by=asker, count=0)

    assert submitter_of(draft) == asker.pk
    assert not may_publish(asker, draft, today())


def test_the_last_request_counts_and_only_that_of_this_course(offer):
    draft, people = offer["draft"], offer["people"]
    assert submitter_of(draft) is None
    audit.note("submit course", draft, by=people["programme_officer"], count=0)
    audit.note("submit course", offer["other"], by=people["manager_other"], count=0)
    audit.note("submit course", draft, by=people["manager"], count=0)

    assert submitter_of(draft) == people["manager"].pk


@pytest.mark.parametrize(
    ("state", "archivers"),
    [
        (State.DRAFT, {"manager", "programme_officer"}),
        (State.IN_REVIEW, {"manager", "programme_officer"}),
        (State.PUBLISHED, {"programme_officer"}),
        (State.ARCHIVED, set()),
    ],
)
def test_what_the_public_sees_is_archived_by_the_city(offer, state, archivers):
    draft = in_state(offer, state)

    assert who(offer, lambda user: may_archive(user, draft, today())) == archivers


def test_courses_are_written_in_the_name_of_organisations_managed(offer):
    writers = who(offer, lambda user: organisations_of(user, today()).exists())

    assert writers == {"manager", "manager_other", "programme_officer"}
    assert list(organisations_of(offer["people"]["manager"], today())) == [offer["draft"].organisation]


def test_groups_are_planned_by_organisation_district_and_city(offer):
    planners = who(offer, lambda user: may_schedule(user, offer["group"], today()))

    assert planners == {"manager", "district_officer", "programme_officer"}
    assert planners == who(offer, lambda user: CourseRun.objects.schedulable_by(user, today()).exists())


def test_a_district_changes_groups_and_neither_copies_nor_cancels_them(offer):
    owners = who(offer, lambda user: may_cancel(user, offer["group"], today()))

    assert owners == {"manager", "programme_officer"}
    assert owners == who(offer, lambda user: CourseRun.objects.owned_by(user, today()).exists())


def test_a_role_that_ended_gives_nothing(offer):
    yesterday = today() - timedelta(days=1)
    Membership.objects.update(until=yesterday)
    draft = in_state(offer, State.IN_REVIEW)

    for allowed in (may_edit, may_write, may_publish, may_decide, may_archive):
        assert who(offer, lambda user, allowed=allowed: allowed(user, draft, today())) == set()
    assert who(offer, lambda user: Course.objects.readable_by(user, today()).exists()) == set()
    for allowed in (may_schedule, may_cancel):
        assert who(offer, lambda user, allowed=allowed: allowed(user, offer["group"], today())) == set()
