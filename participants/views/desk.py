from collections import Counter
from datetime import timedelta

from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from learningcity import clock
from learningcity.i18n import number
from learningcity.services import audit
from programmes.models import CourseRun, Meeting

from ..models import Enrolment, Guardianship
from ..models.enrolments import State, in_order_of_offers
from ..permissions import KEEPERS, has_desk, may_merge, roles_over
from ..services import decisions, families, hours, people, queue
from . import stories

DAYS_AHEAD = 7
HINDRANCES = {  # of `queue.hindrance`
    "postponed": _("Seats are free and nobody is offered one: the group is postponed."),
    "closed": _("Seats are free and nobody is offered one: enrolment is closed."),
    "paused": _("Seats are free and nobody is offered one: the waiting list is paused."),
    "started": _("Seats are free and nobody is offered one: the group has started."),
    "too_late": _("Seats are free and nobody is offered one: too little time is left to answer."),
    "unfit": _("Seats are free and nobody is offered one: the group is not for anyone who waits."),
    "together": _("Seats are free and kept: the next in line want in together, and need more."),
    "too_large": _("Seats are free and nobody is offered one: they wait together, and need more than the group has."),
}

TO_CALL = _("no text message: call this person")
UNFIT = _("passed over: the group is not for this person any more")
WITHOUT_THE_OTHER = _("passed over: the group is not for someone she wants in with")
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
    context["alone"] = in_groups(runs.filter(ends_on__gte=day), people.wards_alone(day))[:20]
    return render(request, "participants/today.html", context)


def in_groups(runs, participants):
    """Their live places there; no name, since nobody asked to read one."""
    places = Enrolment.objects.live().filter(run__in=runs, participant__in=participants)
    return places.select_related("run__course").order_by("run__starts_on", "run", "sequence")


@require_safe
def roster(request, code):
    """Who is in a group and who waits. Reading it leaves a trace. Where names are no longer seen, counts."""
    at = clock.now()
    day = clock.local_day(at)
    run = get_object_or_404(CourseRun.objects.visible_to(request.user, day).for_reading(), code=code)
    if not (roles := roles_over(request.user, run, day)):
        return render(request, "participants/roster_closed.html", {"run": run, "rows": counts(run)})
    places = named(run)
    enrolled = list(places.on_roster().order_by("sequence"))
    waiting, offers = in_order_of_offers(list(places.waiting())), places.filter(state=State.OFFERED)
    offers = list(offers.as_served().prefetch_related(None))
    audit.note("read roster", run, by=request.user, count=len(enrolled) + len(waiting) + len(offers))
    context = {
        "run": run,
        "enrolled": enrolled,
        "waiting": waiting_rows(waiting, run),
        "offers": offer_rows(offers, at),
        "hindrance": HINDRANCES.get(queue.hindrance(run, at), ""),
        "may_move": bool(KEEPERS & roles),
        "meetings": run.meetings.all(),
        "day": day,
    }
    return render(request, "participants/roster.html", context)


def counts(run):
    counted = Counter(run.enrolments.on_roster().values_list("state", flat=True))
    return [{"key": state.label, "value": number(counted[state])} for state in State if counted[state]]


def named(run):
    """The places of a group with their people and who acts for them today."""
    acting = Prefetch("participant__guardianships", Guardianship.objects.current().order_by("pk"))
    return Enrolment.objects.filter(run=run).select_related("participant").prefetch_related(acting)


def waiting_rows(line, run):
    """[{"enrolment", "notes"}]: what an offer to each will need, and why some are passed over."""
    parties, unfit = Counter(each.party for each in line), families.misfits(line, run)
    return [{"enrolment": each, "notes": [*needs_of(each, parties), *passed_for(unfit.get(each))]} for each in line]


def passed_for(code):
    """`code` is one of `families.misfits`, or None."""
    if code:
        yield WITHOUT_THE_OTHER if code == "together" else UNFIT


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
