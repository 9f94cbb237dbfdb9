"""The filters of the catalogue: each option is one bit of `CatalogueEntry.facets`; the lowest: places are left.

The names of the groups are the parameters of the address. Bits are stored: a new option takes a free one, none moves.
"""

from dataclasses import dataclass
from datetime import time
from functools import cached_property, lru_cache, partial
from itertools import pairwise

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from learningcity.models import District

from .models import PLACES_BIT, CourseRun
from .models.courses import TeachingLanguage, Theme

WHERE = "arr"  # the group whose options are the arrondissements
YES = "1"  # the value of a group that has one option
NOON, EVENING = time(12), time(17)  # a meeting belongs to the part of the day in which it starts
BANDS = {"enfants": (6, 11), "ados": (12, 17), "jeunes": (18, 29), "adultes": (30, 59), "aines": (60, 150)}
HIGHEST_AGE = 150
FIRST_DISTRICT, MOST_DISTRICTS = 36, 27  # of 63 bits


_remembered = []


def remembered(most=None):
    """Keep what a function gives as long as the arrondissements stay as they are."""

    def decorate(function):
        _remembered.append(lru_cache(most)(function))
        return _remembered[-1]

    return decorate


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    bit: int


@dataclass(frozen=True)
class Group:
    name: str
    label: str
    options: tuple
    many: bool = True

    @cached_property
    def bits(self):
        """{value: its bit, alone in a number}"""
        return {option.value: 1 << option.bit for option in self.options}

    @cached_property
    def mask(self):
        return sum(self.bits.values())


def _options(first, choices):
    return tuple(Option(str(value), label, bit) for bit, (value, label) in enumerate(choices, first))


def _alone(name, label, bit, heading):
    return Group(name, heading, (Option(YES, label, bit),), many=False)


DAYS = Group(
    "jour",
    _("When?"),
    _options(
        9,
        [
            ("lun", pgettext_lazy("day", "Monday")),
            ("mar", pgettext_lazy("day", "Tuesday")),
            ("mer", pgettext_lazy("day", "Wednesday")),
            ("jeu", pgettext_lazy("day", "Thursday")),
            ("ven", pgettext_lazy("day", "Friday")),
            ("sam", pgettext_lazy("day", "Saturday")),
            ("dim", pgettext_lazy("day", "Sunday")),
        ],
    ),
)
MOMENTS = Group(
    "moment",
    _("At what time?"),
    _options(
        16,
        [
            ("matin", pgettext_lazy("part of the day", "Morning")),
            ("apres-midi", pgettext_lazy("part of the day", "Afternoon")),
            ("soir", pgettext_lazy("part of the day", "Evening, from 5 p.m.")),
        ],
    ),
)
THEMES = Group("theme", _("What?"), _options(1, Theme.choices))
AGES = Group(
    "pour",
    _("For whom?"),
    _options(
        19,
        [
            ("enfants", _("Children, 6 to 11 years old")),
            ("ados", _("Teenagers, 12 to 17 years old")),
            ("jeunes", _("Young people, 18 to 29 years old")),
            ("adultes", _("Adults, 30 to 59 years old")),
            ("aines", _("Older people, 60 and over")),
        ],
    ),
)
TAUGHT_IN = [language for language in TeachingLanguage if language != TeachingLanguage.BOTH]
LANGUAGES = Group("langue", _("In which language?"), _options(24, [(code, code.label) for code in TAUGHT_IN]))
MODES = Group("mode", _("How?"), _options(30, CourseRun.Mode.choices))
STEP_FREE = _alone("acces-plain-pied", _("Step-free access"), 33, _("Easy access"))
CHILDCARE = _alone("garde", _("Childcare"), 34, _("Easy access"))
WOMEN = _alone("femmes", _("Women’s group"), 35, _("Easy access"))
PLACES = _alone("places", _("Only with places left"), PLACES_BIT.bit_length() - 1, pgettext_lazy("seats", "Places"))


STATIC = [DAYS, MOMENTS, THEMES, AGES, LANGUAGES, MODES, STEP_FREE, CHILDCARE, WOMEN, PLACES]
NAMES = [WHERE, *(group.name for group in STATIC)]


@remembered()
def groups():
    """All groups, in the order in which a page asks."""
    places = [(place.slug, lazy(partial(getattr, place, "name"), str)()) for place in districts()]
    return [Group(WHERE, _("Where?"), _options(FIRST_DISTRICT, places)), *STATIC]


def group(name):
    return groups()[NAMES.index(name)]


# --- What a group of learners has -----------------------------------------------------------------------------


def bits_of(run, sittings):
    """The bits of a run but for the places; needs its course and its venue. `sittings` are {(1 for Monday to 7, local
    time of the start)}."""
    course, venue = run.course, run.venue
    language = run.language or course.language
    spoken = ("arabic", "french") if language == TeachingLanguage.BOTH else (language,)
    bits = THEMES.bits[course.theme] | MODES.bits[run.mode] | district_bit(venue.district_id)
    for group, values in ((AGES, bands_of(course)), (LANGUAGES, spoken)):
        for value in values:
            bits |= group.bits.get(value, 0)
    for weekday, starts_at in sittings:
        bits |= 1 << DAYS.options[weekday - 1].bit
        bits |= 1 << MOMENTS.options[(starts_at >= NOON) + (starts_at >= EVENING)].bit
    on_site = run.mode != CourseRun.Mode.ONLINE  # who learns at home needs nothing of the place
    access = (
        (STEP_FREE, venue.step_free and on_site),
        (CHILDCARE, venue.childcare and on_site),
        (WOMEN, run.women_only),
    )
    return bits | sum(group.mask for group, has_it in access if has_it)


def ages_of(course):
    return course.minimum_age or 0, HIGHEST_AGE if course.maximum_age is None else course.maximum_age


def bands_of(course):
    low, high = ages_of(course)
    return [name for name, (first, last) in BANDS.items() if low <= last and high >= first]


# --- Districts ------------------------------------------------------------------------------------------------


@remembered()
def districts():
    """The arrondissements, read once per process."""
    return tuple(District.objects.in_commune().order_by("number")[:MOST_DISTRICTS])


@receiver([post_save, post_delete], sender=District)
def forget_districts(**signal):
    for answer in _remembered:
        answer.cache_clear()


@remembered()
def _district_bits():
    return {district.pk: 1 << bit for bit, district in enumerate(districts(), FIRST_DISTRICT)}


def district_bit(pk):
    """Its bit, alone in a number; 0 outside of the commune."""
    return _district_bits().get(pk, 0)


@remembered()
def neighbours():
    """{slug: slugs of the arrondissements whose outline shares a side with it}."""
    owners = {}
    for district in districts():
        for side in pairwise(map(tuple, district.outline)):
            owners.setdefault(frozenset(side), set()).add(district.slug)
    found = {district.slug: set() for district in districts()}
    for slugs in owners.values():
        for slug in slugs:
            found[slug] |= slugs - {slug}
    return found
