"""In words: who of the staff has read about a person."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learningcity import clock
from learningcity.i18n import long_date
from programmes.models import Membership

WHAT = {
    "read roster": gettext_lazy("The list of a group"),
    "read register": gettext_lazy("The register of a meeting"),
    "read place": gettext_lazy("The place in a group, to move it"),
    "read doubles": gettext_lazy("The list of possible doubles"),
    "compare people": gettext_lazy("Two records, to see whether they are one person"),
    "read merge": gettext_lazy("Two records that were joined"),
}


def readable(rows):
    """Of `reads.of`, what was read in one role on one day once: [{"on", "what", "group", "who", "reason"}]."""
    told = {}
    for row in rows:
        line = {
            "on": long_date(clock.local_day(row["at"])),
            "what": str(WHAT.get(row["what"], _("Other data of this person"))),
            "group": row["group"],
            "who": " / ".join(role_of(role) for role in row["roles"]) or _("City staff"),
            "reason": row["reason"],
        }
        told.setdefault(tuple(line.values()), line)
    return list(told.values())


def role_of(role):
    scope = role["organisation"] or role["district"]
    label = Membership.Role(role["role"]).label
    return f"{label} ({scope})" if scope else str(label)
