"""What the pages of an enrolment have in common: their group, the answers so far, and the way from one to the next."""

from functools import wraps
from hashlib import sha256

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from learningcity import clock
from learningcity.clients import is_too_often
from learningcity.idempotency import own_key
from programmes import wording
from programmes.models import Course, CourseRun

from ..forms import ContactForm, PersonForm
from ..services import drafts
from ..services.refusals import Refusal, run_refusal
from .holders import link
from .refusals import address, refused

STEPS = 3


def kept_by_browser(view):
    """The answer to a form can be shown to who comes back to it only by a browser that has kept it."""

    @wraps(view)
    def page(request, **named):
        response = view(request, **named)
        if request.method == "POST":
            response["Cache-Control"] = "private, no-cache"
        return response

    return page


def step(view):
    """The group and the answers so far, for a page of the journey; a group that is closed to all says why instead."""

    @own_key
    @login_not_required
    @require_http_methods(["GET", "HEAD", "POST"])
    @kept_by_browser
    @wraps(view)
    def page(request, code):
        run = get_object_or_404(public_or_practice().with_place(), code=code)
        draft = drafts.find(run, request.GET.get("d"))
        if draft and draft.enrolment_id:
            return redirect(link("receipt", draft.enrolment))
        if reason := run_refusal(run, clock.now()) or address_refusal(request):
            return refused(request, run, draft, reason)
        return view(request, run, draft)

    return page


def later_step(view):
    """A page that makes no sense before the ones in front of it: without their answers it leads back to the first."""

    @step
    @wraps(view)
    def page(request, run, draft):
        return start_again(request, run) if draft is None else view(request, run, draft)

    return page


def public_or_practice():
    shown = CourseRun.objects.exclude(decision=CourseRun.Decision.DRAFT).filter(course__state=Course.State.PUBLISHED)
    return shown.exclude(course__kind=Course.Kind.TEMPLATE)


def address_refusal(request):
    """A class that enrols from one library passes; a script that never stops does not."""
    if request.method == "POST" and is_too_often(
        request, "enrol", most=settings.ENROLMENT_POSTS_PER_HOUR, seconds=3600
    ):
        return Refusal("too_often", _("Too many forms came from here. Your answers are kept: try again in an hour."))
    return None


# --- The way ----------------------------------------------------------------------------------------------------


def visit_of(request):
    """This way from a course page into the journey, in this browser: to whom the address is sent it is another."""
    way, browser = request.GET.get("v", ""), request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    return sha256(f"{way} {browser}".encode()).hexdigest() if way and browser else ""


def first_gap(answers):
    """The first page before the check whose answers are missing, or None."""
    if "birth" not in answers or (answers.get("who") != "me" and not answers.get("relation")):
        return "enrol-person"
    return None if "channel" in answers else "enrol-contact"


def start_again(request, run):
    """No answers are behind this link, or no more. What was typed on a page that stayed open is not lost."""
    draft = rescued(request.POST, run) if request.method == "POST" else None
    if draft:
        messages.info(request, _("The page stayed open too long. What you have just written is kept."))
    elif request.GET.get("d"):
        messages.info(request, _("Answers are kept for two hours, and they have passed. Start again here."))
    return redirect(address("enrol-who", draft) if draft else reverse("enrol-who", args=[run.code]))


def rescued(typed, run):
    """The answers of one page of the journey as a new draft, or None."""
    for form in (PersonForm(typed, who="child" if "relation" in typed else "me"), ContactForm(typed)):
        if form.is_valid():
            return drafts.keep(None, run=run, answers=form.cleaned_data)
    return None


def form_page(request, run, draft, form, *, number, back):
    context = {
        "run": run,
        "form": form,
        "number": number,
        "total": STEPS,
        "back": back,
        "schedule": wording.schedule(run),
    }
    return render(request, "participants/step.html", context, status=422 if form.errors else 200)
