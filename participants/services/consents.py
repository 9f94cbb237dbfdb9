"""What people agreed to, purpose by purpose. Each yes and each no is a row of its own, and the last one counts,
whichever of the records of one person it was given for."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from learningcity.services import audit, messages

from ..models import BackgroundAnswers, Consent, Guardianship, Participant, Survey

Purpose = Consent.Purpose
TEXT_VERSION = "2026-11"
TEXTS = {  # {(purpose, version): what was agreed to}; what anyone has read stays here
    (Purpose.COURSE_AND_STATISTICS, "2026-11"): _(
        "I agree that the city uses this for the course and to count participants, without my name."
    ),
    (Purpose.FOLLOW_UP, "2026-11"): _("The city may ask me what I think, after a course and six months later."),
    (Purpose.BACKGROUND, "2026-11"): _("I agree that the city keeps these answers and counts them, without my name."),
}
FREE = (Purpose.FOLLOW_UP, Purpose.BACKGROUND)  # no place needs them


class ConsentNeeded(Exception):
    """Places and figures rest on it: it ends by giving up the places and erasing."""


def give(participant, purpose, *, by, language, channel, relation):
    """`relation` is that of who acts for this person, or empty."""
    return write(participant, purpose, is_given=True, by=by, language=language, channel=channel, relation=relation)


@transaction.atomic
def withdraw(participant, purpose, *, by, **said):
    """As `give`, which says it again. What rests on it ends at once; repeating it changes nothing. Raises
    ConsentNeeded for what a course needs."""
    if purpose not in FREE:
        raise ConsentNeeded
    person = Participant.objects.select_for_update(of=("self",)).get(pk=participant.pk)
    records = person.records()
    if has_refused(person, purpose):
        return
    write(person, purpose, is_given=False, by=by, **said)
    ENDS[purpose](records)
    audit.note("withdraw consent", person, by=by, count=1, detail={"purpose": purpose})


def write(participant, purpose, **said):
    return Consent.objects.create(participant=participant, purpose=purpose, text_version=TEXT_VERSION, **said)


def holds(participant, purpose):
    """Whether she agreed and has not said no since."""
    return last_word(participant, purpose) is True


def has_refused(participant, purpose):
    """Whether she said no, and not yes since."""
    return last_word(participant, purpose) is False


def last_word(participant, purpose):
    """True, False, or None for who was never asked."""
    said = Consent.objects.filter(participant__in=participant.records(), purpose=purpose)
    return said.order_by("-pk").values_list("is_given", flat=True).first()


def acting_for(participant):
    """The relation of the one who acts for a child; empty when there is nobody, or several and nobody can tell."""
    current = participant.guardianships.current().exclude(relation=Guardianship.Relation.RELATIVE)
    relations = list(current.values_list("relation", flat=True)[:2])
    return relations[0] if len(relations) == 1 else ""


# --- What ends with a consent ---------------------------------------------------------------------------------


def unask(records):
    """What has not left is not sent; an answer that was given stays."""
    for survey in Survey.objects.filter(enrolment__participant__in=records, answered_on=None).order_by("pk"):
        messages.cancel(survey.message_key)


def forget_background(records):
    BackgroundAnswers.objects.filter(participant__in=records).forget()


ENDS = {Purpose.FOLLOW_UP: unask, Purpose.BACKGROUND: forget_background}
