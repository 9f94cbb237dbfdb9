"""What the check page and the receipt repeat, as rows for the components."""

from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from learningcity.context import spoken_phone
from learningcity.i18n import short_date
from learningcity.models.places import Sex
from programmes import wording

from ..forms import NEEDS, OWN_LANGUAGE_NAMES
from ..models import Guardianship
from ..models.people import ContactChannel


def answers(learner, draft, address):
    """Every answer with the way to change it: [{"key", "value", "href"}]."""
    person, contact = address("enrol-person", draft), address("enrol-contact", draft)
    rows = [(_("Course"), draft.run.course, None), (_("When"), capfirst(wording.schedule(draft.run)), None)]
    rows.append((_("Name"), f"{learner.given_name} {learner.family_name}".strip(), person))
    born = short_date(learner.birth_date) if learner.birth_date else str(learner.birth_year)
    rows.append((_("Date of birth"), born, person))
    rows.append((_("Sex"), Sex(learner.sex).label, person))
    rows.append((_("Arrondissement"), learner.district or _("Outside Casablanca"), person))
    if learner.relation:
        guardian = f"{learner.guardian_name} ({Guardianship.Relation(learner.relation).label})"
        rows.append((_("Who acts for this person"), guardian, person))
    channel = ContactChannel(learner.channel).label
    if learner.phone:
        channel = format_html('{} · <bdi dir="ltr">{}</bdi>', channel, spoken_phone(learner.phone))
    rows.append((_("Contact"), channel, contact))
    rows.append((_("Language of our messages"), dict(OWN_LANGUAGE_NAMES)[learner.language], contact))
    if learner.needs:
        needs = " · ".join(capfirst(str(dict(NEEDS)[need])) for need in learner.needs)
        rows.append((_("Help on site"), needs, contact))
    return [{"key": key, "value": value, "href": href} for key, value, href in rows]


def facts(run):
    return [
        {"icon": "calendar", "label": _("When"), "text": wording.schedule(run)},
        {"icon": "pin", "label": _("Where"), "text": wording.place(run)},
        {"icon": "person", "label": _("For"), "text": wording.audience(run)},
    ]
