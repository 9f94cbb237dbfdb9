"""The optional questions about oneself, behind the link of a receipt. Opening changes nothing; nobody has to answer."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.http import require_http_methods

from learningcity import clock

from ..forms_background import WORKING_AGE, BackgroundForm
from ..services import background, people
from ..services.refusals import EnrolmentRefused
from .consents import said_here
from .holders import link
from .passport import of_whole_person


@of_whole_person
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request, enrolment):
    person, day = enrolment.participant, clock.local_day(clock.now())
    if not background.may_be_asked(person, day):
        raise Http404
    wording = background.wording(translation.get_language())
    data = request.POST if request.method == "POST" else None
    form = BackgroundForm(data, wording=wording, age=people.age_of(person, day))
    if "decline" in request.POST or form.is_valid():
        return redirect(taken(enrolment, form, declines="decline" in request.POST))
    context = {"form": form, "introduction": wording["introduction"], "receipt": link("receipt", enrolment)}
    context |= {"thanks": "merci" in request.GET, "own_data": link("own-data", enrolment)}
    return render(request, "participants/background.html", context, status=422 if form.errors else 200)


def taken(enrolment, form, *, declines):
    """Where to go when her no or her answers are kept."""
    try:
        if declines:
            background.decline(enrolment.participant)
            return link("receipt", enrolment)
        background.answer(enrolment.participant, form.cleaned_data, by=None, **said_here(enrolment.participant))
    except EnrolmentRefused as refused:
        raise Http404 from refused
    return f"{link('background', enrolment)}&merci=1"


def readable(answers):
    """Questions and answers as rows, in the language of the page or, where the wording is missing, in English."""
    texts = background.wording(translation.get_language()) or background.wording("en")
    fields = BackgroundForm(wording=texts, age=WORKING_AGE).fields
    said = [(field, answers[question]) for question, field in fields.items() if question in answers]
    return [{"key": field.label, "value": dict(field.choices)[code]} for field, code in said]
