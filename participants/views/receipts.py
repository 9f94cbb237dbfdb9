"""A place in a group as it stands now, its dates for a calendar, and the way to give it up. Opening changes nothing."""

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from learningcity import clock
from programmes import cards, feeds, openings, wording
from programmes.models import Course, CourseRun

from ..forms import LeaveForm
from ..models import Enrolment
from ..models.enrolments import LIVE, ON_ROSTER, State
from ..services import background, families, queue, surveys
from ..services.refusals import run_refusal
from . import refusals, stories, summaries
from .holders import held, link


@held
@require_safe
def receipt(request, enrolment):
    at = clock.now()
    context = group_of(enrolment) | standing(enrolment, at) | ways_on(enrolment, at)
    return render(request, "participants/receipt.html", context)


@held
@require_safe
def calendar(request, enrolment):
    """The meetings of the group; none for who has no place there, unless they are all marked as called off."""
    run = enrolment.run
    goes = enrolment.state in ON_ROSTER or run.decision in feeds.OFF
    content = feeds.calendar(run.course.title, feeds.of_run(run) if goes else [], clock.local_day(clock.now()))
    headers = {"Content-Disposition": f'attachment; filename="{run.code}.ics"'}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)


@held
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request, enrolment):
    at = clock.now()
    if not stories.may_leave(enrolment, at):
        return redirect(link("receipt", enrolment))
    form = LeaveForm(request.POST if request.method == "POST" else None)  # an empty one is an answer too
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        queue.leave(enrolment, by=None, why=f"learner: {reason}" if reason else "learner")
        return redirect(link("receipt", enrolment))
    context = group_of(enrolment) | {
        "form": form,
        "effects": stories.effects(enrolment, at),
        "receipt": link("receipt", enrolment),
    }
    return render(request, "participants/cancel.html", context, status=422 if form.errors else 200)


# --- What the pages say ---------------------------------------------------------------------------------------


def group_of(enrolment):
    """The person and the group, as every page behind the link names them."""
    run = enrolment.run
    return {
        "enrolment": enrolment,
        "run": run,
        "name": format_html("<bdi>{}</bdi>", enrolment.participant.first_name),
        "in_line": enrolment.state in stories.IN_LINE,
        "facts": summaries.facts(run),
        "replaced": replaced(enrolment),
    }


def replaced(enrolment):
    """The groups at the same hours that end when this place is a seat: [{"title"}]. A sensitive course is not named:
    whoever typed a name and a phone holds this link."""
    if not enrolment.replaces or enrolment.state not in stories.NO_SEAT_YET:
        return []
    live = Enrolment.objects.live().filter(pk__in=enrolment.replaces).select_related("run__course")
    runs = [place.run for place in live.order_by("pk")]
    return [{"title": _("your other course") if run.course.is_sensitive else run.course.title} for run in runs]


def standing(enrolment, at):
    """The state, what it means, and what she waits for."""
    run, place = enrolment.run, enrolment.place_in_line
    still = stories.stands_still(enrolment, at)
    return {
        "state": stories.state_of(enrolment, at),
        "story": stories.of(enrolment, at),
        "place": place,
        "line": stories.line(run, place) if place and not still else None,
        "stands_still": still,
        "unfit": unfit(enrolment) if place and not still else "",
        "movement": queue.movement(run, at) if place else None,
        "deadline": stories.deadline(enrolment.answer_by) if enrolment.answer_by else "",
        "minimum": wording.minimum(run, clock.local_day(at)) if enrolment.state in LIVE else "",
        "has_certificate": has_certificate(enrolment),
        "postponed": enrolment.state in LIVE and run.decision == CourseRun.Decision.POSTPONED,
        "is_written_to": enrolment.participant.is_texted,
    }


def unfit(enrolment):
    """Why she is passed over while she waits, as a sentence, or empty."""
    own = Q(pk=enrolment.pk) | Q(party=enrolment.party, party__isnull=False)
    code = families.misfits(list(queue.waiting(enrolment.run).filter(own)), enrolment.run).get(enrolment)
    if code == "together":
        return _("You are passed over: the group is not for someone you want in with any more. Call us.")
    return _("You are passed over: the group is not for this person any more. Call us.") if code else ""


def ways_on(enrolment, at):
    """Where she can go from here; an empty address is a way that is closed."""
    run, start = enrolment.run, queue.start_of(enrolment.run)
    goes = enrolment.state == State.ENROLLED
    looks_on = enrolment.state not in LIVE or stories.stands_still(enrolment, at)
    takes_more = run.course.kind == Course.Kind.REGULAR and run_refusal(run, at) is None
    return {
        "dates": dates(run) if enrolment.state in LIVE else [],
        "starts_later": at < start,
        "start": stories.deadline(start),
        "calendar": link("receipt-calendar", enrolment) if goes else "",
        "cancel": link("cancel", enrolment) if stories.may_leave(enrolment, at) else "",
        "offer": link("offer", enrolment),
        "rejoin": rejoining(enrolment, at),
        "opinion": link("survey", enrolment) if surveys.is_open(enrolment) else "",
        "next_place": next_place(enrolment),
        "questions": questions(enrolment, clock.local_day(at)) if goes else "",
        "draw": reverse("draw", args=[run.code]) if enrolment.drawn_rank else "",
        "passport": reverse("passport-join", args=[enrolment.token]),
        "another": reverse("enrol-another", args=[enrolment.token]) if takes_more else "",
        "others": others(enrolment, at) if looks_on else (),
        "share_text": wording.share_text(run.course, run),
    }


def questions(enrolment, day):
    """Address of the optional questions, or empty."""
    return link("background", enrolment) if background.is_open(enrolment.participant, day) else ""


def dates(run):
    meetings = run.meetings.all()
    openings.say_why(meetings)
    return [cards.sitting(meeting) for meeting in meetings]


def rejoining(enrolment, at):
    """The line she would join again at its end, or None."""
    return stories.line(enrolment.run, enrolment.run.waiting_count + 1) if stories.may_rejoin(enrolment, at) else None


def next_place(enrolment):
    """Address of the receipt of the group she was moved to, or empty."""
    if enrolment.state != State.TRANSFERRED:
        return ""
    later = Enrolment.objects.live().filter(participant=enrolment.participant_id, run__course=enrolment.run.course_id)
    found = later.order_by("-joined_at", "-pk").first()
    return link("receipt", found) if found else ""


def others(enrolment, at):
    return cards.of_runs(refusals.other_groups(enrolment.run, enrolment.participant, at), at)


def has_certificate(enrolment):
    valid = enrolment.certificates.filter(revoked_on=None, replaced_by=None)
    return enrolment.state == State.COMPLETED and valid.exists()
