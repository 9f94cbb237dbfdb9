"""The real Casablanca: territory, population, context and holidays, read from `data/casablanca/` (licences there)."""

import csv
import json
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from django.db import transaction
from django.utils.text import slugify

from learningcity.models import District, DistrictContext, Holiday, Population, Prefecture, Quartier

DATA = Path(__file__).parents[1] / "data" / "casablanca"
SAME_FEAST = timedelta(days=15)
SEXES = {"all": "", "female": "F", "male": "M"}
BANDS = [(age, f"age_{age}_{age + 4}") for age in range(0, 75, 5)] + [(75, "age_75_plus")]


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def put(model, keys, rows, *, overwrite=True):
    """Bring the table to these rows, dicts of attribute names identified by `keys`. Rows that the data does not name
    are left alone; with `overwrite` false so are those that exist. Returns counts: created, changed, unchanged."""
    known = {tuple(getattr(item, key) for key in keys): item for item in model.objects.all()}
    new, changed = [], []
    for row in rows:
        item = known.get(tuple(row[key] for key in keys))
        if item is None:
            new.append(model(**row))
        elif overwrite and any(getattr(item, name) != value for name, value in row.items()):
            changed.append(item)
            for name, value in row.items():
                setattr(item, name, value)
    model.objects.bulk_create(new)
    for item in changed:
        item.save()
    return Counter(created=len(new), changed=len(changed), unchanged=len(known) - len(changed))


@transaction.atomic
def load_ground():
    """Counts per model, by what happened to the rows."""
    return {
        "prefectures": put(Prefecture, ["code"], prefectures()),
        "districts": put(District, ["code"], districts()),
        "quartiers": put(Quartier, ["district_id", "name_fr"], quartiers()),
        "population": put(Population, ["year", "district_id", "sex", "first_age"], populations()),
        "contexts": put(DistrictContext, ["year", "district_id", "sex"], contexts()),
        "holidays": put(Holiday, ["date", "name_fr"], holidays(), overwrite=False),
    }


def prefectures():
    for row in rows_of(DATA / "territory.csv"):
        if row["level"] == "prefecture_arrondissements":
            yield {"code": row["code"], **names(row)}


def names(row):
    return {f"name_{language}": row[f"name_{language}"] for language in ("fr", "ar", "en")}


def districts():
    outlines = read_outlines()
    for row in rows_of(DATA / "territory.csv"):
        if row["code"] not in outlines:
            continue
        yield {
            "number": int(row["code"][-2:]),
            "code": row["code"],
            "slug": slugify(row["name_fr"]),
            "prefecture_id": row["parent_code"] if row["level"] == "arrondissement" else None,
            **names(row),
            "alternative_names": alternatives(row),
            "outline": outlines[row["code"]],
            "label_longitude": float(row["label_lon"]),
            "label_latitude": float(row["label_lat"]),
        }


def alternatives(row):
    """Every other spelling, once, for the search."""
    spellings = [row["name_fr_hcp"], *row["alt_names"].split("; ")]
    return "; ".join(dict.fromkeys(filter(None, spellings)))


def read_outlines():
    """Outer rings by HCP code, to 4 decimals (11 m): neighbours share their points, so no gap opens."""
    features = json.loads((DATA / "arrondissements.geojson").read_text(encoding="utf-8"))["features"]
    return {feature["properties"]["code"]: rounded(feature["geometry"]["coordinates"][0]) for feature in features}


def rounded(ring):
    points = [[round(longitude, 4), round(latitude, 4)] for longitude, latitude in ring]
    return points[:1] + [point for before, point in pairwise(points) if point != before]


def quartiers():
    numbers = district_ids()
    for row in rows_of(DATA / "quartiers.csv"):
        yield {
            "district_id": numbers[row["arrondissement_code"]],
            "name_fr": row["quartier_fr"],
            "name_ar": row["quartier_ar"] or None,
        }


def district_ids():
    return dict(District.objects.values_list("code", "pk"))


def census():
    """Census rows of the 17 districts: (district pk, year, sex letter or '', row)."""
    numbers = district_ids()
    for row in rows_of(DATA / "population.csv"):
        if row["code"] in numbers and row["level"] in ("arrondissement", "commune"):
            yield numbers[row["code"]], int(row["census_year"]), SEXES[row["sex"]], row


def populations():
    for district, year, sex, row in census():
        if not sex:
            continue
        shares = [float(row[column]) for _, column in BANDS]
        counts = apportion(int(row["population_municipal"]), shares)
        for (age, _), residents in zip(BANDS, counts, strict=True):
            yield {"year": year, "district_id": district, "sex": sex, "first_age": age, "residents": residents}


def apportion(total, shares):
    """Whole numbers in proportion to the shares that sum exactly to the total (largest remainder)."""
    exact = [total * share / sum(shares) for share in shares]
    counts = [int(value) for value in exact]
    by_remainder = sorted(range(len(shares)), key=lambda place: counts[place] - exact[place])
    for place in by_remainder[: total - sum(counts)]:
        counts[place] += 1
    return counts


def contexts():
    """2014 asked other questions: only unemployment compares."""
    for district, year, sex, row in census():
        yield {
            "year": year,
            "district_id": district,
            "sex": sex,
            "residents_15_plus": int(row["illiteracy_population_15_plus"] or 0) or None,
            "illiteracy_15_plus": share(row["illiteracy_rate_15_plus"]),
            "unemployment": share(row["labour_unemployment_rate"]),
            "schooling_6_11": share(row["schooling_rate_6_to_11"]),
        }


def share(text):
    return Decimal(text) if text else None


def holidays():
    """A calculated day is left out once the feast was announced: it may have moved."""
    announced = list(Holiday.objects.filter(is_provisional=False).values_list("name_fr", "date"))
    for row in rows_of(DATA / "holidays_ma.csv"):
        day, provisional = date.fromisoformat(row["date"]), row["kind"] == "islamic_estimated"
        if not provisional or not any(row["name_fr"] == name and abs(day - on) < SAME_FEAST for name, on in announced):
            yield {"date": day, **names(row), "is_provisional": provisional}
