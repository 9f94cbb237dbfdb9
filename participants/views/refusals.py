"""Not form errors: pages that say why someone cannot go on and offer the next step, answers kept."""

from django.shortcuts import render
from django.urls import reverse

from learningcity import clock
from programmes import cards, openings
from programmes.models import Course, CourseRun
from programmes.services import demand

from ..services import drafts, prerequisites
from ..services.people import is_alone
from ..services.refusals import age_on, alone, date_refusal, person_refusal, refusal
from . import stories

STATUSES = {"full_now": 200, "too_often": 429, "too_many": 429}


def stopped(request, run, draft):
    """The page for a person who cannot go on in this group, or None."""
    learner = drafts.person_of(draft.answers)
    if reason := date_refusal(learner, run) or person_refusal(learner, run):
        return refused(request, run, draft, reason)
    return with_an_adult(request, run, draft, alone()) if is_alone(learner) else None


def with_an_adult(request, run, draft, reason):
    """The answers are kept, as those about a child: the adult who acts for it has two to add."""
    note(request, run, reason)
    draft = drafts.keep(draft, run=run, answers={"who": "child"})
    context = {"run": run, "person_url": address("enrol-person", draft), "who_url": address("enrol-who", draft)}
    return render(request, "participants/with_an_adult.html", context, status=422)


def refused(request, run, draft, reason):
    note(request, run, reason)
    at = clock.now()
    answers = draft.answers if draft else {}
    learner = drafts.person_of(answers) if "birth" in answers else None
    context = {
        "run": run,
        "reason": reason,
        "draft": draft,
        "line": stories.line(run, run.waiting_count + 1),
        "first_name": answers.get("given_name") or answers.get("family_name"),
        "age": learner and age_on(run.starts_on, birth_year=learner.birth_year, birth_date=learner.birth_date),
        "declared": answers.get("declared", ()),
        "steps": prerequisites.steps(run.course) if reason.code == "prerequisite" else (),
        "person_url": address("enrol-person", draft) if draft else None,
        "check_url": address("enrol-check", draft) if draft else None,
        "others": cards.of_runs(other_groups(run, learner, at), at),
    }
    return render(request, "participants/refused.html", context, status=STATUSES.get(reason.code, 409))


def note(request, run, reason):
    """For the figures of what is missing, without the person."""
    if request.method == "POST" and run.course.kind != Course.Kind.PRACTICE:
        demand.note_refusal(run, reason.code)


def other_groups(run, learner, at):
    """Groups with places of up to three courses of the theme; of those, where `learner` is known, she may join."""
    runs = CourseRun.objects.on_offer(at).with_places().filter(course__theme=run.course.theme).exclude(pk=run.pk)
    if learner:
        fitting = [other.pk for other in runs.select_related("course")[:50] if refusal(learner, other, at) is None]
        runs = runs.filter(pk__in=fitting)
    return list(openings.best_runs(at, pk__in=runs.values("pk")).values())[:3]


def address(name, draft):
    return f"{reverse(name, args=[draft.run.code])}?d={draft.token}"
