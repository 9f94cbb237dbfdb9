"""What the sources do not say about the places: rooms, access, hours, days of closure. Invented, for the demonstration
only; a place of the real portal says nothing until someone has gone and looked."""

from datetime import timedelta
from random import Random
from typing import NamedTuple

from programmes.models import Closure, Room, Venue

LANGUAGES = ("fr", "ar", "en")
ROOMS = [
    (("Salle 2", "القاعة 2", "Room 2"), 24, 10),
    (("Salle informatique", "قاعة الإعلاميات", "Computer room"), 20, 10),
    (("Atelier", "الورشة", "Workshop"), 16, 15),
]
TRANSPORT = [
    ("Bus à 3 minutes à pied", "الحافلة على بعد 3 دقائق مشيا", "Bus 3 minutes away on foot"),
    ("Tramway à 8 minutes à pied", "الطرامواي على بعد 8 دقائق مشيا", "Tram 8 minutes away on foot"),
    (
        "Bus à 5 minutes à pied, grand taxi à 10 minutes",
        "الحافلة على بعد 5 دقائق مشيا، وسيارة الأجرة الكبيرة على بعد 10 دقائق",
        "Bus 5 minutes away on foot, shared taxi 10 minutes",
    ),
]
HOURS = [
    (
        "Du lundi au samedi, de 9 h à 18 h 30",
        "من الاثنين إلى السبت، من 9:00 إلى 18:30",
        "Monday to Saturday, 9:00 to 18:30",
    ),
    (
        "Du mardi au samedi, de 9 h à 20 h",
        "من الثلاثاء إلى السبت، من 9:00 إلى 20:00",
        "Tuesday to Saturday, 9:00 to 20:00",
    ),
]
# Venue, days from today to the first and the last day, why.
CLOSURES = [
    ("V052", -60, -53, "Travaux de peinture"),
    ("V044", 28, 34, "Inventaire annuel"),
    ("V029", 40, 47, "Réparation de la toiture"),
]


class Seats(NamedTuple):
    """A room to book."""

    pk: int
    capacity: int
    buffer: int


def furnish(today):
    """Give every place rooms, access features and hours where it has none, the same ones each time."""
    rooms = []
    venues = list(Venue.objects.order_by("code"))
    for venue in venues:
        rng = Random(venue.code)
        rooms += [room(venue, *values) for values in rng.sample(ROOMS, rng.randrange(len(ROOMS) + 1))]
        equip(venue, rng)
    Room.objects.bulk_create(rooms, ignore_conflicts=True)
    features = ["step_free", "adapted_toilet", "childcare", "women_space"]
    written = [f"{name}_{language}" for name in ("transport", "hours") for language in LANGUAGES]
    Venue.objects.bulk_update(venues, features + written)
    close(today)


def room(venue, names, capacity, buffer):
    written = dict(zip([f"name_{language}" for language in LANGUAGES], names, strict=True))
    return Room(venue=venue, capacity=capacity, buffer_minutes=buffer, **written)


def equip(venue, rng):
    """What somebody already noted stays."""
    cares = venue.kind in (Venue.Kind.WOMEN, Venue.Kind.SOCIAL)
    step_free = rng.choice([True, True, True, False, None])
    found = {
        "step_free": step_free,
        "adapted_toilet": rng.choice([True, False]) if step_free else step_free,
        "childcare": rng.random() < (0.75 if cares else 0.15),
        "women_space": venue.kind == Venue.Kind.WOMEN or (cares and rng.random() < 0.5) or None,
    }
    for name, phrases in (("transport", TRANSPORT), ("hours", HOURS)):
        found |= dict(zip([f"{name}_{language}" for language in LANGUAGES], rng.choice(phrases), strict=True))
    for name, value in found.items():
        if getattr(venue, name) in (None, ""):
            setattr(venue, name, value)


def close(today):
    venues = dict(Venue.objects.values_list("code", "pk"))
    for code, first, last, reason in CLOSURES:
        days = {"first_day": today + timedelta(days=first), "last_day": today + timedelta(days=last)}
        Closure.objects.get_or_create(venue_id=venues[code], **days, defaults={"reason": reason})


def rooms_by_venue():
    """{venue pk: rooms, the smallest first}."""
    found = {}
    for room in Room.objects.order_by("capacity", "pk"):
        found.setdefault(room.venue_id, []).append(Seats(room.pk, room.capacity, room.buffer_minutes))
    return found


def closures_by_venue():
    """{venue pk: [closure]}."""
    found = {}
    for closure in Closure.objects.order_by("first_day"):
        found.setdefault(closure.venue_id, []).append(closure)
    return found
