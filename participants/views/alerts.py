"""Be told when a course opens: a phone number, nothing else."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from learningcity import clock
from learningcity.clients import is_too_often
from learningcity.views import errors
from programmes import cards, filters, openings

from ..forms import AlertForm
from ..models import Alert
from ..services import alerts

MOST_CARDS = 5
MOST_PER_ADDRESS = 60  # in an hour


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    """The search comes in the address, the phone in the form. What is said is the same whether or not this phone has
    asked for it before."""
    if request.method == "POST" and is_too_often(request, "alerts", most=MOST_PER_ADDRESS, seconds=3600):
        return errors.too_many(request)
    question = filters.read(request.GET)
    back = reverse("catalogue") + filters.address(question)
    form = AlertForm(request.POST or None, initial={"language": translation.get_language()})
    if form.is_valid():
        try:
            alert = alerts.save(question, **form.cleaned_data)
        except alerts.TooManyAlerts:
            form.add_error("phone", _("This phone already has 5 alerts. End one of them first."))
        else:
            alerts.send_link(alert)
            messages.success(request, _("Noted. We send you a text message with the link that ends this alert."))
            return redirect(back)
    context = {"form": form, "wanted": wanted(question), "back": back}
    return render(request, "participants/alert.html", context, status=422 if form.errors else 200)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def link(request, alert):
    """What the text message leads to: the courses, and the end of the alert. Opening it changes nothing."""
    if request.method == "POST":
        alerts.stop(alert)
        messages.success(request, _("This alert has ended. Your number is deleted from it and from its messages."))
        return redirect("catalogue")
    kept = get_object_or_404(Alert, token=alert)
    language = request.GET.get("langue")
    if language not in dict(settings.LANGUAGES):
        language = kept.language
    with translation.override(language):
        request.LANGUAGE_CODE = language
        response = render(request, "participants/alert_link.html", contents(kept))
    response["Content-Language"] = language
    return response


def contents(alert):
    """Of each course the best group."""
    question, at = alerts.question_of(alert), clock.now()
    fitting = openings.best_runs(at, pk__in=alerts.joinable(question, at)).values()
    return {
        "wanted": wanted(question),
        "cards": cards.of_runs(list(fitting)[:MOST_CARDS], at),
        "list": reverse("catalogue") + filters.address(question),
    }


def wanted(question):
    """The search in words: `couture · Sidi Moumen · Saturday`."""
    return " · ".join(link.label for link in filters.links(question)) or _("All courses")
