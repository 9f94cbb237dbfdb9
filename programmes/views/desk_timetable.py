"""The timetable of the staff: a week by room or by trainer, and one meeting."""

import re
from datetime import date, timedelta
from itertools import groupby

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from learningcity import clock

from ..forms.timetable import CancelForm, MeansForm, MoveForm, TakeUpForm
from ..models import CourseRun, Meeting, Venue
from ..permissions import has_courses, has_places
from ..services import scheduling, timetable
from .desk_runs import answer_of, status_of, telling, today

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
WEEK_CODE = re.compile(r"([0-9]{4})-W([0-9]{2})")
MOST = 300  # meetings that one page shows
SHEETS = {"move": MoveForm, "means": MeansForm, "cancel": CancelForm, "take_up": TakeUpForm}


# --- A week -------------------------------------------------------------------------------------------------


@require_safe
def week(request):
    """Seven days of the groups one looks after, with what clashes and what is off."""
    day = today()
    if not has_courses(request.user, day):
        raise Http404
    runs = CourseRun.objects.visible_to(request.user, day)
    venues = Venue.objects.filter(pk__in=runs.values("venue")).order_by("name", "pk")
    chosen = choices(request.GET, day) | {"venue": venues.filter(slug=request.GET.get("lieu", "")).first()}
    meetings = list(meetings_of(runs, **chosen)[: MOST + 1])
    context = chosen | {
        "days": columns(request.user, meetings[:MOST], **chosen),
        "is_cut": len(meetings) > MOST,
        "sunday": chosen["monday"] + 6 * DAY,
        "weeks": [week_of(chosen["monday"] + step) for step in (-WEEK, 0 * WEEK, WEEK)],
        "venues": venues,
        "people": get_user_model().objects.filter(pk__in=runs.values("trainers")).order_by("name", "pk"),
        "has_places": has_places(request.user, day),
        "may_change": CourseRun.objects.schedulable_by(request.user, day).exists(),
    }
    return render(request, "programmes/desk/timetable.html", context)


def choices(query, day):
    """The week, the trainer and the order named by an address; nonsense counts as nothing."""
    trainer = query.get("formateur", "")
    return {
        "monday": monday_of(query.get("semaine", ""), day),
        "trainer": int(trainer) if re.fullmatch(r"[0-9]{1,18}", trainer) else None,
        "by": "trainer" if query.get("par") == "formateur" else "room",
    }


def monday_of(text, day):
    """Monday of `2027-W02`, or of the week of `day`."""
    found = WEEK_CODE.fullmatch(text)
    near = found and abs(int(found[1]) - day.year) <= 20
    try:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1) if near else day - day.weekday() * DAY
    except ValueError:
        return day - day.weekday() * DAY


def week_of(day):
    year, number, _weekday = day.isocalendar()
    return f"{year}-W{number:02}"


def meetings_of(runs, *, monday, venue, trainer, **_order):
    found = Meeting.objects.filter(run__in=runs, date__range=(monday, monday + 6 * DAY))
    if venue:
        found = found.filter(run__venue=venue)
    if trainer:
        by_group = Q(trainer=None, run__in=CourseRun.objects.filter(trainers=trainer))
        found = found.filter(Q(trainer=trainer) | by_group)
    return found.exclude(state=Meeting.State.CANCELLED).for_timetable()


def columns(user, meetings, *, monday, venue, by, **_chosen):
    """[{"day", "is_today", "off" (why no courses), "groups": [(room or trainer, [entry])]}] from Monday to Sunday."""
    off = timetable.DaysOff({each.run.venue_id for each in meetings} | ({venue.pk} if venue else set()), since=monday)
    entries = entries_of(user, meetings, off)
    where = venue.pk if venue else None
    return [
        {
            "day": day,
            "is_today": day == today(),
            "off": timetable.said(off.why(day, where)),
            "groups": grouped([entry for entry in entries if entry["meeting"].date == day], by),
        }
        for day in (monday + number * DAY for number in range(7))
    ]


def entries_of(user, meetings, off):
    """[{"meeting", "notes" (what deserves a look), "may_change"}] in the order given."""
    found = timetable.clashes([meeting for meeting in meetings if meeting.takes_place])
    open_to = CourseRun.objects.schedulable_by(user, today())
    ours = Meeting.objects.changeable(clock.now()).filter(run__in=open_to, pk__in=[each.pk for each in meetings])
    ours = set(ours.values_list("pk", flat=True))
    return [{"meeting": each, "notes": notes(each, found, off), "may_change": each.pk in ours} for each in meetings]


def notes(meeting, clashes, off):
    if not meeting.takes_place:
        return [meeting.get_state_display()]
    said = [clash.sentence for clash in clashes if clash.meeting == meeting]
    why = timetable.said(off.why(meeting.date, meeting.run.venue_id))
    return [*said, why] if why else said


def grouped(entries, by):
    """[(name of the room or the trainer, entries)] by name, each room and person apart though they have one name; those
    without come first, under an empty name."""

    def key(entry):
        means = getattr(entry["meeting"], by)
        return (means.name, means.pk) if means else ("", 0)

    return [(name, list(those)) for (name, _pk), those in groupby(sorted(entries, key=key), key)]


# --- One meeting --------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request, meeting):
    """Four sheets on one page; `do` says which was sent."""
    meeting = to_change(request.user, meeting)
    sent = act_of(request)
    sheets = {
        name: sheet(request.POST if name == sent else None, meeting=meeting, prefix=name)
        for name, sheet in SHEETS.items()
    }
    if sent and (done := answer_of(sheets[sent], lambda: act(sent, meeting, sheets[sent], request.user))):
        messages.success(request, said(sent, done))
        return redirect("desk-meeting", meeting=meeting.pk)
    if sent:
        meeting = to_change(request.user, meeting.pk)
        sheets[sent].look_again(meeting)
    context = state_of(meeting) | {"sheets": sheets, "form": sheets[sent or "move"]}
    return render(request, "programmes/desk/meeting.html", context, status=status_of(request))


def act_of(request):
    """Which sheet was sent; empty when none was."""
    if request.method != "POST":
        return ""
    return request.POST["do"] if request.POST.get("do") in SHEETS else "move"


def to_change(user, pk):
    runs = CourseRun.objects.schedulable_by(user, today())
    return get_object_or_404(Meeting.objects.filter(run__in=runs).for_timetable(), pk=pk)


def state_of(meeting):
    return {
        "meeting": meeting,
        "reason": timetable.reasons([meeting]).get(meeting.pk, ""),
        "is_changeable": Meeting.objects.changeable(clock.now()).filter(pk=meeting.pk).exists(),
        "is_off": not meeting.takes_place and meeting.run.decision != CourseRun.Decision.CANCELLED,
    }


def act(name, meeting, form, by):
    """The meeting as it is afterwards; raises TimetableRefused, also when it is not the one the person saw."""
    answers = dict(form.cleaned_data)
    if name == "means":
        meeting.revision = answers.pop("revision")
        return scheduling.assign([meeting], by=by, **answers)[0]
    return getattr(scheduling, name)(meeting, by=by, **answers)


def said(name, meeting):
    if name == "means":
        return _("The room and the trainer are saved.")
    done = {
        "move": _("The meeting is moved."),
        "cancel": _("The meeting is cancelled."),
        "take_up": _("The meeting takes place."),
    }
    return f"{done[name]} {telling(meeting.run.seats_taken)}"
