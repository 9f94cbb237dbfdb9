"""New hours for many meetings at once: choose them, see what would be, then apply."""

import re

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from learningcity import clock
from learningcity.i18n import number

from ..forms.timetable import HoursForm, ScopeForm
from ..models import CourseRun, Meeting, Venue
from ..services import days, scheduling
from .desk_runs import answer_of, sent, status_of, telling, today
from .desk_timetable import week_of

MOST = 300  # meetings that one page lists


@require_http_methods(["GET", "HEAD", "POST"])
def meetings_edit(request):
    runs = CourseRun.objects.schedulable_by(request.user, today())
    if not runs.exists():
        raise Http404
    form, act = HoursForm(sent(request)), request.POST.get("do", "look")
    if request.method != "POST" or act == "edit" or not form.is_valid():
        return choose(request, runs, form, status=200 if act == "edit" else status_of(request))
    meetings = picked(runs, form)
    done = act == "apply" and answer_of(
        form, lambda: scheduling.retime(meetings, by=request.user, reason=form.cleaned_data["reason"], **form.hours())
    )
    if done:
        messages.success(request, changed(done))
        return redirect(f"{reverse('desk-timetable')}?semaine={week_of(min(each.date for each in done))}")
    return look(request, form, meetings, status=422 if act == "apply" else 200)


def picked(runs, form):
    """The meetings ticked, each in the revision in which it was shown; what is out of scope is left out."""
    seen = form.cleaned_data["seance"]
    meetings = list(Meeting.objects.filter(run__in=runs, pk__in=seen).for_timetable())
    for meeting in meetings:
        meeting.revision = seen[meeting.pk]
    return meetings


def changed(meetings):
    done = ngettext("%(n)s meeting has new hours.", "%(n)s meetings have new hours.", len(meetings))
    return f"{done % {'n': number(len(meetings))}} {telling(people(meetings))}"


def people(meetings):
    """How many are enrolled in the groups of these meetings: each is told once."""
    return sum({meeting.run_id: meeting.run.seats_taken for meeting in meetings}.values())


def choose(request, runs, form, *, status):
    """The page on which meetings are ticked. The address says which are offered: ticked ones, or a scope."""
    venues = Venue.objects.filter(pk__in=runs.values("venue")).order_by("name", "pk")
    asked = any(request.GET.get(name) for name in ("du_2", "au_2", "lieu", "groupe", "seance"))
    scope = ScopeForm(request.GET if asked else None, venues=venues, initial=next_ramadan())
    offered = list(offered_in(request, runs, scope)[: MOST + 1]) if asked else []
    ticked = set(re.findall(r"\b([0-9]{1,18})-", " ".join(form.data.getlist("seance")))) if form.is_bound else None
    context = {
        "scope": scope,
        "form": form,
        "asked": asked,
        "is_cut": len(offered) > MOST,
        "picks": [(each, ticked is None or str(each.pk) in ticked) for each in offered[:MOST]],
    }
    return render(request, "programmes/desk/meetings_edit.html", context, status=status)


def next_ramadan():
    """The days proposed: those of the Ramadan to come, by calculation."""
    first, last = days.next_ramadan(today()) or (None, None)
    return {"du": first, "au": last}


def offered_in(request, runs, scope):
    meetings = Meeting.objects.changeable(clock.now()).filter(run__in=runs).for_timetable()
    ticked = [text for text in request.GET.getlist("seance") if re.fullmatch(r"[0-9]{1,18}", text)]
    if ticked:
        return meetings.filter(pk__in=ticked)
    if not scope.is_valid():
        return meetings.none()
    wanted = {
        "date__gte": scope.cleaned_data["du"],
        "date__lte": scope.cleaned_data["au"],
        "run__venue": scope.cleaned_data["lieu"],
        "run__code": scope.cleaned_data["groupe"],
    }
    return meetings.filter(**{name: value for name, value in wanted.items() if value})


def look(request, form, meetings, *, status):
    """What would change, with what stands in the way; nothing is written."""
    previews = scheduling.preview(meetings, **form.hours())
    context = {
        "form": form,
        "previews": previews,
        "blocked": sum(bool(each.problem or each.clashes) for each in previews),
        "people": people(meetings),
    }
    return render(request, "programmes/desk/meetings_preview.html", context, status=status)
