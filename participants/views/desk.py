from collections import Counter
from datetime import timedelta

from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from learningcity import clock
from learningcity.services import audit
from programmes.models import CourseRun, Meeting

from ..models import Enrolment, Guardianship
from ..models.enrolments import State, in_order_of_offers
from ..permissions import has_desk, may_merge, may_move_people
from ..services import decisions, hours, queue
from . import stories

DAYS_AHEAD = 7
HINDRANCES = {  # of `queue.hindrance`
    "closed": _("Seats are free and nobody is offered one: enrolment is closed."),
    "paused": _("Seats are free and nobody is offered one: the waiting list is paused."),
    "started": _("Seats are free and nobody is offered one: the group has started."),
    "too_late": _("Seats are free and nobody is offered one: too little time is left to answer."),
    "unfit": _("Seats are free and nobody is offered one: the group is not for anyone who waits."),
    "together": _("Seats are free and kept: the next in line want in together, and need more."),
}

TO_CALL = _("no text message: call this person")
QUIET = _("the message leaves when quiet hours end")


@require_safe
def today(request):
    """What happens today and this week in the groups one looks after."""
    day = clock.local_day(clock.now())
    if not has_desk(request.user, day):
        raise Http404
    runs = CourseRun.objects.visible_to(request.user, day)
    meetings = (
        Meeting.objects.taking_place()
        .filter(run__in=runs, date__range=(day, day + timedelta(days=DAYS_AHEAD)))
        .select_related("run__course", "run__venue")
        .order_by("date", "starts_at")[:100]
    )
    groups = runs.filter(ends_on__gte=day).for_reading().order_by("starts_on")[:50]
    context = {"day": day, "meetings": meetings, "groups": groups, "at": clock.now()}
    context["may_merge"] = may_merge(request.user, day)
    mine = CourseRun.objects.schedulable_by(request.user, day).select_related("course", "venue")
    context["short"] = decisions.short(mine, day)[:20]
    return render(request, "participants/today.html", context)


@require_safe
def roster(request, code):
    """Who is in a group and who waits. Reading it leaves a trace."""
    at = clock.now()
    day = clock.local_day(at)
    run = get_object_or_404(CourseRun.objects.visible_to(request.user, day).for_reading(), code=code)
    people = (
        Enrolment.objects.filter(run=run)
        .select_related("participant")
        .prefetch_related(Prefetch("participant__guardianships", Guardianship.objects.current().order_by("pk")))
    )
    enrolled = list(people.on_roster().order_by("sequence"))
    waiting, offers = in_order_of_offers(list(people.waiting())), people.filter(state=State.OFFERED)
    offers = list(offers.as_served().prefetch_related(None))
    audit.note("read roster", run, by=request.user, count=len(enrolled) + len(waiting) + len(offers))
    context = {
        "run": run,
        "enrolled": enrolled,
        "waiting": waiting_rows(waiting),
        "offers": offer_rows(offers, at),
        "hindrance": HINDRANCES.get(queue.hindrance(run, at), ""),
        "may_move": may_move_people(request.user, run, day),
        "meetings": run.meetings.all(),
        "day": day,
    }
    return render(request, "participants/roster.html", context)


def waiting_rows(line):
    """[{"enrolment", "notes"}]: what an offer to each will need."""
    parties = Counter(each.party for each in line)
    return [{"enrolment": each, "notes": list(needs_of(each, parties))} for each in line]


def needs_of(enrolment, parties):
    if enrolment.party and (size := parties[enrolment.party]) > 1:
        yield ngettext("together: needs %(n)s place", "together: needs %(n)s places", size) % {"n": size}
    if not enrolment.participant.is_texted:
        yield TO_CALL


def offer_rows(offers, at):
    """[{"enrolment", "deadline", "notes"}]: until when each is kept, and why the person may not know yet."""
    quiet_since = None if hours.is_open(at) else hours.last_moment(at)
    return [
        {
            "enrolment": each,
            "deadline": stories.deadline(each.answer_by),
            "notes": [QUIET] * bool(quiet_since and each.offered_at >= quiet_since)
            + [TO_CALL] * (not each.participant.is_texted),
        }
        for each in offers
    ]
