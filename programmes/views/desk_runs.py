"""The page of a group for those who plan it, and everything one does to a group as a whole."""

from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from learningcity import clock
from learningcity.i18n import number, short_date, time_of

from .. import wording
from ..forms.timetable import CopyForm, DecisionForm, OpeningForm, RuleForm, RunForm, sized
from ..models import CourseRun, Venue
from ..permissions import may_cancel, may_schedule, places_open_to
from ..services import runs, scheduling, timetable
from ..services.once import KeyUsed
from ..services.stale import Stale

AT_FIELD = {"enrolment_closes_at": "closes_on", "enrolment_opens_at": "opens_on"}
DECISIONS = {
    "open": (OpeningForm, runs.announce),
    "postpone": (DecisionForm, runs.postpone),
    "cancel": (DecisionForm, runs.cancel),
}


def today():
    return clock.local_day(clock.now())


def group(request, code, groups=CourseRun.objects.schedulable_by):
    """The group to change, or 404. `groups` are those this user may, on a day."""
    found = groups(request.user, today())
    return get_object_or_404(found.select_related("course", "venue__district", "room"), code=code)


def own_group(request, code):
    """The group to copy or to cancel for good, or 404."""
    return group(request, code, CourseRun.objects.owned_by)


def blame(form, refused):
    """What the rules refuse, said at the fields of a form where it is known which."""
    for gap in getattr(refused, "gaps", []):
        name = AT_FIELD.get(gap.field, gap.field)
        form.add_error(name if name in form.fields else None, gap.sentence)
    for sentence in [] if hasattr(refused, "gaps") else refused.sentences:
        form.add_error(None, sentence)


def answer_of(form, act):
    """What `act` makes of a valid form, or None with its refusal in the errors of the form."""
    if not form.is_valid():
        return None
    try:
        return act()
    except (runs.RunRefused, scheduling.TimetableRefused, KeyUsed) as refused:
        blame(form, refused)
    except Stale as stale:
        form.catch_up(stale.record)
    return None


def told(run):
    """How many people a decision about the group concerns."""
    return run.seats_taken + run.waiting_count


@require_safe
def run(request, code):
    at = clock.now()
    groups = CourseRun.objects.visible_to(request.user, clock.local_day(at))
    run = get_object_or_404(groups.select_related("course", "venue__district", "room"), code=code)
    may = may_schedule(request.user, run, clock.local_day(at))
    meetings = list(run.meetings.for_timetable())
    context = {
        "run": run,
        "tag": wording.status(run, at),
        "facts": facts(run),
        "rows": rows(meetings, changeable(run, at) if may else set()),
        "planned": sum(meeting.takes_place for meeting in meetings),
        "may_schedule": may,
        "may_cancel": may_cancel(request.user, run, clock.local_day(at)),
        "gaps": runs.missing(run) if may and run.decision in ("draft", "postponed") else [],
    }
    return render(request, "programmes/desk/run.html", context)


def changeable(run, at):
    return set(run.meetings.changeable(at).values_list("pk", flat=True))


def rows(meetings, changeable):
    """[{"meeting", "reason", "is_changeable"}] for a table of meetings."""
    reasons = timetable.reasons(meetings)
    return [
        {"meeting": each, "reason": reasons.get(each.pk, ""), "is_changeable": each.pk in changeable}
        for each in meetings
    ]


def facts(run):
    opens, closes = (at.astimezone(clock.CASABLANCA) for at in (run.enrolment_opens_at, run.enrolment_closes_at))
    window = {"from": f"{short_date(opens)}, {time_of(opens)}", "until": f"{short_date(closes)}, {time_of(closes)}"}
    trainers = [user.name for user in run.trainers.order_by("name", "pk")]
    return [
        {"key": _("Place"), "value": wording.place(run)},
        {"key": _("Room"), "value": sized(run.room) if run.room else _("No room yet")},
        {"key": _("Trainers"), "value": wording.listed(trainers) if trainers else _("Nobody yet")},
        {"key": _("Places in the group"), "value": seats(run)},
        {"key": _("How places are given"), "value": " ".join(wording.giving_rules([run]))},
        {"key": _("Waiting"), "value": waiting(run)},
        {"key": _("People needed to start"), "value": needed(run)},
        {"key": _("Enrolment"), "value": _("from %(from)s to %(until)s") % window},
        {"key": _("How the group meets"), "value": run.get_mode_display()},
        {"key": _("Language of teaching"), "value": wording.language(run) or _("Not said")},
        {"key": _("For"), "value": wording.audience(run)},
    ]


def seats(run):
    """`12 of 12 taken · 2 kept for the desk · 12 people have a place: the group goes down to 10 as they leave.`"""
    taken = _("%(taken)s of %(capacity)s taken") % {"taken": number(run.seats_taken), "capacity": number(run.capacity)}
    kept = ngettext("%(n)s kept for the desk", "%(n)s kept for the desk", run.desk_seats) % {"n": run.desk_seats}
    return " · ".join(part for part in (taken, kept if run.desk_seats else "", wording.falling(run)) if part)


