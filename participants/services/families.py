"""Someone else of the household, from the receipt of the first: what is known is not asked again, and two who wait
may want in together."""

from uuid import uuid4

from ..models import Enrolment
from ..models.enrolments import State
from .people import residence_code

SEATLESS = (State.REQUESTED, State.WAITING)


def shared_answers(enrolment):
    """What stays the same for someone else in the same group: who acts, how to reach them, where they live."""
    person = enrolment.participant
    guardian = person.guardianships.current().order_by("pk").first()
    return {
        "who": "child",
        "relation": guardian.relation if guardian else "",
        "guardian_name": guardian.guardian_name if guardian else str(person),
        "district": residence_code(person),
        "phone": str(person.phone),
        "channel": person.channel,
        "language": person.language,
        "beside": enrolment.token,
    }


def beside(draft):
    """The place from whose receipt this draft was begun, as long as no seat was given there, or None."""
    token = draft.answers.get("beside")
    places = Enrolment.objects.filter(run=draft.run_id, state__in=SEATLESS).select_related("participant")
    return places.filter(token=token).first() if token else None


def stand_together(first, second):
    """Both or none: an offer comes only when there is a seat for each. The caller holds the lock of their group."""
    if first.state == second.state and first.state in SEATLESS:
        party = first.party or uuid4()
        Enrolment.objects.filter(pk__in=[first.pk, second.pk]).update(party=party)
