"""Reading a course before the public does: what is missing, its groups and dates, and the decision."""

from copy import copy

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from learningcity import clock

from ..forms.decisions import DecisionForm
from ..models import Course, CourseRun, Meeting
from ..permissions import is_read, may_archive, may_decide, may_edit, may_publish, may_write, submitter_of
from ..services import publishing, runs, timetable
from .desk_courses import name_of, tag_of

State = Course.State
SAID = {
    "publish": gettext_lazy("Published. Everyone can see this course now."),
    "submit": gettext_lazy("Sent to a second reader."),
    "send_back": gettext_lazy("Sent back to its writers."),
    "reopen": gettext_lazy("This course is a draft again."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def check(request, course):
    today = clock.local_day(clock.now())
    course = get_object_or_404(Course.objects.readable_by(request.user, today), code=course)
    if not (may_edit(request.user, course, today) or may_decide(request.user, course, today)):
        raise Http404
    allowed = decisions(request.user, course, today)
    form = DecisionForm(request.POST or None, course=course, allowed=allowed)
    problem, gaps = "", publishing.missing(course)
    if form.is_valid():
        try:
            decide(form.cleaned_data, course, by=request.user)
        except publishing.PublishingRefused as refused:
            problem, gaps = refused.sentence, refused.gaps
            course.refresh_from_db()
            form.now = publishing.version_of(course)
        else:
            messages.success(request, said(form.cleaned_data["do"], course))
            return redirect("desk-course-check", course=course.code)
    context = page_of(request, course, today) | {"form": form, "allowed": allowed, "gaps": gaps, "problem": problem}
    return render(request, "programmes/desk/check.html", context, status=422 if problem or form.errors else 200)


def decisions(user, course, today):
    """What this user may do with the course now, the usual thing first."""
    may = {
        "publish": may_publish(user, course, today),
        "submit": course.state == State.DRAFT and may_edit(user, course, today),
        "send_back": course.state == State.IN_REVIEW and may_decide(user, course, today),
        "reopen": course.state == State.ARCHIVED and not is_read(course) and may_edit(user, course, today),
    }
    return [decision for decision, allowed in may.items() if allowed]


def said(decision, course):
    if decision == "publish" and course.kind == Course.Kind.TEMPLATE:
        return _("Published. Everyone who writes courses can start from this model.")
    return SAID[decision]


def decide(answers, course, *, by):
    do = getattr(publishing, answers["do"])
    note = {"note": answers["note"]} if answers["do"] == "send_back" else {}
    return do(course, by=by, version=answers["version"], **note)


def page_of(request, course, today):
    return {
        "course": course,
        "name": name_of(course),
        "tag": tag_of(course),
        "groups": groups_of(course, today),
        "may_write": may_write(request.user, course, today),
        "may_add": course.state != State.ARCHIVED and may_edit(request.user, course, today),
        "may_archive": may_archive(request.user, course, today),
        "own_request": course.state == State.IN_REVIEW and submitter_of(course) == request.user.pk,
    }


def groups_of(course, today):
    """The groups that are not over, each with its meetings, what it needs to open, what clashes and what deserves a
    second look."""
    groups = list(
        course.runs.filter(ends_on__gte=today).for_reading().prefetch_related("trainers").order_by("starts_on")
    )
    meetings = list(Meeting.objects.filter(run__in=groups).for_timetable())
    reasons, notices, at = timetable.reasons(meetings), timetable.notices(meetings), clock.now()
    clashes = timetable.clashes([wished(meeting, groups) for meeting in meetings if meeting.takes_place])

    def of(run, items):
        return [item for item in items if item.meeting.run_id == run.pk]

    return [
        {
            "run": run,
            "meetings": [(each, reasons.get(each.pk, "")) for each in meetings if each.run_id == run.pk],
            "gaps": [gap.sentence for gap in gaps_of(run, at) if gap.field != "course"],
            "clashes": of(run, clashes),
            "notices": of(run, notices),
        }
        for run in groups
    ]


def gaps_of(run, at):
    return runs.missing(run, at) if run.decision == CourseRun.Decision.DRAFT else []


def wished(meeting, groups):
    """The meeting as its group wants it: without a room it wants that of the group, without a trainer the only one."""
    group = next(run for run in groups if run.pk == meeting.run_id)
    wish, trainers = copy(meeting), list(group.trainers.all())
    if meeting.room is None and group.room:
        wish.room, wish.buffer_minutes = group.room, group.room.buffer_minutes
    if meeting.trainer is None and len(trainers) == 1:
        wish.trainer = trainers[0]
    return wish
