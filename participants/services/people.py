"""Finding and adding people who learn."""

from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from learningcity.folding import fold
from learningcity.models import District

from ..models import Consent, Guardianship, Participant

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


def known(person: Person):
    """The record of exactly this person, if she gave the same phone, date of birth and name before; else None."""
    if not person.phone or person.birth_date is None:
        return None
    folded = fold(f"{person.given_name} {person.family_name}")
    same = Participant.objects.same_person(phone=person.phone, birth_date=person.birth_date, folded_name=folded)
    return same.order_by("pk").first()


@transaction.atomic
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
    if person.relation:
        Guardianship.objects.get_or_create(
            participant=participant, guardian_name=person.guardian_name, relation=person.relation, revoked_at=None
        )
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
