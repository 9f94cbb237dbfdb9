"""Valid records of the ground, each a plain function with sensible defaults."""

from itertools import count

from django.db.models import Max
from django.utils.text import slugify

from learningcity.models import District, Prefecture

from .subjects import person

numbers = count(1)


def user(name=None, **fields):
    """Someone who can sign in, second factor included."""
    return person(name or f"user-{next(numbers)}", **fields)


def prefecture(**fields):
    names = {"name_fr": "Sidi Bernoussi", "name_ar": "سيدي البرنوصي", "name_en": "Sidi Bernoussi"}
    return Prefecture.objects.get_or_create(code="141.30", defaults=names | fields)[0]


def district(name_fr="Sidi Moumen", name_ar="سيدي مومن", **fields):
    """One of the 16 arrondissements unless `prefecture=None`; asking twice gives the same one."""
    slug = slugify(name_fr)
    if known := District.objects.filter(slug=slug).first():
        return known
    number = (District.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    values = {"number": number, "code": f"141.01.{number:02}", "slug": slug, "prefecture": None}
    values |= {"name_fr": name_fr, "name_ar": name_ar, "name_en": name_fr}
    if "prefecture" not in fields:
        fields["prefecture"] = prefecture()
    return District.objects.create(**values | {"label_longitude": -7.5, "label_latitude": 33.6} | fields)
