"""The answer to an offered place. Opening the link changes nothing; each answer is a form that is sent."""

from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from learningcity import clock

from ..models.enrolments import ON_ROSTER, State
from ..services import queue
from ..services.enrolment import rejoin
from ..services.refusals import EnrolmentRefused
from . import receipts, stories
from .holders import held, link

ANSWERS = {"yes": queue.accept, "no": queue.decline}
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
    if said in ANSWERS:
        try:
            ANSWERS[said](enrolment, by=None)
            return redirect(link("receipt", enrolment))
        except queue.OfferGone:
            pass
    return redirect(link("offer", enrolment))


def join_again(request, enrolment):
    at = clock.now()
    if stories.state_of(enrolment, at) not in stories.MAY_REJOIN:
        return redirect(link("receipt", enrolment))
    try:
        return redirect(link("receipt", rejoin(enrolment, by=None)))
    except EnrolmentRefused as refusal:
        return over(request, enrolment, at, refusal.reason)


def open_offer(request, enrolment, at):
    context = receipts.group_of(enrolment) | {
        "is_open": True,
        "deadline": stories.deadline(enrolment.answer_by),
        "remaining": stories.remaining(enrolment.answer_by - at),
        "dates": receipts.dates(enrolment.run),
        "receipt": link("receipt", enrolment),
    }
    return render(request, "participants/offer.html", context)


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
