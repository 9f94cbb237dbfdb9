"""Finding and adding people who learn."""

from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from learningcity.folding import fold
from learningcity.models import District

from ..models import Consent, Participant

CONSENT_TEXT_VERSION = "2026-11"


@dataclass
class Person:
    """What someone typed about one person who learns; not a record yet."""

    given_name: str
    family_name: str
    birth_year: int
    birth_date: date | None
    sex: str
    district: District | None
    lives_outside: bool
    phone: str
    channel: str
    language: str
    guardian_name: str = ""
    relation: str = ""
    needs: list = field(default_factory=list)

    @property
    def first_name(self):
        return self.given_name or self.family_name


def same_as(person: Person):
    """The records of exactly this person, who gave the same phone, date of birth and name before."""
    if not person.phone or person.birth_date is None:
        return Participant.objects.none()
    folded = fold(f"{person.given_name} {person.family_name}")
    return Participant.objects.same_person(phone=person.phone, birth_date=person.birth_date, folded_name=folded)


def known(person: Person):
    return same_as(person).order_by("pk").first()


@transaction.atomic(savepoint=False)
def register(person: Person, *, by, channel):
    """The participant for this person: a known one untouched, or a new one with guardian and consent."""
    participant = known(person) or Participant.objects.create(
        given_name=person.given_name,
        family_name=person.family_name,
        birth_year=person.birth_year,
        birth_date=person.birth_date,
        sex=person.sex,
        district=person.district,
        lives_outside=person.lives_outside,
        phone=person.phone,
        channel=person.channel,
        language=person.language,
    )
    guardian = {"guardian_name": person.guardian_name, "relation": person.relation}
    if person.relation and not participant.guardianships.current().filter(**guardian).exists():
        participant.guardianships.create(**guardian)
    Consent.objects.create(
        participant=participant,
        purpose=Consent.Purpose.COURSE_AND_STATISTICS,
        text_version=CONSENT_TEXT_VERSION,
        is_given=True,
        language=person.language,
        channel=channel,
        by=by,
    )
    return participant
