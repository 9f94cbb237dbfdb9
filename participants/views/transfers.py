"""Moving someone to another group of the course, by those who keep its places."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from learningcity import clock
from learningcity.services import audit
from programmes.models import CourseRun

from ..forms import TransferForm
from ..models import Enrolment
from ..permissions import may_move_people
from ..services import transfers
from ..services.refusals import EnrolmentRefused


@require_http_methods(["GET", "HEAD", "POST"])
def transfer(request, reference):
    at = clock.now()
    day = clock.local_day(at)
    enrolment = place_kept_by(request.user, reference, day)
    if enrolment.state not in transfers.MAY_MOVE:
        return redirect("roster", code=enrolment.run.code)
    seen = CourseRun.objects.visible_to(request.user, day)
    groups = [group for group in transfers.open_groups(enrolment, at) if seen.filter(pk=group.pk).exists()]
    form = TransferForm(request.POST if request.method == "POST" else None, groups=groups)
    if form.is_valid() and (moved := act(form, enrolment, by=request.user)):
        messages.success(request, _("The person is moved and will be told."))
        return redirect("roster", code=moved.run.code)
    audit.note("read place", enrolment, by=request.user, count=1)
    context = {"enrolment": enrolment, "form": form, "has_groups": bool(groups)}
    return render(request, "participants/transfer.html", context, status=422 if form.errors else 200)


def place_kept_by(user, reference, day):
    places = Enrolment.objects.select_related("participant", "run__course", "run__venue")
    enrolment = get_object_or_404(places, reference=reference)
    if not may_move_people(user, enrolment.run, day):
        raise Http404
    return enrolment


def act(form, enrolment, *, by):
    """The new place, or None with the refusal in the errors of the form."""
    try:
        return transfers.transfer(enrolment, form.cleaned_data["group"], by=by, reason=form.cleaned_data["reason"])
    except EnrolmentRefused as refused:
        form.add_error("group", refused.reason.sentence)
        return None
