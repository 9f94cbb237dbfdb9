"""What is on offer, from public facts (`learningcity/data/casablanca`) and from the texts we wrote (`programmes/data`).

Rows are only added: once a row is there, the people who run the portal are its owners.
"""

from pathlib import Path

from django.db import transaction
from django.utils.text import slugify

from learningcity import clock
from learningcity.services.reference import DATA, district_ids, names, put, rows_of

from ..models import Course, Organisation, Programme, Room, Venue

TEXTS = Path(__file__).parents[1] / "data"
ROOM_CAPACITY = 30
SECTORS = {
    "public": Organisation.Sector.STATE,
    "public programme": Organisation.Sector.STATE,
    "public company": Organisation.Sector.COMPANY,
    "foundation": Organisation.Sector.ASSOCIATION,
    "association": Organisation.Sector.ASSOCIATION,
    "foreign cultural": Organisation.Sector.INTERNATIONAL,
}
SECTOR_OF = {"COMMUNE": Organisation.Sector.MUNICIPAL, "UH2C": Organisation.Sector.UNIVERSITY}
KINDS = {
    Venue.Kind.LIBRARY: ["bibliotheque", "mediatheque"],
    Venue.Kind.CULTURAL: [
        *["centre_culturel", "centre_patrimoine", "complexe_culturel", "espace_arts", "espace_culturel"],
        *["formation_arts", "maison_de_la_culture", "salle_culturelle", "theatre"],
    ],
    Venue.Kind.SOCIAL: ["centre_social", "centre_socioculturel", "complexe_social", "maison_associations"],
    Venue.Kind.WOMEN: ["centre_feminin"],
    Venue.Kind.YOUTH: ["centre_socioeducatif", "maison_de_jeunes", "plateforme_jeunes"],
    Venue.Kind.SECOND_CHANCE: ["e2c"],
    Venue.Kind.VOCATIONAL: ["formation_artisanat", "ofppt"],
    Venue.Kind.LANGUAGES: ["institut_langues"],
    Venue.Kind.UNIVERSITY: ["universite"],
    Venue.Kind.SPORT: ["complexe_sportif", "salle_sport_femmes"],
    Venue.Kind.DIGITAL: ["centre_numerique"],
}
KIND_OF = {name: kind for kind, names_of_kind in KINDS.items() for name in names_of_kind}
NOT_YET_OPEN = ("planned", "announced", "works", "renovation", "closed")


@transaction.atomic
def load_offer():
    """Counts per model, by what happened to the rows."""
    return {
        "organisations": add(Organisation, ["code"], organisations()),
        "venues": add(Venue, ["code"], venues()),
        "rooms": add(Room, ["venue_id", "name_fr"], rooms()),
        "programmes": add(Programme, ["code"], programmes()),
        "courses": add(Course, ["code"], courses()),
    }


def add(model, keys, rows):
    return put(model, keys, rows, overwrite=False)


def ids(model):
    return dict(model.objects.values_list("code", "pk"))


def organisations():
    for row in rows_of(DATA / "partners.csv"):
        code = row["partner_id"]
        sector = SECTOR_OF.get(code) or SECTORS[row["kind"]]
        yield {"code": code, "name_fr": row["name_fr"], "name_ar": row["name_ar_proposed"], "sector": sector}


def venues():
    districts = district_ids()
    for row in rows_of(DATA / "venues.csv"):
        yield {
            "code": row["venue_id"],
            "slug": slugify(f"{row['name_fr']}")[:110],
            "name_fr": row["name_fr"],
            "name_ar": row["name_ar"] or row["name_ar_proposed"],
            "kind": KIND_OF[row["type"]],
            "district_id": districts.get(row["arrondissement_code"]),
            "quartier": row["quartier"],
            "address_fr": row["address"],
            "longitude": float(row["lon"]) if row["lon"] else None,
            "latitude": float(row["lat"]) if row["lat"] else None,
            "phone": row["phone"],
            "operator": row["operator"],
            "is_open": not row["status"].startswith(NOT_YET_OPEN),
        }


def rooms():
    """One room each: the sources name no rooms, their operators will."""
    for venue in Venue.objects.filter(rooms=None):
        room = {"name_fr": "Salle 1", "name_ar": "القاعة 1", "name_en": "Room 1", "capacity": ROOM_CAPACITY}
        yield {"venue_id": venue.pk, **room}


def programmes():
    organisation_ids = ids(Organisation)
    for row in rows_of(TEXTS / "programmes.csv"):
        organisation = organisation_ids[row["organisation"]]
        yield {"code": row["code"], **names(row), "family": row["family"], "organisation_id": organisation}


def courses():
    programme_ids, organisation_ids = ids(Programme), ids(Organisation)
    titles = {row["course_id"]: row for row in rows_of(DATA / "courses.csv")}
    texts, phrases = course_texts(), read_phrases()
    at = clock.now()
    for row in rows_of(TEXTS / "courses.csv"):
        title = titles[row["code"]]
        yield {
            "code": row["code"],
            "slug": slugify(title["title_fr"])[:110],
            "programme_id": programme_ids[row["programme"]],
            "organisation_id": organisation_ids[row["organisation"]],
            "theme": row["theme"],
            "title_fr": title["title_fr"],
            "title_ar": title["title_ar_proposed"],
            "title_en": title["title_en"],
            **texts[row["code"]],
            **in_three("level", phrases["level", row["level"]]),
            "language": row["language"],
            **in_three("to_bring", phrases["bring", row["bring"]]),
            "minimum_age": int(row["minimum_age"]) if row["minimum_age"] else None,
            "maximum_age": int(row["maximum_age"]) if row["maximum_age"] else None,
            "hours": int(row["hours"]),
            "is_sensitive": bool(row["is_sensitive"]),
            "state": Course.State.PUBLISHED,
            "published_at": at,
        }


def in_three(field, phrase):
    return {f"{field}_{language}": phrase[language] for language in ("fr", "ar", "en")}


def read_phrases():
    return {(row["kind"], row["key"]): row for row in rows_of(TEXTS / "phrases.csv")}


def course_texts():
    """{code: {summary_fr: …, outcomes_fr: one per line, summary_ar: …}}."""
    texts = {}
    for row in rows_of(TEXTS / "course_texts.csv"):
        outcomes = "\n".join(row[f"outcome_{place}"] for place in (1, 2, 3))
        text = {f"summary_{row['language']}": row["summary"], f"outcomes_{row['language']}": outcomes}
        texts.setdefault(row["code"], {}).update(text)
    return texts
