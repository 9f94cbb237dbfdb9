"""Enrolling without an account: four short pages, then the receipt. GET reads, POST keeps and moves on."""

from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from learningcity import clock
from learningcity.clients import is_too_often
from programmes import cards, openings, wording
from programmes.models import Course, CourseRun
from programmes.services import demand

from ..forms import CheckForm, ContactForm, PersonForm, WhoForm
from ..services import clashes, drafts, families
from ..services.refusals import EnrolmentRefused, Refusal, full_refusal, person_refusal, refusal, run_refusal
from . import stories, summaries
from .holders import held, link

STEPS = 3
STATUSES = {"full_now": 200, "too_often": 429, "too_many": 429}


def step(view):
    """The group and the answers so far, for a page of the journey; a group that is closed to all says why instead."""

    @login_not_required
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def page(request, code):
        run = get_object_or_404(public_or_practice().for_reading(), code=code)
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
        if draft is None:
            return redirect("enrol-who", code=run.code)
        return view(request, run, draft)

    return page


@login_not_required
@require_safe
def group(request):
    """The chosen radio card of a course page, as an address."""
    run = get_object_or_404(CourseRun.objects.public(), code=request.GET.get("groupe", ""))
    return redirect("enrol-who", code=run.code)


@step
def who(request, run, draft):
    known = draft.answers if draft else {"who": request.GET.get("who")}
    form = WhoForm(request.POST or None, initial=known)
    if form.is_valid():
        draft = drafts.keep(draft, run=run, answers=form.cleaned_data)
        return redirect(address("enrol-person", draft))
    return form_page(request, run, draft, form, number=1, back=reverse("course", args=[run.course.slug]))


@later_step
def person(request, run, draft):
    form = PersonForm(request.POST or None, initial=draft.answers, who=draft.answers.get("who", "me"))
    if form.is_valid():
        draft = drafts.keep(draft, run=run, answers=form.cleaned_data)
        if reason := person_refusal(drafts.person_of(draft.answers), run):
            return refused(request, run, draft, reason)
        return redirect(address(first_gap(draft.answers) or "enrol-check", draft))
    return form_page(request, run, draft, form, number=2, back=address("enrol-who", draft))


@held
@require_POST
def another(request, enrolment):
    """Someone else in the same group, from the receipt of the first."""
    draft = drafts.keep(None, run=enrolment.run, answers=families.shared_answers(enrolment))
    return redirect(address("enrol-person", draft))


@later_step
def contact(request, run, draft):
    if first_gap(draft.answers) == "enrol-person":
        return redirect(address("enrol-person", draft))
    initial = {"language": translation.get_language()} | draft.answers
    form = ContactForm(request.POST or None, initial=initial)
    if form.is_valid():
        draft = drafts.keep(draft, run=run, answers=form.cleaned_data)
        undecided = clashes.of(drafts.person_of(draft.answers), run) and "clash" not in draft.answers
        return redirect(address("enrol-clash" if undecided else "enrol-check", draft))
    return form_page(request, run, draft, form, number=3, back=address("enrol-person", draft))


@later_step
def check(request, run, draft):
    if gap := first_gap(draft.answers):
        return redirect(address(gap, draft))
    form = CheckForm(request.POST or None, beside=families.beside(draft))
    if form.is_valid():
        if form.cleaned_data.get("together"):
            draft = drafts.keep(draft, run=run, answers={"together": True})
        return send(request, run, draft)
    learner = drafts.person_of(draft.answers)
    context = {
        "form": form,
        "run": run,
        "draft": draft,
        "rows": summaries.answers(learner, draft, address),
        "line": None if run.places_left or run.is_drawn else stories.line(run.waiting_count + 1),
        "draw_day": stories.draw_day(run),
    }
    return render(request, "participants/check.html", context, status=422 if form.errors else 200)


def send(request, run, draft):
    if run.course.kind == Course.Kind.PRACTICE:
        draft.delete()
        return redirect(f"{reverse('practice')}?fait=1")
    may_wait = "wait" in request.POST
    if reason := full_refusal(run, may_wait=may_wait):  # in a rush most people are told so without waiting for a lock
        return refused(request, run, draft, reason)
    try:
        enrolment = drafts.send(draft, may_wait=may_wait)
    except EnrolmentRefused as refusal:
        if refusal.reason.code == "clash":
            return redirect(address("enrol-clash", draft))
        if refusal.reason.code == "already":
            drafts.remind_of_receipt(draft)
        return refused(request, CourseRun.objects.for_reading().get(pk=run.pk), draft, refusal.reason)
    return redirect(link("receipt", enrolment))


def address_refusal(request):
    """A class that enrols from one library passes; a script that never stops does not."""
    if request.method == "POST" and is_too_often(
        request, "enrol", most=settings.ENROLMENT_POSTS_PER_HOUR, seconds=3600
    ):
        return Refusal("too_often", _("Too many forms came from here. Your answers are kept: try again in an hour."))
    return None


# --- What several pages share -------------------------------------------------------------------------


def public_or_practice():
    practice = CourseRun.objects.filter(course__kind=Course.Kind.PRACTICE, course__state=Course.State.PUBLISHED)
    return CourseRun.objects.public() | practice.exclude(decision=CourseRun.Decision.DRAFT)


def first_gap(answers):
    """The first page before the check whose answers are missing, or None."""
    if "birth" not in answers or (answers.get("who") != "me" and not answers.get("relation")):
        return "enrol-person"
    return None if "channel" in answers else "enrol-contact"


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


def refused(request, run, draft, reason):
    """Not a form error: a page that says why and offers the next step, answers kept."""
    if request.method == "POST" and run.course.kind != Course.Kind.PRACTICE:
        demand.note_refusal(run, reason.code)
    at = clock.now()
    answers = draft.answers if draft else {}
    learner = drafts.person_of(answers) if "birth" in answers else None
    context = {
        "run": run,
        "reason": reason,
        "draft": draft,
        "line": stories.line(run.waiting_count + 1),
        "first_name": answers.get("given_name") or answers.get("family_name"),
        "person_url": address("enrol-person", draft) if draft else None,
        "check_url": address("enrol-check", draft) if draft else None,
        "others": cards.of_runs(other_groups(run, learner, at), at),
    }
    return render(request, "participants/refused.html", context, status=STATUSES.get(reason.code, 409))


def other_groups(run, learner, at):
    """Groups with places of up to three courses of the theme; of those, where `learner` is known, she may join."""
    runs = CourseRun.objects.on_offer(at).with_places().filter(course__theme=run.course.theme).exclude(pk=run.pk)
    if learner:
        fitting = [other.pk for other in runs.select_related("course")[:50] if refusal(learner, other, at) is None]
        runs = runs.filter(pk__in=fitting)
    return list(openings.best_runs(at, pk__in=runs.values("pk")).values())[:3]


def address(name, draft):
    return f"{reverse(name, args=[draft.run.code])}?d={draft.token}"
