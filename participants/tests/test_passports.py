"""Who is in a passport, and what follows her when her record changes."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils import timezone

from learningcity.models import AuditEntry, User
from programmes.tests.factories import run

from ..models import PassportPerson
from ..services import erasure, merging, own_data, passports, retention
from .factories import enrolment, participant

PHONE, OTHER = "+212612345678", "+212698765432"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_tries_remembered():
    cache.clear()


def named(user):
    return [person.participant.given_name for person in passports.people_of(user)]


def test_only_who_was_linked_is_in_the_passport(resident):
    passports.link(resident, participant(given_name="Yasmine"))
    participant(given_name="Driss")
    assert named(resident) == ["Yasmine"]


def test_linking_twice_changes_nothing(resident):
    person = participant()
    assert passports.link(resident, person) == passports.link(resident, person)
    assert AuditEntry.objects.filter(action="link passport").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        PassportPerson.objects.create(user=resident, participant=person)


def test_unlinked_person_may_come_back_without_her_pin(resident):
    person = participant()
    passports.set_pin(passports.link(resident, person), "1234")
    passports.unlink(passports.people_of(resident)[0])
    assert named(resident) == []
    assert passports.link(resident, person).pin == ""


def test_person_of_another_phone_is_not_linked(resident):
    assert passports.link_same_phone(resident, participant(phone=OTHER)) is None
    assert passports.link_same_phone(resident, participant(phone="")) is None
    assert named(resident) == []


# --- By reference ---------------------------------------------------------------------------------------------


def test_reference_of_the_same_phone_adds_its_person(resident):
    place = enrolment()
    typed = place.reference.lower().replace("-", " ")
    assert passports.add(resident, typed).participant == place.participant


@pytest.mark.parametrize("typed", ["", "CA-22222-22222", "nonsense", "0612345678", "CA-7K3M9"])
def test_reference_that_nobody_has_adds_nobody(resident, typed):
    enrolment()
    with pytest.raises(passports.NotAdded):
        passports.add(resident, typed)


def test_reference_of_another_phone_adds_nobody(resident):
    place = enrolment(who=participant(phone=OTHER))
    with pytest.raises(passports.NotAdded):
        passports.add(resident, place.reference)


def test_references_cannot_be_tried_for_ever(resident, monkeypatch):
    monkeypatch.setattr(passports, "MOST_REFERENCES", 2)
    place = enrolment()
    for _time in range(2):
        with pytest.raises(passports.NotAdded):
            passports.add(resident, "CA-22222-22222")
    with pytest.raises(passports.NotAdded):
        passports.add(resident, place.reference)


# --- PIN ------------------------------------------------------------------------------------------------------


@pytest.fixture
def locked(resident):
    made = passports.link(resident, participant())
    passports.set_pin(made, "1234")
    return made


def test_pin_is_kept_hashed(locked):
    assert "1234" not in locked.pin
    passports.enter_pin(locked, "1234")


def test_five_wrong_pins_lock_also_for_the_right_one(locked):
    for _time in range(5):
        with pytest.raises(passports.PinRefused) as refusal:
            passports.enter_pin(locked, "9999")
        assert not refusal.value.is_locked
    with pytest.raises(passports.PinRefused) as refusal:
        passports.enter_pin(locked, "1234")
    assert refusal.value.is_locked


def test_right_pin_starts_the_count_anew(locked):
    for _time in range(12):
        passports.enter_pin(locked, "1234")


# --- What becomes of a record ---------------------------------------------------------------------------------


def test_merged_person_is_her_survivor_once(resident):
    first, second, third = (participant(given_name=name) for name in ("A1", "B2", "C3"))
    for person in (first, second):
        passports.link(resident, person)
    merging.merge(second, first, by=None, reason="")
    merging.merge(third, second, by=None, reason="")

    assert named(resident) == ["C3"]
    passports.unlink(passports.people_of(resident)[0])
    assert named(resident) == []


def test_undone_merge_gives_the_person_back(resident):
    first, second = participant(given_name="A1"), participant(given_name="B2")
    passports.link(resident, first)
    merging.undo(merging.merge(second, first, by=None, reason=""), by=None)
    assert named(resident) == ["A1"]


def test_merges_cost_statements_by_depth_not_by_people(resident, queries_of):
    counts = []
    for _time in range(3):
        first, second = participant(), participant()
        passports.link(resident, first)
        merging.merge(second, first, by=None, reason="")
        counts.append(queries_of(passports.people_of, resident))
    assert counts[0] == counts[1] == counts[2] == 2


def test_erased_person_leaves_and_takes_an_account_that_has_nobody_else(resident):
    first, second = participant(given_name="A1"), participant(given_name="B2")
    for person in (first, second):
        passports.link(resident, person)
    erasure.erase(first, by=None)
    assert named(resident) == ["B2"]
    assert not PassportPerson.objects.filter(participant=first).exists()

    erasure.erase(second, by=None)
    assert not User.objects.exclude(phone="").exists()


def test_erasing_forgets_also_the_links_of_merged_records(resident):
    first, second = participant(), participant()
    passports.link(resident, first)
    merging.merge(second, first, by=None, reason="")
    erasure.erase(second, by=None)
    assert not PassportPerson.objects.exists()


def test_own_data_tells_of_the_passport_and_not_the_pin(resident):
    person = participant()
    made = passports.link(resident, person)
    passports.set_pin(made, "1234")
    assert own_data.of(person)["passports"] == [{"since": made.since, "revoked_at": None, "pin": True}]


def test_accounts_that_open_nobodys_pages_are_forgotten(resident):
    used = User.objects.of_phone(OTHER, language="fr")
    passports.link(used, participant(phone=OTHER))
    recent = User.objects.of_phone("+212611111111", language="fr")
    User.objects.exclude(pk=recent.pk).update(joined_at=timezone.now() - timedelta(days=2), last_login=None)
    retention.forget()
    assert set(User.objects.all()) == {used, recent}


# --- What stands in it ----------------------------------------------------------------------------------------


def test_place_in_line_is_that_of_the_receipt():
    group = run(capacity=1)
    people = [participant(given_name=f"P{n}", birth_date=date(1990, 1, n + 1)) for n in range(5)]
    places = [enrolment(group, each) for each in people]
    for number, place in enumerate(places[1:]):
        place.priority = number % 2
        place.drawn_rank = 7 if number == 3 else None
        place.save()

    shown = [passports.places_of(each)[0].in_line for each in people[1:]]
    assert shown == [place.place_in_line for place in places[1:]]
    assert sorted(shown) == [1, 2, 3, 4]
