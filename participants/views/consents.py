"""What was agreed to, for the pages of one's own data, and the way to say otherwise."""

from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from learningcity import clock
from learningcity.i18n import long_date

from ..models import Guardianship
from ..models.enrolments import LIVE
from ..services import consents
from ..services.consents import FREE, TEXT_VERSION, TEXTS, Purpose
from .holders import link
from .passport import of_whole_person


@of_whole_person
@require_POST
def change(request, enrolment):
    """`refuse` or `allow` names the purpose; anything else changes nothing, and the page says why."""
    person, said = enrolment.participant, said_here(enrolment.participant)
    if (purpose := request.POST.get("refuse")) in FREE:
        consents.withdraw(person, purpose, by=None, **said)
    elif request.POST.get("allow") == Purpose.FOLLOW_UP:
        consents.give(person, Purpose.FOLLOW_UP, by=None, **said)
    return redirect(link("own-data", enrolment))


def said_here(participant):
    relation = consents.acting_for(participant)
    return {"language": translation.get_language(), "channel": "online", "relation": relation}


def agreements(told):
    """Of what `own_data.of` gives: each purpose with what was said, the last first, and what a no does."""
    is_live = any(place["state"] in LIVE for place in told["enrolments"])
    rows = {purpose: [row for row in reversed(told["consents"]) if row["purpose"] == purpose] for purpose in Purpose}
    asked = [purpose for purpose in Purpose if rows[purpose] or purpose == Purpose.FOLLOW_UP]
    return [agreement(purpose, rows[purpose], is_live) for purpose in asked]


def agreement(purpose, rows, is_live):
    stands = rows[0]["is_given"] if rows else None
    version = rows[0]["text_version"] if rows else TEXT_VERSION
    return {
        "purpose": purpose.value,
        "label": purpose.label,
        "text": TEXTS[purpose, version],
        "said": [said(row) for row in rows],
        "effect": effect(purpose, stands, is_live),
        "may_refuse": purpose in FREE and stands is not False,
        "may_allow": purpose == Purpose.FOLLOW_UP and stands is False,
    }


def way_out(enrolment):
    """Where the consent to the course ends: the place is given up first."""
    if enrolment.state in LIVE:
        return {"href": link("cancel", enrolment), "label": _("Give up this place")}
    return {"href": link("erase", enrolment), "label": _("Erase my data")}


def said(row):
    relation = Guardianship.Relation(row["relation"]).label if row["relation"] else ""
    on = long_date(clock.local_day(row["at"]))
    return {"given": row["is_given"], "on": on, "version": row["text_version"], "relation": relation}


def effect(purpose, stands, is_live):
    """What a no does, or has done."""
    if purpose == Purpose.COURSE_AND_STATISTICS:
        if is_live:
            return _("Your place needs this. To withdraw it, first give up your places, then erase your data.")
        return _("To withdraw it, erase your data. What was counted stays counted, without a name.")
    if purpose == Purpose.FOLLOW_UP:
        if stands is False:
            return _("We do not write to you about this.")
        return _("If you refuse, we no longer ask what you think. Your places stay as they are.")
    if stands is False:
        return _("Your answers to these questions are erased.")
    return _("If you withdraw this, your answers are erased at once. Your places stay as they are.")
