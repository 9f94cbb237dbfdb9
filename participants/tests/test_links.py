"""What a guardian who was revoked, or whose child has come of age, can still open."""

from datetime import date

import pytest

from learningcity.models import AuditEntry, OutboxMessage, User
from programmes.tests.factories import course, run

from ..models import EnrolmentDraft, Guardianship, PassportPerson
from ..services import drafts, merging, passports, people, queue
from .factories import draft, enrolment, participant, person, registered
from .lines import month_ahead
from .told import PHONE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken_in_the_end")]


@pytest.fixture
def child():
    typed = person(given_name="Driss", birth_date=date(2015, 5, 2), birth_year=2015)
    return registered(typed)


@pytest.fixture
def father(child):
    child.guardianships.create(guardian_name="Amina", relation="mother")
    return child.guardianships.create(guardian_name="Karim", relation="father")


@pytest.fixture
def passport(child):
    return passports.link(User.objects.of_phone(PHONE, language="fr"), child)


def renewed(place):
    """The link of the place as it is now, when it is another one than before."""
    before = place.token
    place.refresh_from_db()
    return place.token if place.token != before else None


def opens(client, token, *page):
    return client.get("/".join(["/i", token, *page, ""])).status_code == 200


# --- A guardian who no longer acts ----------------------------------------------------------------------------


def test_old_links_of_a_revoked_guardian_open_nothing(client, child, father):
    live, over = enrolment(run(), child), enrolment(run(), child)
    queue.leave(over, by=None)
    before = [live.token, over.token]

    people.revoke(father, by=None)

    assert all(renewed(place) for place in (live, over))
    assert not any(opens(client, token, *page) for token in before for page in ((), ("mes-donnees",), ("annuler",)))
    assert opens(client, live.token, "mes-donnees")


def test_links_of_others_stay(child, father):
    theirs = enrolment(run(), participant(given_name="Salma"))

    people.revoke(father, by=None)

    assert not renewed(theirs)


def test_links_of_a_record_that_was_merged_into_hers_are_new_too(child, father):
    other = participant(given_name="Idriss", phone="")
    place = enrolment(run(), other)
    merging.merge(child, other, by=None, reason="")

    people.revoke(father, by=None)

    assert renewed(place)


def test_message_that_has_not_left_says_the_new_link(child, father):
    group = month_ahead()
    seat = enrolment(group, participant(given_name="Salma", phone=""))
    place = enrolment(group, child)
    queue.leave(seat, by=None)
    left = OutboxMessage.objects.get(template="waiting")
    OutboxMessage.objects.filter(pk=left.pk).update(state="sent", sent_at=left.created_at)

    people.revoke(father, by=None)

    link = OutboxMessage.objects.get(template="offered").values["link"]
    assert link.endswith(f"/o/{renewed(place)}/")
    assert OutboxMessage.objects.get(pk=left.pk).values == left.values


def test_message_that_is_dead_says_the_new_link_when_it_is_sent_again(child, father):
    place = enrolment(run(), child)
    OutboxMessage.objects.update(state="dead")

    people.revoke(father, by=None)

    assert OutboxMessage.objects.get().values["link"].endswith(f"/i/{renewed(place)}/")


def test_form_that_is_sent_again_does_not_lead_to_the_new_link(child, father):
    typed = draft(run(), given_name="Driss", birth="2015-05-02", who="child", relation="father", guardian_name="Karim")
    place = drafts.send(typed, may_wait=True)
    others = draft()

    people.revoke(father, by=None)

    assert place.participant == child
    assert list(EnrolmentDraft.objects.all()) == [others]


def test_passports_that_showed_a_child_end_with_the_guardian(child, father, passport):
    other = participant(given_name="Idriss")
    passports.link(passport.user, other)
    merging.merge(child, participant(given_name="Idris"), by=None, reason="")

    people.revoke(father, by=None)

    assert [each.participant for each in passports.people_of(passport.user)] == [other]
    assert passports.link_same_phone(passport.user, child) != passport


def test_the_journal_says_what_ended_with_a_guardian(child, father, passport):
    places = [enrolment(run(), child) for _time in range(2)]

    people.revoke(father, by=None)
    people.revoke(father, by=None)

    of_child = AuditEntry.objects.filter(subject=f"participants.participant:{child.pk}").exclude(action="link passport")
    assert list(of_child.order_by("pk").values_list("action", "detail")) == [
        ("renew links", {"places": [place.pk for place in places]}),
        ("unlink passport", {"link": passport.pk}),
    ]
    assert AuditEntry.objects.filter(action="revoke guardian").count() == 1


# --- Eighteen -------------------------------------------------------------------------------------------------


def test_at_eighteen_passports_end_and_links_open_their_place_alone(client, child, father, passport):
    place = enrolment(run(course=course(maximum_age=99)), child)
    stays = passports.link(passport.user, participant(given_name="Salma", birth_year=2014))
    type(child).objects.filter(pk=child.pk).update(birth_date=None, birth_year=2000)

    assert people.take_over() == 2

    assert not renewed(place)
    assert opens(client, place.token)
    assert not opens(client, place.token, "mes-donnees")
    assert list(PassportPerson.objects.current()) == [stays]
    assert AuditEntry.objects.get(action="unlink passport").detail == {"link": passport.pk}


def test_passport_made_since_then_is_hers(child, passport):
    Guardianship.objects.create(participant=child, guardian_name="Karim", relation="father")
    type(child).objects.filter(pk=child.pk).update(birth_date=None, birth_year=2000)
    people.take_over()
    hers = passports.link(passport.user, child)

    people.take_over()

    assert list(PassportPerson.objects.current()) == [hers]
