"""The one vocabulary of states on screen: a word, an icon and a colour for each, never a colour alone."""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy


class Status(NamedTuple):
    tone: str  # a `.tag-<tone>` of app.css, empty for the quiet one
    icon: str  # a symbol of icons.svg
    label: str  # lazy, may hold %(n)s, %(date)s, %(deadline)s or %(hours)s


PLACES_LEFT = ngettext_lazy("Only %(n)s place left", "Only %(n)s places left", "n")

STATUSES = {
    # a group
    "open": Status("zellige", "check", _("Places available")),
    "few": Status("laiton", "triangle", PLACES_LEFT),
    "full_wait": Status("aubergine", "list", _("Full, waiting list")),
    "full": Status("", "square", _("Full")),
    "soon": Status("atlantique", "clock", _("Opens on %(date)s")),
    "closed": Status("", "square", _("Enrolment closed")),
    "running": Status("", "half", _("In progress")),
    "finished": Status("", "square", _("Finished")),
    "postponed": Status("laiton", "moved", _("Postponed")),
    "cancelled": Status("grenade", "cross", _("Cancelled")),
    # an enrolment
    "requested": Status("atlantique", "clock", _("Request received")),
    "refused": Status("", "square", _("No place this time")),
    "confirmed": Status("zellige", "check", _("Place confirmed")),
    "waiting": Status("aubergine", "list", _("Waiting, no. %(n)s")),
    "offered": Status("laiton", "alert", _("Place offered, answer before %(deadline)s")),
    "declined": Status("", "square", _("Place given up")),
    "expired": Status("", "square", _("Time passed")),
    "cancelled_by_learner": Status("grenade", "cross", _("Cancelled by you")),
    "cancelled_by_city": Status("grenade", "cross", _("Cancelled by the city")),
    "transferred": Status("atlantique", "moved", _("Moved to another group")),
    "dropped_out": Status("", "square", _("Course stopped")),
    "no_show": Status("", "square", _("Place not used")),
    "completed": Status("zellige", "star", _("Completed, %(hours)s h")),
    "certificate_ready": Status("zellige", "star", _("Certificate ready")),
    # a published figure
    "final": Status("zellige", "check", _("Final")),
    "provisional": Status("laiton", "half", _("Provisional")),
    "estimated": Status("", "half", _("Estimated")),
    "target_reached": Status("zellige", "check", _("Reached")),
    "target_late": Status("laiton", "triangle", _("Behind")),
    "target_unset": Status("", "square", _("Target to be set")),
}


def tag_for(code, **values):
    """Tone, icon and sentence of a status; unknown codes raise KeyError. `n` also chooses the plural form."""
    status = STATUSES[code]
    return {"tone": status.tone, "icon": status.icon, "label": status.label % values if values else str(status.label)}
