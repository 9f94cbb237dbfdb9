"""Enrolling without an account: four short pages, then the receipt. GET reads, POST keeps and moves on."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_POST, require_safe

from programmes.models import Course, CourseRun

from ..forms import CheckForm, ContactForm, PersonForm
from ..forms_passport import WhoInPassportForm
from ..models.enrolments import new_token
from ..services import drafts, families, passports, prerequisites
from ..services.refusals import EnrolmentRefused, full_refusal
from . import stories, summaries
from .holders import held, link
from .journey import first_gap, form_page, later_step, step, visit_of
from .passport import ask_pin, is_open, is_proved, resident_of
from .refusals import address, refused, stopped, with_an_adult

NOT_SAID = {"together": False, "declared": []}  # on the check page


@login_not_required
@require_safe
def group(request):
    """The chosen radio card of a course page, as an address."""
    run = get_object_or_404(CourseRun.objects.public(), code=request.GET.get("groupe", ""))
    return redirect(f"{reverse('enrol-who', args=[run.code])}?v={new_token()}")


@step
def who(request, run, draft):
    draft = draft or drafts.of_visit(run, visit_of(request))
    known = draft.answers if draft else {"who": request.GET.get("who")}
    resident = resident_of(request)
    family = passports.people_of(resident) if resident else []
    form = WhoInPassportForm(request.POST or None, initial=known, people=family)
    if form.is_valid() and form.person:
        return of_passport(request, run, draft, form.person)
    if form.is_valid():
        draft = drafts.keep(draft, run=run, answers=form.cleaned_data | {"visit": visit_of(request)})
        return redirect(address("enrol-person", draft))
    return form_page(request, run, draft, form, number=1, back=reverse("course", args=[run.course.slug]))


def of_passport(request, run, draft, person):
    """Someone whose answers are all known: the check page is next."""
    if not is_open(request, person):
        return ask_pin(request, person)
    answers = passports.answers_of(person.participant) | {"visit": visit_of(request)}
    draft = drafts.keep(draft, run=run, answers=answers)
    if page := stopped(request, run, draft):
        return page
    return redirect(address("enrol-clash" if drafts.clashing(draft) else "enrol-check", draft))


@later_step
def person(request, run, draft):
    form = PersonForm(request.POST or None, initial=draft.answers, who=draft.answers.get("who", "me"))
    if form.is_valid():
        draft = drafts.keep(draft, run=run, answers=form.cleaned_data)
        following = redirect(address(first_gap(draft.answers) or "enrol-check", draft))
        return stopped(request, run, draft) or following
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
    known = {"language": translation.get_language()} | draft.answers
    known["phone"] = known.get("phone_typed", known.get("phone", ""))
    form = ContactForm(request.POST or None, initial=known)
    if form.is_valid():
        draft = drafts.keep(draft, run=run, answers=form.cleaned_data)
        undecided = "clash" not in draft.answers and drafts.clashing(draft)
        return redirect(address("enrol-clash" if undecided else "enrol-check", draft))
    return form_page(request, run, draft, form, number=3, back=address("enrol-person", draft))


@later_step
def check(request, run, draft):
    if gap := first_gap(draft.answers):
        return redirect(address(gap, draft))
    required, first = prerequisites.declared_in(run.course), families.beside(draft)
    first = None if first and families.too_large(first) else first
    form = CheckForm(request.POST or None, initial=draft.answers, beside=first, required=required)
    if form.is_valid():
        said = {name: form.cleaned_data.get(name, nothing) for name, nothing in NOT_SAID.items()}
        if said != NOT_SAID | {name: draft.answers[name] for name in NOT_SAID if name in draft.answers}:
            draft = drafts.keep(draft, run=run, answers=said)
        return send(request, run, draft)
    learner = drafts.person_of(draft.answers)
    context = {
        "form": form,
        "run": run,
        "draft": draft,
        "rows": summaries.answers(learner, draft, address),
        "line": None if run.places_left or run.awaits_draw else stories.line(run, run.waiting_count + 1),
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
        enrolment = drafts.send(draft, may_wait=may_wait, is_proved=is_proved(request, draft))
    except EnrolmentRefused as refusal:
        if refusal.reason.code == "alone":
            return with_an_adult(request, run, draft, refusal.reason)
        if refusal.reason.code == "clash":
            return redirect(address("enrol-clash", draft))
        if refusal.reason.code == "already":
            drafts.remind_of_receipt(draft)
        return refused(request, CourseRun.objects.for_reading().get(pk=run.pk), draft, refusal.reason)
    if resident := resident_of(request):
        passports.link_same_phone(resident, enrolment.participant)
    return redirect(link("receipt", enrolment))
