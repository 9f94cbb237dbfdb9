"""How people come into a passport and leave it, and what may be set: language, PIN."""

from django.contrib.auth import logout
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from learningcity import clock
from learningcity.idempotency import own_key
from learningcity.models import User
from learningcity.permissions import for_residents
from learningcity.services import sign_in_codes

from ..forms_passport import LanguageForm, NewPinForm, ReferenceForm
from ..services import passports, people
from .holders import held, link
from .passport import OPENED, is_open, of_person, out, resident_of, switch


@own_key
@held
@require_POST
def join(request, enrolment):
    """From a receipt: the receipt says who, and the code that comes to her phone proves the phone. Until it was
    entered nobody is linked."""
    person, resident = enrolment.participant, resident_of(request)
    if not person.phone:
        return refused(request, enrolment, "", status=409)
    if resident and passports.link_same_phone(resident, person):
        return redirect("passport")
    if request.user.is_authenticated:
        logout(request)
    User.objects.of_phone(person.phone, language=person.language)
    request.session[passports.JOINING] = person.pk
    try:
        sign_in_codes.start(request, str(person.phone))
    except sign_in_codes.CodeRefused as refusal:
        return refused(request, enrolment, refusal.sentence, status=429)
    return redirect("passport-code")


def refused(request, enrolment, sentence, *, status):
    """`sentence` says why, empty where there is no phone to send a code to."""
    context = {"sentence": sentence, "receipt": link("receipt", enrolment), "correct": link("own-data", enrolment)}
    return render(request, "participants/passport_refused.html", context, status=status)


@for_residents
@require_http_methods(["GET", "HEAD", "POST"])
def add(request):
    form = ReferenceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            added = passports.add(request.user, form.cleaned_data["reference"])
        except passports.NotAdded:
            form.add_error("reference", _("No enrolment with this reference has the phone of this passport."))
        else:
            return redirect("passport-person", link=added.pk)
    return render(request, "participants/passport_add.html", {"form": form}, status=422 if form.errors else 200)


@for_residents
@require_http_methods(["GET", "HEAD", "POST"])
def settings_of_all(request):
    """The language is that of the codes, and of all messages to the people whose pages are open."""
    everyone = passports.people_of(request.user)
    form = LanguageForm(request.POST if request.method == "POST" else None, initial={"language": request.user.language})
    if form.is_valid():
        speak(request, [each for each in everyone if is_open(request, each)], form.cleaned_data["language"])
        with translation.override(form.cleaned_data["language"]):
            return redirect("passport-settings")
    context = {"form": form, "people": switch(everyone)}
    return render(request, "participants/passport_settings.html", context, status=422 if form.errors else 200)


def speak(request, persons, language):
    request.user.language = language
    request.user.save(update_fields=["language"])
    for person in persons:
        people.correct(person.participant, by=None, language=language)


@of_person
def settings_of_person(request, person, everyone):
    """Setting a PIN, taking it away, leaving the passport: one form each."""
    is_adult = people.age_of(person.participant, clock.local_day(clock.now())) >= people.OF_AGE
    form = NewPinForm(request.POST if is_adult and "new-pin" in request.POST else None)
    if "unlink" in request.POST:
        return out(request, person)
    if "no-pin" in request.POST or form.is_valid():
        passports.set_pin(person.link, "" if "no-pin" in request.POST else form.cleaned_data["pin"])
        request.session[OPENED] = [*request.session.get(OPENED, []), person.link.pk]
        return redirect("passport-person-settings", link=person.link.pk)
    last = passports.places_of(person.participant)[:1]
    context = {
        "form": form,
        "person": person,
        "may_have_pin": is_adult,
        "own_data": link("own-data", last[0]) if last else "",
    }
    return render(request, "participants/passport_person_settings.html", context, status=422 if form.errors else 200)
