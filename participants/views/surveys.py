"""What someone thinks of a course, behind the link of her receipt."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from ..forms import FollowUpForm, SatisfactionForm
from ..models import Survey
from ..services import surveys
from .holders import held, link

FORMS = {Survey.Kind.SATISFACTION: SatisfactionForm, Survey.Kind.FOLLOW_UP: FollowUpForm}


@held
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request, enrolment):
    asked = surveys.last_of(enrolment)
    if asked is None:
        raise Http404
    form = FORMS[asked.kind](request.POST if request.method == "POST" else None)
    if asked.answered_on is None and form.is_valid():
        surveys.answer(asked, form.cleaned_data)
        return redirect(link("survey", enrolment))
    context = {"survey": asked, "form": form, "run": enrolment.run, "receipt": link("receipt", enrolment)}
    is_refused = asked.answered_on is None and form.errors
    return render(request, "participants/survey.html", context, status=422 if is_refused else 200)
