"""Whether a group of too few people starts, and where they go when it does not."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from learningcity import clock
from learningcity.i18n import number
from programmes.models import CourseRun
from programmes.permissions import may_cancel
from programmes.services.runs import RunRefused

from ..forms_decisions import HOLD, DecisionForm
from ..services import decisions


@require_http_methods(["GET", "HEAD", "POST"])
def decision(request, code):
    at = clock.now()
    day = clock.local_day(at)
    groups = CourseRun.objects.schedulable_by(request.user, day).select_related("course", "venue__district")
    run = get_object_or_404(groups, code=code)
    decided = decisions.refusal(run)
    if decided and request.method == "POST":
        return redirect("desk-decision", code=run.code)
    form = None if decided else asked(request, run, at)
    if form and form.is_valid() and (told := act(form, run, by=request.user)):
        messages.success(request, told)
        return redirect("desk-run", code=run.code)
    context = {"run": run, "form": form, "decided": decided, "coming": coming(run)}
    return render(request, "participants/desk/decision.html", context, status=422 if form and form.errors else 200)


def coming(run):
    return run.enrolments.filter(state__in=decisions.COMING).count()


def asked(request, run, at):
    """Who may not cancel a group may still say that it starts."""
    day = clock.local_day(at)
    seen = CourseRun.objects.visible_to(request.user, day)
    groups = decisions.open_groups(run, at).filter(pk__in=seen.values("pk")).for_reading()
    data = request.POST if request.method == "POST" else None
    return DecisionForm(data, groups=groups, may_cancel=may_cancel(request.user, run, day))


def act(form, run, *, by):
    """What to tell who decided, or None with the refusal in the errors of the form."""
    choice, reason = form.cleaned_data["choice"], form.cleaned_data["reason"]
    try:
        if choice == HOLD:
            decisions.hold(run, by=by, reason=reason)
            return _("It is decided: the group takes place.")
        return said(decisions.call_off(run, by=by, reason=reason, there=form.group_of(choice)))
    except (decisions.DecisionRefused, RunRefused) as refused:
        form.add_error(None, str(refused))
        return None


def said(outcome):
    moved = ngettext("%(n)s person has moved", "%(n)s people have moved", outcome.moved)
    left = ngettext("%(n)s is shown other courses", "%(n)s are shown other courses", outcome.left)
    counts = {"moved": moved % {"n": number(outcome.moved)}, "left": left % {"n": number(outcome.left)}}
    return _("The group is cancelled: %(moved)s, %(left)s. Everyone will be told.") % counts
