"""My data: what is kept about the person of a personal link, to read, take along, correct or erase. The link may be
held by who acts for her: nothing here is about anyone else of the same phone, and it opens no other place."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from learningcity import clock
from learningcity.context import spoken_phone
from learningcity.i18n import long_date
from learningcity.models.messages import OutboxMessage
from learningcity.models.places import Sex

from ..forms_people import CorrectionForm, EraseForm
from ..models import Guardianship
from ..models.attendance import Mark
from ..models.enrolments import LIVE, State
from ..models.people import ContactChannel
from ..services import erasure, own_data, people
from . import background, consents, reads
from .holders import link
from .passport import of_whole_person

TOLD = dict(State.choices) | {"cancelled": State.CANCELLED_BY_LEARNER.label}
CHANGES = ("meeting", "run", "timetable", "transferred")


@of_whole_person
@require_http_methods(["GET", "HEAD", "POST"])
def show(request, enrolment):
    """Sending the form ends a guardianship."""
    refused = ""
    if request.method == "POST":
        refused = end_guardianship(enrolment.participant, request.POST.get("guardian", ""))
        if not refused:
            enrolment.refresh_from_db(fields=["token"])  # ending a guardianship renews the links
            return redirect(link("own-data", enrolment))
    context = readable(own_data.of(enrolment.participant)) | ways(enrolment) | {"refused": refused}
    return render(request, "participants/own_data.html", context, status=409 if refused else 200)


@of_whole_person
@require_safe
def download(request, enrolment):
    headers = {"Content-Disposition": 'attachment; filename="mes-donnees.json"'}
    told = own_data.of(enrolment.participant)
    return JsonResponse(told, headers=headers, json_dumps_params={"ensure_ascii": False, "indent": 1})


@of_whole_person
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request, enrolment):
    form = CorrectionForm(request.POST if request.method == "POST" else None, person=enrolment.participant)
    if form.is_valid():
        people.correct(enrolment.participant, by=None, **form.fields_of_person())
        return redirect(link("own-data", enrolment))
    context = {"form": form, "back": link("own-data", enrolment)}
    return render(request, "participants/correct.html", context, status=422 if form.errors else 200)


@of_whole_person
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request, enrolment):
    form = EraseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        erasure.erase(enrolment.participant, by=None)
        return redirect("erased")
    told = readable(own_data.of(enrolment.participant))
    context = {"form": form, "back": link("own-data", enrolment), "name": enrolment.participant.first_name}
    context["live"] = [place for place in told["places"] if place["is_live"]]
    context["certificates"] = [each for place in told["places"] for each in place["certificates"]]
    return render(request, "participants/erase.html", context, status=422 if form.errors else 200)


@login_not_required
@require_safe
def erased(request):
    """Says nothing about anyone: whoever opens it reads the same."""
    return render(request, "participants/erased.html")


def end_guardianship(participant, number):
    """Why not, as a sentence, or empty. A number that is not of this person's guardians changes nothing."""
    known = {str(each.pk): each for each in Guardianship.objects.filter(participant=participant)}
    if number in known:
        try:
            people.revoke(known[number], by=None)
        except people.LastGuardian:
            return _("A child keeps one person who acts for it. Call us to change this.")
    return ""


# --- In words -------------------------------------------------------------------------------------------------


def ways(enrolment):
    names = ("receipt", "own-data-file", "own-data-correct", "erase", "consent")
    told = {name.replace("-", "_"): link(name, enrolment) for name in names}
    return told | {"way_out": consents.way_out(enrolment)}


def readable(told):
    """The same as `own_data.of`, with labels and dates for people."""
    return {
        "rows": rows_of(told["person"]),
        "others": [rows_of(record) for record in told["merged_records"]],
        "guardians": [guardian_of(row) for row in told["guardians"]],
        "agreements": consents.agreements(told),
        "background": [background.readable(row["answers"]) for row in told["background"] if row["answers"]],
        "places": [place_of(row) for row in told["enrolments"]],
        "messages_sent": [message_of(row) for row in told["messages"]],
        "answers": [{"text": row["text"], "on": day_of(row["received_at"])} for row in told["answers"]],
        "passports": [passport_of(row) for row in told["passports"]],
        "reads": reads.readable(told["reads"]),
        "alerts": [{"search": row["search"], "until": day_of(row["expires_at"])} for row in told["alerts"]],
    }


def day_of(at):
    return long_date(clock.local_day(at))


def rows_of(person):
    rows = [
        (_("First name"), person["given_name"]),
        (_("Last name"), person["family_name"]),
        (_("Date of birth"), long_date(person["birth_date"]) if person["birth_date"] else str(person["birth_year"])),
        (_("Sex"), Sex(person["sex"]).label),
        (_("Arrondissement"), _("Outside Casablanca") if person["lives_outside"] else person["district"]),
        (_("Mobile phone"), spoken_phone(person["phone"]) if person["phone"] else ""),
        (_("E-mail"), person["email"]),
        (_("Language of our messages"), dict(settings.LANGUAGES)[person["language"]]),
        (_("How we reach you"), ContactChannel(person["channel"]).label),
        (_("Kept since"), day_of(person["created_at"])),
    ]
    return [{"key": key, "value": value or "–"} for key, value in rows]


def guardian_of(row):
    relation = Guardianship.Relation(row["relation"]).label
    until = row["revoked_at"] and day_of(row["revoked_at"])
    return {"pk": row["pk"], "name": row["guardian_name"], "relation": relation, "until": until}


def passport_of(row):
    until = row["revoked_at"] and day_of(row["revoked_at"])
    return {"since": day_of(row["since"]), "until": until, "pin": row["pin"]}


def place_of(row):
    marks = [(mark.label, row["attendance"][mark.name.lower()]) for mark in Mark]
    return {
        "course": row["course"],
        "group": row["group"],
        "state": State(row["state"]).label,
        "is_live": row["state"] in LIVE,
        "reference": row["reference"],
        "history": [{"state": State(each["to_state"]).label, "on": day_of(each["at"])} for each in row["history"]],
        "declared": row["declared"],
        "opinions": [each for each in row["surveys"] if each["answered_on"]],
        "marks": [{"label": label, "n": n} for label, n in marks if n],
        "certificates": [each["number"] for each in row["certificates"]],
    }


def message_of(row):
    about = TOLD.get(row["template"])
    if about is None:
        about = _("A change") if row["template"].startswith(CHANGES) else _("Another message")
    return {"about": about, "state": OutboxMessage.State(row["state"]).label, "on": day_of(row["created_at"])}