def waiting(run):
    hours = run.answer_hours
    to_answer = ngettext("%(n)s hour to answer", "%(n)s hours to answer", hours) % {"n": number(hours)}
    parts = [number(run.waiting_count), to_answer, _("the waiting list is paused") if run.queue_paused else ""]
    return " · ".join(part for part in parts if part)


def needed(run):
    """`8 · decided on 3 May 2026`."""
    if not run.min_people:
        return _("It starts with whoever comes.")
    if run.decided_at:
        day = short_date(clock.local_day(run.decided_at))
        return f"{number(run.min_people)} · " + _("decided on %(day)s") % {"day": day}
    return f"{number(run.min_people)} · " + _("to decide on %(day)s") % {"day": short_date(run.decide_on)}


@require_http_methods(["GET", "HEAD", "POST"])
def run_edit(request, code):
    run = group(request, code)
    venues = places_open_to(request.user, today()) | Venue.objects.filter(pk=run.venue_id)
    form = RunForm(sent(request), run=run, venues=venues)
    change = partial(runs.change, run, by=request.user)
    if request.method == "POST" and (changed := answer_of(form, lambda: change(**form.cleaned_data))):
        messages.success(request, " ".join(filter(None, [_("The group is changed."), wording.falling(changed)])))
        return redirect("desk-run", code=run.code)
    return render(request, "programmes/desk/run_form.html", {"run": run, "form": form}, status=status_of(request))


@require_http_methods(["GET", "HEAD", "POST"])
def run_meetings(request, code):
    """Add the meetings of a rhythm; `show` only tells the days it finds."""
    run = group(request, code)
    form = RuleForm(sent(request), run=run)
    days = None
    if request.method == "POST" and "show" in request.POST:
        days = answer_of(form, lambda: timetable.dates_of(form.rule(), run.venue))
    elif request.method == "POST" and (made := answer_of(form, lambda: plan(run, form, request.user))):
        messages.success(request, added(made))
        return redirect("desk-run", code=run.code)
    context = {"run": run, "form": form, "days": days}
    status = 200 if days else status_of(request)
    return render(request, "programmes/desk/run_meetings.html", context, status=status)


def plan(run, form, by):
    means = {name: form.cleaned_data[name] for name in ("room", "trainer")}
    return scheduling.plan(run, form.rule(), by=by, **means)


def added(meetings):
    """`7 meetings added. 1 day is skipped: it is a holiday or the place is closed.`"""
    held = sum(meeting.takes_place for meeting in meetings)
    said = ngettext("%(n)s meeting added.", "%(n)s meetings added.", held) % {"n": held}
    if skipped := len(meetings) - held:
        said += " " + ngettext(
            "%(n)s day is skipped: a holiday, or the place is closed.",
            "%(n)s days are skipped: holidays, or the place is closed.",
            skipped,
        ) % {"n": skipped}
    return said


@require_http_methods(["GET", "HEAD", "POST"])
def run_decision(request, code, decision):
    """Ask before a group is opened, postponed or cancelled: `decision` is open, postpone or cancel."""
    run = own_group(request, code) if decision == "cancel" else group(request, code)
    form_class, act = DECISIONS[decision]
    form = form_class(sent(request))
    if request.method == "POST" and answer_of(form, lambda: act(run, by=request.user, **form.cleaned_data)):
        messages.success(request, decided(decision, told(run)))
        return redirect("desk-run", code=run.code)
    coming = run.meetings.changeable(clock.now()).count()
    context = {"run": run, "form": form, "decision": decision, "told": told(run), "coming": coming}
    return render(request, "programmes/desk/run_decision.html", context, status=status_of(request))


def decided(decision, people):
    if decision == "open":
        return _("The group is open to the public.")
    done = _("The group is cancelled.") if decision == "cancel" else _("The group is postponed.")
    return f"{done} {telling(people)}"


def telling(people):
    return ngettext("%(n)s person will be told.", "%(n)s people will be told.", people) % {"n": number(people)}


@require_http_methods(["GET", "HEAD", "POST"])
def run_copy(request, code):
    """The same group again from another day."""
    run = own_group(request, code)
    form = CopyForm(sent(request))
    if request.method == "POST":
        copy = answer_of(form, lambda: runs.duplicate(run, by=request.user, **form.cleaned_data))
        if copy:
            messages.success(request, _("This is the copy: a draft that only the staff see."))
            return redirect("desk-run", code=copy.code)
    return render(request, "programmes/desk/run_copy.html", {"run": run, "form": form}, status=status_of(request))


def status_of(request):
    """A form that is shown again was refused."""
    return 422 if request.method == "POST" else 200


def sent(request):
    return request.POST if request.method == "POST" else None
