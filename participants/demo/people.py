"""Invented people: names in one script or the other, ages that fit the course, homes unequally spread."""

from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Sum

from learningcity.models import District, Population
from learningcity.services.reference import DATA, rows_of

from ..models import Consent, Guardianship, Participant
from ..services.consents import TEXT_VERSION
from .tables import Table

ENROLMENTS_PER_PERSON = 1.6
OLDEST = 78
POOL = 400  # people per place whom a later course may attract again
# How far residents of a district (by number) come to courses, beside its population: unequal on purpose.
REACH = {1: 1.5, 3: 1.6, 7: 2.0, 11: 1.0, 13: 1.1, 21: 1.1, 23: 0.9, 25: 1.3, 31: 0.8, 41: 0.9, 51: 1.1, 53: 0.55}
REACH |= {61: 0.8, 63: 0.7, 71: 0.6, 73: 0.5, 81: 1.0}
ADDED = {
    Participant: "id given_name family_name birth_year birth_date sex district_id lives_outside phone email language "
    "channel is_demo created_at",
    Consent: "id participant_id purpose text_version is_given language channel at",
    Guardianship: "id participant_id guardian_name relation since",
}


class Person(NamedTuple):
    pk: int
    name: str
    sex: str
    birth_year: int
    district: int | None
    lives_outside: bool


class Names(NamedTuple):
    """(Latin, Arabic) pairs."""

    female: list
    male: list
    families: list


def read_names():
    rows = list(rows_of(DATA / "names.csv"))
    pairs = {key: [(row["latin"], row["arabic"]) for row in rows if row["sex"] == key] for key in ("F", "M", "")}
    return Names(female=pairs["F"], male=pairs["M"], families=pairs[""])


def district_weights():
    """{district pk: residents of 2024 × reach}."""
    residents = dict(Population.objects.filter(year=2024).values_list("district").annotate(Sum("residents")))
    return {pk: residents[pk] * REACH[number] for pk, number in District.objects.values_list("pk", "number")}


class Crowd:
    """Gives a person for each enrolment: someone new, or someone who came before."""

    def __init__(self, rng, weights):
        self.rng, self.names = rng, read_names()
        self.districts, self.weights = list(weights), list(weights.values())
        self.tables = [Table(model, attributes.split()) for model, attributes in ADDED.items()]
        self.participants, self.consents, self.guardianships = self.tables
        self.pools, self.asked, self.made = {}, 0, 0

    def person(self, run, taken, at):
        """Someone whom `run` accepts and who is not in `taken` (a set of keys, added to)."""
        self.asked += 1
        person = None
        if self.made * ENROLMENTS_PER_PERSON > self.asked:
            person = self.someone_known(run, taken)
        person = person or self.someone_new(run, at)
        taken.add(person.pk)
        return person

    def someone_known(self, run, taken):
        pool = self.pools.get(run.venue.district_id, ())
        low, high = run.starts_on.year - run.oldest, run.starts_on.year - run.youngest - 1
        for _try in range(8 if pool else 0):
            person = self.rng.choice(pool)
            fits = low <= person.birth_year <= high and (person.sex == "F" or not run.women_only)
            if fits and person.pk not in taken:
                return person
        return None

    def someone_new(self, run, at):
        rng = self.rng
        self.made += 1
        sex = "F" if run.women_only else rng.choices("FMU", (60, 39.5, 0.5))[0]
        born = self.birthday(run)
        district, outside = self.home(run)
        given, family, language = self.name(sex)
        person = Person(self.participants.key(), f"{given} {family}".strip(), sex, born.year, district, outside)
        known_birthday = born if rng.random() < 0.85 else None
        phone, channel = self.reached_by()
        self.participants.add(
            *(person.pk, given, family, born.year, known_birthday, sex, district, outside),
            *(phone, "", language, channel, True, at),
        )
        self.consents.add(self.consents.key(), person.pk, "course", TEXT_VERSION, True, language, "online", at)
        if run.starts_on.year - born.year < 18:
            self.guard(person, family, language, at)
        self.keep(person, run.venue.district_id)
        return person

    def birthday(self, run):
        age = run.youngest + int((run.oldest - run.youngest) * self.rng.betavariate(1.3, 2.6))
        year_before = run.starts_on - timedelta(days=self.rng.randrange(1, 360))
        return date(year_before.year - age, year_before.month, min(year_before.day, 28))

    def home(self, run):
        """(district pk or None, lives outside)."""
        chance = self.rng.random()
        if chance < 0.6:
            return run.venue.district_id, False
        if chance < 0.96:
            return self.rng.choices(self.districts, self.weights)[0], False
        return None, chance < 0.985

    def name(self, sex):
        """(given name, family name, language of messages); one script per person."""
        rng = self.rng
        script = int(rng.random() < 0.45)
        firsts = self.names.male if sex == "M" else self.names.female
        family = "" if rng.random() < 0.01 else rng.choice(self.names.families)[script]
        return rng.choice(firsts)[script], family, "ar" if script or rng.random() < 0.2 else "fr"

    def reached_by(self):
        """(phone, channel): one in ten gives no phone."""
        if self.rng.random() < 0.1:
            return "", "none"
        return f"+2126000{self.rng.randrange(100_000):05}", "whatsapp" if self.rng.random() < 0.3 else "sms"

    def guard(self, person, family, language, at):
        relation = self.rng.choice(["mother", "mother", "father"])
        firsts = self.names.female if relation == "mother" else self.names.male
        name = f"{self.rng.choice(firsts)[0]} {family}".strip()
        self.guardianships.add(self.guardianships.key(), person.pk, name, relation, at)

    def keep(self, person, place):
        pool = self.pools.setdefault(place, [])
        if len(pool) < POOL:
            pool.append(person)
        else:
            pool[self.rng.randrange(POOL)] = person
