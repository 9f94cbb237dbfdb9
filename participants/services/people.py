"""People who learn: finding, adding, correcting and holding them; who acts for them, and what they agreed to."""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from learningcity import clock
from learningcity.models import District
from learningcity.services import audit
from programmes.models import CourseRun

from ..models import Consent, Enrolment, Guardianship, Participant
from . import consents, links
from .refusals import EnrolmentRefused, Refusal, age_on

OF_AGE = 18
OUTSIDE = "outside"  # the answer of who lives in none of the arrondissements
ENDS_AT_18 = (Guardianship.Relation.MOTHER, Guardianship.Relation.FATHER, Guardianship.Relation.GUARDIAN)
MAY_BE_CORRECTED = ("given_name", "family_name", "district", "lives_outside", "language", "channel")

SIMILAR = 0.6  # of trigrams: one letter of a first name differs; sisters of one family name stay below
DOUBLES = """
    WITH scope (id) AS ({scope}), pairs AS (
        SELECT a.id AS first, b.id AS second
        FROM participants_participant a JOIN participants_participant b ON b.phone = a.phone AND b.id > a.id
        WHERE a.phone <> '' AND similarity(a.folded_name, b.folded_name) >= %s
        UNION
        SELECT a.id, b.id
        FROM participants_participant a JOIN participants_participant b
            ON b.birth_date = a.birth_date AND b.folded_name = a.folded_name AND b.id > a.id
    )
    SELECT CASE WHEN a.phone <> '' AND b.phone = a.phone AND b.birth_date = a.birth_date
        AND b.folded_name = a.folded_name THEN 'ask' ELSE 'warn' END AS grade, a.id, b.id
    FROM pairs JOIN participants_participant a ON a.id = first JOIN participants_participant b ON b.id = second
    WHERE a.id IN (SELECT id FROM scope) AND b.id IN (SELECT id FROM scope)
    ORDER BY grade, b.id DESC, a.id LIMIT %s
"""


class Held(NamedTuple):
    """Records of people with all they have to come, locked."""

    runs: dict  # pk: CourseRun
    places: list  # live enrolments
    people: dict  # pk: Participant


class Double(NamedTuple):
    """Two records that may be one person: `ask` for the same phone, birth date and name, `warn` for less."""

    grade: str
    first: Participant
    second: Participant


class LastGuardian(Exception):
    """A child keeps someone who acts for it."""


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
    known: int | None = None  # the record that was chosen in a passport

    @property
    def first_name(self):
        return self.given_name or self.family_name


def residence(code):
    """The fields that the answer to where one lives stands for: an arrondissement, OUTSIDE or empty."""
    is_inside = code and code != OUTSIDE
    return {"district": District.objects.get(code=code) if is_inside else None, "lives_outside": code == OUTSIDE}


def residence_code(person):
    """The answer that gives this residence."""
    return OUTSIDE if person.lives_outside else person.district.code if person.district else ""


def is_alone(person: Person):
    """A child for whom no adult acts."""
    born = {"birth_year": person.birth_year, "birth_date": person.birth_date}
    return not person.relation and age_on(clock.local_day(clock.now()), **born) < OF_AGE


def same_as(person: Person):
    """The records of exactly this person, who gave the same phone, date of birth and name before."""
    return Participant.objects.same_as(person)


