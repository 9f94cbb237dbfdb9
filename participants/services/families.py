"""Someone else of the household, from the receipt of the first: what is known is not asked again, and two who wait
may want in together."""

from uuid import uuid4

from django.utils.translation import ngettext

from ..models import Enrolment
from ..models.enrolments import State
from . import refusals
from .people import residence_code

SEATLESS = (State.REQUESTED, State.WAITING)


def shared_answers(enrolment):
    """What stays the same for someone else in the same group: who acts, how to reach them, where they live. A link that
    opens one place only tells no more than its holder has typed."""
    person = enrolment.participant
    typed = {
        "who": "child",
        "phone": str(person.phone),
        "channel": person.channel,
        "language": person.language,
        "beside": enrolment.token,
    }
    if not enrolment.opens_person:
        return typed
    guardian = person.guardianships.current().order_by("pk").first()
    acts = {"relation": guardian.relation if guardian else "", "district": residence_code(person)}
    return typed | acts | {"guardian_name": guardian.guardian_name if guardian else str(person)}


def beside(draft):
    """The place from whose receipt this draft was begun, as long as no seat was given there, or None."""
    token = draft.answers.get("beside")
    places = Enrolment.objects.filter(run=draft.run_id, state__in=SEATLESS).select_related("participant")
    return places.filter(token=token).first() if token else None


def stand_together(first, second):
    """Both or none: an offer comes only when there is a seat for each. The caller holds the lock of their group. Raises
    EnrolmentRefused, with the code `too_large`, when the group never has so many seats for its line."""
    if first.state == second.state and first.state in SEATLESS:
        if unfit := too_large(first):
            raise refusals.EnrolmentRefused(unfit)
        party = first.party or uuid4()
        Enrolment.objects.filter(pk__in=[first.pk, second.pk]).update(party=party)


def too_large(first):
    """Why nobody else can want in together with her, or None: for the tick box and for the deed."""
    most = most_together(first.run)
    if size_of(first) < most:
        return None
    sentence = ngettext(
        "You are too many to wait together: this group never has more than %(n)s place for its waiting list. Each of "
        "you can wait alone.",
        "You are too many to wait together: this group never has more than %(n)s places for its waiting list. Each of "
        "you can wait alone.",
        most,
    )
    return refusals.Refusal("too_large", sentence % {"n": most})


def size_of(enrolment):
    """How many want in together with her, she among them."""
    party = Enrolment.objects.filter(run=enrolment.run_id, party=enrolment.party, state=enrolment.state)
    return party.count() if enrolment.party else 1


def most_together(run):
    """The seats that the line can have at most, those of the desk among them where the desk gives them back."""
    is_released = run.awaits_draw or run.desk_release_on
    return run.capacity if is_released else run.common_seats


def companions(enrolment):
    """The others who were offered a place with her because they want in together."""
    others = Enrolment.objects.exclude(pk=enrolment.pk).select_related("participant", "run").order_by("sequence")
    offered = others.filter(run=enrolment.run_id, party=enrolment.party, state=State.OFFERED)
    return offered if enrolment.party else offered.none()


def misfits(line, run):
    """As `refusals.misfits`, and with the code `together` those who do not want in without one of them."""
    unfit = refusals.misfits(line, run)
    parties = {each.party for each in unfit} - {None}
    return {each: "together" for each in line if each.party in parties} | unfit
