"""Answers on their way to an enrolment: kept two hours, sent once."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models.functions import Now

from learningcity import clock
from learningcity.models import District
from programmes.models import CourseRun

from ..models import Enrolment, EnrolmentDraft
from . import announcements
from .enrolment import enrol
from .people import Person, register, same_as
from .refusals import EnrolmentRefused, Refusal

LIFE = timedelta(hours=2)
SENT_LIFE = timedelta(hours=72)


def find(run, token):
    """The draft of this group behind a link, or None when it is unknown or too old."""
    if not token:
        return None
    draft = EnrolmentDraft.objects.filter(run=run, token=token, expires_at__gt=Now()).first()
    if draft:
        draft.run = run  # already read, with its course and place
    return draft


def keep(draft, *, run, answers):
    """Add answers to a draft, or start one. Returns the draft, good for two more hours."""
    draft = draft or EnrolmentDraft(run=run)
    draft.answers |= answers
    draft.expires_at = clock.now() + LIFE
    draft.save()
    return draft


def person_of(answers):
    """The Person that complete answers describe."""
    birth = answers["birth"]
    if answers.get("who") == "me":  # a guardian typed before the first answer was changed acts for nobody
        answers = {**answers, "guardian_name": "", "relation": ""}
    outside = answers["district"] == "outside"
    return Person(
        given_name=answers["given_name"],
        family_name=answers["family_name"],
        birth_year=int(birth[:4]),
        birth_date=date.fromisoformat(birth) if len(birth) > 4 else None,
        sex=answers["sex"],
        district=None if outside else District.objects.get(code=answers["district"]),
        lives_outside=outside,
        phone=answers.get("phone", ""),
        channel=answers.get("channel", "none"),
        language=answers.get("language", "fr"),
        guardian_name=answers.get("guardian_name", ""),
        relation=answers.get("relation", ""),
        needs=answers.get("needs", []),
    )


@transaction.atomic
def send(draft, *, may_wait):
    """Turn the draft into an enrolment. Sending the same draft again gives the same enrolment.

    Raises EnrolmentRefused; with the code `already` the person has a place from another form, and the receipt goes to
    her phone rather than to whoever typed her name.
    """
    draft = EnrolmentDraft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    if draft.enrolment_id:
        return draft.enrolment
    run = CourseRun.objects.lock(draft.run_id)  # before looking: the same person may be sending another form
    person = person_of(draft.answers)
    if place_of(person, run):
        raise EnrolmentRefused(Refusal("already", ""))
    participant = register(person, by=None, channel="online")
    draft.enrolment = enrol(
        participant, run, by=None, source=Enrolment.Source.ONLINE, may_wait=may_wait, needs=person.needs
    )
    draft.answers, draft.expires_at = {}, Now() + SENT_LIFE
    draft.save()
    return draft.enrolment


def place_of(person, run):
    """The place that exactly this person has in the group already, or None."""
    return run.enrolments.live().filter(participant__in=same_as(person)).first()


def remind_of_receipt(draft):
    """Send the link of the place a person already has to the phone she gave."""
    if enrolment := place_of(person_of(draft.answers), draft.run):
        announcements.announce(enrolment, key=f"already:{draft.pk}")


def sweep():
    """Delete drafts whose time has passed, sent or not. Returns how many."""
    return EnrolmentDraft.objects.filter(expires_at__lte=Now()).delete()[0]