@transaction.atomic(savepoint=False)
def register(person: Person, before, *, by, channel):
    """The participant for this person: `before`, untouched, or a new one with guardian; with the consent given now. Who
    acts for a known person is not changed by a form that nobody checked: `by` is someone of the staff."""
    participant = before or Participant.objects.create(
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
    may_act = person.relation and (by or before is None)
    if may_act and not participant.guardianships.current().filter(**guardian).exists():
        participant.guardianships.create(**guardian)
    said = {"language": person.language, "channel": channel, "relation": person.relation}
    consents.give(participant, Consent.Purpose.COURSE_AND_STATISTICS, by=by, **said)
    return participant


# --- Records of one person ------------------------------------------------------------------------------------


def standing(participant):
    """The record that stands for this person, held: nobody merges or erases it before the transaction ends."""
    people, pk = Participant.objects.select_for_update(of=("self",), no_key=True), participant.pk
    while (held := people.filter(pk=pk, merged_into=None).first()) is None:
        pk = Participant.objects.values_list("merged_into", flat=True).get(pk=pk) or pk
    if held.erased_on:
        raise EnrolmentRefused(Refusal("erased", _("What we kept about this person was erased.")))
    return held


def hold(find):
    """Lock the people that `find` names by primary key and their live places: groups first, then places, then people,
    each by number. Whoever gives a place holds the group or the person, so a new one has been seen at the end."""
    while True:
        point = transaction.savepoint()
        pks = find()
        runs = CourseRun.objects.select_related("course", "venue").lock_all(runs_of(pks))
        held = Held(runs, lock_places(runs, pks), lock_people(pks))
        if find() == pks and runs_of(pks) <= set(runs):
            transaction.savepoint_commit(point)
            return held
        transaction.savepoint_rollback(point)


def runs_of(pks):
    return set(Enrolment.objects.live().filter(participant__in=pks).values_list("run", flat=True))


def lock_places(runs, pks):
    live = Enrolment.objects.live().filter(participant__in=pks, run__in=runs)
    places = list(live.select_for_update(of=("self",)).order_by("pk"))
    for place in places:
        place.run = runs[place.run_id]
    return places


def lock_people(pks):
    people = Participant.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
    return {each.pk: each for each in people}


# --- Possible doubles -----------------------------------------------------------------------------------------


def doubles_of(scope, *, most=100):
    """Pairs of this QuerySet of people, the surest first, then the latest: the older record of each pair first."""
    sql, values = scope.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(DOUBLES.format(scope=sql), [*values, SIMILAR, most])
        rows = cursor.fetchall()
    known = scope.select_related("district").in_bulk({pk for _grade, *pair in rows for pk in pair})
    return [Double(grade, known[first], known[second]) for grade, first, second in rows]


# --- Changes --------------------------------------------------------------------------------------------------


@transaction.atomic
def correct(participant, *, by, **fields):
    """Change what the person may change herself. What was copied onto her enrolments stays as it was that day."""
    person = Participant.objects.select_for_update(of=("self",)).get(pk=participant.pk)
    changed = [name for name in MAY_BE_CORRECTED if name in fields and fields[name] != getattr(person, name)]
    for name in changed:
        setattr(person, name, fields[name])
    if changed:
        person.save(update_fields=changed)
        audit.note("correct person", person, by=by, count=1, detail={"fields": changed})
    return person


def age_of(participant, today):
    """Whole years that are certain: with the year of birth alone, those at its last day."""
    born = participant.birth_date or date(participant.birth_year, 12, 31)
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def of_age(today):
    """People who are so for certain; 29 February counts as 1 March in ordinary years."""
    youngest = today.replace(year=today.year - OF_AGE, day=min(today.day, 28) if today.month == 2 else today.day)
    dated, undated = Q(birth_date__lte=youngest), Q(birth_date=None, birth_year__lt=today.year - OF_AGE)
    return Participant.objects.filter(dated | undated)


def wards_alone(today):
    """Children for whom nobody acts any more: they leave mailings, and staff has to act."""
    acting = Guardianship.objects.current().filter(participant=OuterRef("pk"))
    grown = of_age(today).filter(pk=OuterRef("pk"))
    return Participant.objects.surviving().filter(~Exists(acting), ~Exists(grown))


@transaction.atomic
def revoke(guardianship, *, by):
    """End it, and with it all links and passports there are: whoever still acts has the new link of this page, or
    adds her again. Raises LastGuardian for the last one of a child. Repeating it changes nothing."""
    held = hold(lambda: guardianship.participant.records())
    person = held.people[guardianship.participant_id]
    at, current = clock.now(), person.guardianships.current()
    if not current.filter(pk=guardianship.pk).exists():
        return
    if age_of(person, clock.local_day(at)) < OF_AGE and current.count() == 1:
        raise LastGuardian
    end_guardianship(guardianship, by=by, at=at)
    links.renew(person, held.people, by=by)
    links.end_passports(person, held.people, by=by)


def end_guardianship(guardianship, *, by, at):
    guardianship.revoked_at = at
    guardianship.save(update_fields=["revoked_at"])
    audit.note("revoke guardian", guardianship, by=by, count=1, detail={"participant": guardianship.participant_id})


@transaction.atomic
def take_over():
    """Who has come of age acts alone: parents and guardians end, relatives stay; passports that others made end, and
    links that others have open no more than their place. Gives how many guardians ended."""
    at = clock.now()
    grown = of_age(clock.local_day(at)).values("pk")
    ending = Guardianship.objects.current().filter(participant__in=grown, relation__in=ENDS_AT_18).order_by("pk")
    ending = list(ending.select_related("participant").select_for_update(of=("self",)))
    for guardianship in ending:
        end_guardianship(guardianship, by=None, at=at)
    for person in sorted({each.participant for each in ending}, key=lambda each: each.pk):
        records = person.records()
        links.end_passports(person, records, by=None)
        links.open_places_alone(records)
    return len(ending)
