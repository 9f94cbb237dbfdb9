import re

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from learningcity import clock
from learningcity.idempotency import own_key
from learningcity.services import audit
from programmes.models import CourseRun, Meeting

from ..models.attendance import Mark
from ..permissions import roles_over
from ..services import attendance

PREFIX = "mark-"
MARKED = re.compile(PREFIX + "([0-9]{1,18})")


@own_key
@require_http_methods(["GET", "HEAD", "POST"])
def roll_call(request, code, meeting):
    """Mark the people of one meeting: exceptions first, then everyone else in one touch. Reading leaves a trace."""
    at = clock.now()
    day = clock.local_day(at)
    run = get_object_or_404(CourseRun.objects.visible_to(request.user, day).for_reading(), code=code)
    meeting = get_object_or_404(Meeting, run=run, pk=meeting)
    if not (roles := roles_over(request.user, run, day)):
        raise Http404
    closed = attendance.marking_refusal(meeting, roles, at)
    if request.method == "POST":
        try:
            save(request, meeting, roles)
            return redirect("roll-call", code=run.code, meeting=meeting.pk)
        except attendance.RegisterClosed as refused:
            closed = refused.sentence
    return show(request, run, meeting, closed)


def save(request, meeting, roles):
    known = {str(mark.value): mark for mark in Mark}
    marks = {
        int(found[1]): known[value]
        for name, value in request.POST.items()
        if (found := MARKED.fullmatch(name)) and value in known
    }
    total = attendance.mark(meeting, marks, by=request.user, rest_present="rest" in request.POST, roles=roles)
    messages.success(request, saved(total))


def saved(total):
    """`Register saved: 21 present, 3 absent, 1 excused.`, each count in its own plural form."""
    present, absent, excused = total.present + total.late, total.absent, total.excused
    return _("Register saved: %(present)s, %(absent)s, %(excused)s.") % {
        "present": ngettext("%(n)s present", "%(n)s present", present) % {"n": present},
        "absent": ngettext("%(n)s absent", "%(n)s absent", absent) % {"n": absent},
        "excused": ngettext("%(n)s excused", "%(n)s excused", excused) % {"n": excused},
    }


def show(request, run, meeting, closed):
    marks = dict(meeting.attendances.values_list("enrolment", "mark"))
    people = list(attendance.expected(meeting))
    audit.note("read register", meeting, by=request.user, count=len(people))
    rows = [
        {"enrolment": enrolment, "mark": marks.get(enrolment.pk), "name": f"{PREFIX}{enrolment.pk}"}
        for enrolment in people
    ]
    context = {
        "run": run,
        "meeting": meeting,
        "rows": rows,
        "marks": Mark,
        "total": attendance.count(marks, [enrolment.pk for enrolment in people]),
        "closed": closed,
    }
    return render(request, "participants/roll_call.html", context, status=409 if request.method == "POST" else 200)
