"""What is on offer, from public facts (`learningcity/data/casablanca`) and from the texts we wrote (`programmes/data`).

Rows are only added: once a row is there, the people who run the portal are its owners.
"""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.text import slugify

from learningcity.services.reference import DATA, district_ids, names, put, rows_of

from ..models import (
    Axis,
    Contribution,
    Convention,
    Course,
    Organisation,
    Pathway,
    PathwayStep,
    Programme,
    Room,
    Venue,
)
from . import indexing
from .reference_courses import TEXTS, ids, our_courses, practice_group, real_courses

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
    loaded = {
        "organisations": add(Organisation, ["code"], organisations()),
        "venues": add(Venue, ["code"], venues()),
        "rooms": add(Room, ["venue_id", "name_fr"], rooms()),
        "conventions": add(Convention, ["code"], conventions()),
        "axes": add(Axis, ["convention_id", "number"], axes()),
        "contributions": add(Contribution, ["convention_id", "name_fr"], contributions()),
        "programmes": add(Programme, ["code"], programmes()),
        "courses": add(Course, ["code"], [*real_courses(), *our_courses()]),
        "practice": practice_group(),
        "pathways": add(Pathway, ["code"], pathways()),
        "steps": add(PathwayStep, ["pathway_id", "position"], steps()),
    }
    indexing.index_all()
    return loaded


def add(model, keys, rows):
    return put(model, keys, rows, overwrite=False)


def organisations():
    texts = {row["code"]: row for row in rows_of(TEXTS / "organisations.csv")}
    for row in rows_of(DATA / "partners.csv"):
        code = row["partner_id"]
        text = texts.get(code, {"description_fr": "", "description_ar": ""})
        yield {
            "code": code,
            "name_fr": row["name_fr"],
            "name_ar": row["name_ar_proposed"],
            "sector": SECTOR_OF.get(code) or SECTORS[row["kind"]],
            "description_fr": text["description_fr"],
            "description_ar": text["description_ar"],
        }


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


def conventions():
    for row in agreements():
        yield {
            "code": row["convention_code"],
            **names(row),
            **{name: date.fromisoformat(row[name]) for name in ("signed_on", "starts_on", "ends_on")},
            "amount": Decimal(row["amount_mad"]),
            "source": row["source"],
        }


def agreements():
    """One row per convention; the file has one per axis."""
    return {row["convention_code"]: row for row in rows_of(TEXTS / "conventions.csv")}.values()


def axes():
    convention_ids = ids(Convention.objects.filter(axes=None))
    for row in rows_of(TEXTS / "conventions.csv"):
        if row["convention_code"] in convention_ids:
            number = int(row["axis_number"])
            named = {f"name_{language}": row[f"axis_{language}"] for language in ("fr", "ar", "en")}
            yield {"convention_id": convention_ids[row["convention_code"]], "number": number, **named}


def contributions():
    convention_ids, organisation_ids = ids(Convention.objects.filter(contributions=None)), ids(Organisation.objects)
    for row in rows_of(TEXTS / "contributions.csv"):
        if row["convention_code"] in convention_ids:
            yield {
                "convention_id": convention_ids[row["convention_code"]],
                "organisation_id": organisation_ids.get(row["organisation_code"]),
                **names(row),
                "amount": Decimal(row["amount_mad"]),
                "is_confirmed": row["basis"] == "stated",
            }


def programmes():
    organisation_ids = ids(Organisation.objects)
    axis_ids = {f"{axis.convention.code}/{axis.number}": axis.pk for axis in Axis.objects.select_related("convention")}
    for row in rows_of(TEXTS / "programmes.csv"):
        yield {
            "code": row["code"],
            **names(row),
            "family": row["family"],
            "subtype": row["subtype"],
            "organisation_id": organisation_ids[row["organisation"]],
            "axis_id": axis_ids.get(row["axis"]),
            "audiences": row["audiences"].split(";") if row["audiences"] else [],
        }


def pathways():
    for row in rows_of(TEXTS / "pathways.csv"):
        goal = {f"goal_{language}": row[f"goal_{language}"] for language in ("fr", "ar", "en")}
        yield {"code": row["code"], "slug": row["slug"], **names(row), **goal, "isco": row["isco"]}


def steps():
    """Only of pathways that have none: what staff took out stays out."""
    pathway_ids, course_ids = ids(Pathway.objects.filter(steps=None)), ids(Course.objects)
    for row in rows_of(TEXTS / "pathways.csv"):
        if row["code"] in pathway_ids:
            for position, code in enumerate(row["steps"].split(";"), 1):
                pathway = pathway_ids[row["code"]]
                yield {"pathway_id": pathway, "position": position, "course_id": course_ids[code]}
