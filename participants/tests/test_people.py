from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from programmes.tests.factories import member

from ..models import Consent, Guardianship, Participant
from ..services import consents, people
from .factories import participant, person, registered

pytestmark = pytest.mark.django_db


def found(typed):
    return people.same_as(typed).order_by("pk").first()


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"given_name": "yasmine", "family_name": "EL  IDRISSI"},
        {"given_name": "Yasminé"},
        {"given_name": "Yasmine El", "family_name": "Idrissi"},
    ],
)
def test_same_phone_birth_date_and_folded_name_is_the_same_person(typed):
    known = participant()

    assert found(person(**typed)) == known


@pytest.mark.parametrize(
    "typed",
    [
        {"phone": "+212612345679"},
        {"phone": ""},
        {"birth_date": date(1998, 3, 28)},
        {"birth_date": None},
        {"given_name": "Salma"},
    ],
)
def test_anything_less_is_someone_else(typed):
    participant()

    assert found(person(**typed)) is None


def test_same_name_in_arabic_spellings_is_the_same_person():
    known = participant(given_name="فاطمة", family_name="الإدريسي")

    assert found(person(given_name="فاطمه", family_name="الادريسي")) == known


def test_who_knows_the_year_alone_is_the_same_person_when_she_gives_it_twice():
    known = participant(birth_year=1998)

    assert found(person(birth_date=None)) == known
    assert found(person(birth_date=None, birth_year=1999)) is None
    assert found(person()) is None


def test_merged_record_leads_to_its_survivor():
    survivor = participant(given_name="Yasmina")
    participant(merged_into=survivor)

    assert found(person()) == survivor


def test_erased_record_is_never_found():
    participant(erased_on=date(2026, 1, 1))

    assert found(person()) is None


def test_known_person_is_left_untouched():
    known = participant(language="fr", channel="sms")

    assert registered(person(language="ar", channel="none")) == known
    known.refresh_from_db()
    assert (known.language, known.channel) == ("fr", "sms")


def test_consent_is_a_row_each_time():
    first = registered(person())
    second = registered(person(language="ar"), by=None, channel="desk")

    assert first == second
    rows = Consent.objects.order_by("pk").values_list("participant", "text_version", "language", "channel")
    version = consents.TEXT_VERSION
    assert list(rows) == [(first.pk, version, "fr", "online"), (first.pk, version, "ar", "desk")]


def test_guardian_is_written_once_and_never_for_oneself():
    child = person(birth_year=2015, birth_date=date(2015, 1, 1), guardian_name="Amina", relation="mother")
    for _ in range(2):
        registered(child)
    registered(person())

    assert Guardianship.objects.values_list("guardian_name", "relation").get() == ("Amina", "mother")


@pytest.mark.parametrize("is_staff", [True, False])
def test_a_second_guardian_is_added_by_the_staff_and_by_no_form_that_nobody_checked(is_staff):
    officer = member("programme_officer") if is_staff else None
    for name, relation in [("Amina", "mother"), ("Driss", "father")]:
        registered(person(guardian_name=name, relation=relation), by=officer, channel="online")

    assert Participant.objects.count() == 1
    assert Guardianship.objects.count() == 1 + is_staff


@pytest.mark.parametrize("deed", ["update", "delete"])
def test_consent_is_never_changed_nor_deleted(deed):
    registered(person())

    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        Consent.objects.update(is_given=False) if deed == "update" else Consent.objects.all().delete()
    assert Consent.objects.get().is_given


def test_guardian_is_revoked_and_never_deleted():
    registered(person(guardian_name="Amina", relation="mother"))

    with pytest.raises(DatabaseError, match="never_deleted"), transaction.atomic():
        Guardianship.objects.all().delete()
    assert Guardianship.objects.update(revoked_at=Consent.objects.get().at) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"given_name": "", "family_name": ""},
        {"birth_year": 1899},
        {"birth_year": 2101},
        {"birth_date": date(1998, 3, 27), "birth_year": 1997},
    ],
)
def test_database_refuses_who_cannot_be(wrong):
    values = {"given_name": "A", "family_name": "B", "birth_year": 1998}

    with pytest.raises(IntegrityError):
        Participant.objects.create(**values | wrong)


@pytest.mark.parametrize(
    ("names", "first"),
    [(("Yasmine", "El Idrissi"), "Yasmine"), (("", "El Idrissi"), "El Idrissi"), (("Yasmine", ""), "Yasmine")],
)
def test_people_are_called_by_the_name_they_gave(names, first):
    one = participant(given_name=names[0], family_name=names[1])

    assert one.first_name == first
    assert str(one) == " ".join(filter(None, names))
