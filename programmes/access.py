"""How easy a place is to enter and to use, said honestly: yes, no, or nobody has looked."""

from typing import NamedTuple

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext_lazy as _

from learningcity.context import direction

FEATURES = [
    ("step_free", "stepfree", _("Step-free access")),
    ("adapted_toilet", "stepfree", _("Adapted toilet")),
    ("hearing_loop", "ear", _("Hearing loop")),
    ("childcare", "family", _("Childcare")),
    ("women_space", "women", _("Space for women only")),
]


class Access(NamedTuple):
    known: list  # [{"icon", "label", "has": true or false}]
    unknown: str  # features nobody has looked at, as one text


def of_venue(venue):
    answers = [(icon, label, getattr(venue, name)) for name, icon, label in FEATURES]
    known = [{"icon": icon, "label": label, "has": has} for icon, label, has in answers if has is not None]
    return Access(
        known,
        pgettext("between words of a list", ", ").join(str(label) for _icon, label, has in answers if has is None),
    )


def addresses(venue):
    """Name and address in both scripts, that of the page first: [(language, direction, [line])]."""
    first = "ar" if get_language() == "ar" else "fr"
    languages = [first, "fr" if first == "ar" else "ar"]
    lines = [(code, [getattr(venue, f"name_{code}"), getattr(venue, f"address_{code}")]) for code in languages]
    return [(code, direction(code), written) for code, both in lines if (written := [line for line in both if line])]


def map_link(venue):
    """A plain link to the map; nothing of it is loaded here. Empty when nobody knows where the place is."""
    if venue.latitude is None or venue.longitude is None:
        return ""
    at = f"{venue.latitude:.5f}/{venue.longitude:.5f}"
    return f"https://www.openstreetmap.org/?mlat={venue.latitude:.5f}&mlon={venue.longitude:.5f}#map=17/{at}"
