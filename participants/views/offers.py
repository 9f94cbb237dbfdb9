"""The answer to an offered place. Opening the link changes nothing; each answer is a form that is sent."""

from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from learningcity import clock

from ..forms import ClashForm
from ..models.enrolments import ON_ROSTER, State
from ..services import beside, families, queue
from ..services.enrolment import rejoin
from ..services.refusals import EnrolmentRefused, Refusal
from . import receipts, stories
from .clash import row
from .holders import held, link

TOLD_BY_RECEIPT = (*ON_ROSTER, State.REQUESTED, State.WAITING, State.DECLINED)  # answered, or nothing to answer yet


@held
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request, enrolment):
    if request.method == "POST":
        return answer(request, enrolment)
    at = clock.now()
    if enrolment.state in TOLD_BY_RECEIPT:
        return redirect(link("receipt", enrolment))
    return open_offer(request, enrolment, at) if stories.is_open(enrolment, at) else over(request, enrolment, at)


def answer(request, enrolment):
    """The page that is shown next says what has become of it, also when the offer was over."""
    said = request.POST.get("answer")
    if said == "rejoin":
        return join_again(request, enrolment)
    try:
        if said == "yes":
            return accept(request, enrolment)
        if said == "no":
            queue.decline(enrolment, by=None)
            return redirect(link("receipt", enrolment))
    except (queue.OfferGone, beside.OfferClashes):
        pass
    return redirect(link("offer", enrolment))


def accept(request, enrolment):
    """With a place at the same hours she says first what becomes of that one."""
    found = at_the_same_hours(enrolment)
    form = clash_form(enrolment, found, request.POST) if found and "choice" in request.POST else None
    if form and not form.is_valid():
        return open_offer(request, enrolment, clock.now(), form)
    choice = form.cleaned_data["choice"] if form else ""
    if choice == "first":
        queue.decline(enrolment, by=None)
    else:
        leaving = [clash.place.pk for clash in found] if choice == "replace" else []
        queue.accept(enrolment, by=None, leaving=leaving, keeps_both=choice == "both")
    return redirect(link("receipt", enrolment))


def at_the_same_hours(enrolment):
    """What she has, and what those have who want in with her."""
    return beside.of(enrolment, *families.companions(enrolment))


def clash_form(enrolment, found, typed=None):
    return ClashForm(typed, clashes=found, is_proved=enrolment.opens_person)


def join_again(request, enrolment):
    at = clock.now()
    if stories.state_of(enrolment, at) not in stories.MAY_REJOIN:
        return redirect(link("receipt", enrolment))
    if is_seated_at_once(enrolment) and at_the_same_hours(enrolment):  # nobody would have asked
        return over(request, enrolment, at, Refusal("clash", _("You have another course at the same hours.")))
    try:
        return redirect(link("receipt", rejoin(enrolment, by=None)))
    except EnrolmentRefused as refusal:
        return over(request, enrolment, at, refusal.reason)


def is_seated_at_once(enrolment):
    """Whether nobody else is in line when she joins again; her own offer may have passed a moment ago."""
    run, own = enrolment.run, enrolment.state == State.OFFERED
    return not run.waiting_count and run.offered_count == own and run.free_seats + own > 0


def open_offer(request, enrolment, at, form=None):
    """`form` is what was typed about a place at the same hours, if it has mistakes."""
    found, party = at_the_same_hours(enrolment), [enrolment, *families.companions(enrolment)]
    named = {each.participant_id for each in party if each.opens_person}
    context = receipts.group_of(enrolment) | {
        "is_open": True,
        "deadline": stories.deadline(enrolment.answer_by),
        "remaining": stories.remaining(enrolment.answer_by - at),
        "dates": receipts.dates(enrolment.run),
        "before": [row(clash.place.run, is_named=clash.place.participant_id in named) for clash in found],
        "form": form or (clash_form(enrolment, found) if found else None),
        "receipt": link("receipt", enrolment),
    }
    return render(request, "participants/offer.html", context, status=422 if form else 200)


def over(request, enrolment, at, reason=None):
    """What happened, and what is left: the end of the line, and other groups. `reason` is why not the line."""
    context = receipts.group_of(enrolment) | {
        "is_open": False,
        "story": stories.of(enrolment, at),
        "reason": reason,
        "offer": link("offer", enrolment),
        "rejoin": receipts.rejoining(enrolment, at),
        "others": receipts.others(enrolment, at),
        "receipt": link("receipt", enrolment),
    }
    return render(request, "participants/offer.html", context, status=409 if reason else 200)
