"""Where is my enrolment? The link comes to the phone on record; the page says the same whatever was typed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from learningcity.clients import client_address, is_spent

from ..forms_passport import FindAgainForm
from ..models.enrolments import State
from ..services import lost_links
from .holders import link

MOST_PER_ADDRESS = 60  # in an hour


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def find_again(request):
    form = FindAgainForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        is_over = is_spent(
            "find again from", client_address(request), most=MOST_PER_ADDRESS, seconds=3600, when_away=None
        )
        if is_over is None:
            form.add_error("asked", _("This does not work right now. Try again in a few minutes, or call us."))
            return page(request, form, status=503)
        if is_over:
            form.add_error("asked", _("Too many tries from here. Wait an hour, or call us."))
            return page(request, form, status=429)
        lost_links.send(form.cleaned_data["asked"])
        messages.success(request, _("If this number or reference exists, you will receive a text message."))
        return redirect("find-again")
    return page(request, form, status=422 if form.errors else 200)


def page(request, form, *, status):
    return render(request, "participants/find_again.html", {"form": form}, status=status)


@login_not_required
@require_safe
def lost_list(request, signed):
    """The places of one phone, from the message that was sent to it."""
    places = lost_links.signed_places(signed)
    if places is None:
        return redirect("find-again")
    rows = [
        {
            "name": place.participant.first_name,
            "course": _("your course") if place.run.course.is_sensitive else place.run.course.title,
            "state": State(place.state).label,
            "href": link("receipt", place),
        }
        for place in places
    ]
    response = render(request, "participants/lost_list.html", {"rows": rows})
    response["X-Robots-Tag"] = "noindex"
    return response
