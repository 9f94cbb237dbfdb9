"""Answers on their way to an enrolment: kept two hours, sent once."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from learningcity import clock
from programmes.models import CourseRun

from ..models import Enrolment, EnrolmentDraft
from . import announcements, clashes, families, queue
from .enrolment import begin, enrol
from .people import Person, is_alone, register, residence, same_as
from .refusals import EnrolmentRefused, Refusal, alone

LIFE = timedelta(hours=2)
SENT_LIFE = timedelta(hours=72)
A_DAY, MOST_PER_PHONE = timedelta(days=1), 20


def find(run, token):
    """The draft of this group behind a link, or None when it is unknown or too old."""
    if not token:
        return None
    draft = EnrolmentDraft.objects.filter(run=run, token=token, expires_at__gt=Now()).first()
    if draft:
        draft.run = run  # already read, with its course and place
    return draft


def of_visit(run, visit):
    """The draft that was begun on this way into the journey, for who comes back to its first page, or None."""
    return EnrolmentDraft.objects.filter(run=run, answers__visit=visit, expires_at__gt=Now()).first() if visit else None


def keep(draft, *, run, answers):
    """Add answers to a draft, or start one. Returns the draft, good for two more hours; one that was sent meanwhile,
    from another page, stays as it is."""
    until = clock.now() + LIFE
    if draft is None:
        return EnrolmentDraft.objects.create(run=run, answers=answers, expires_at=until)
    draft.answers |= answers
    EnrolmentDraft.objects.filter(pk=draft.pk, enrolment=None).update(answers=draft.answers, expires_at=until)
    return draft


def person_of(answers):
    """The Person that complete answers describe."""
    birth = answers["birth"]
    if answers.get("who") == "me":  # a guardian typed before the first answer was changed acts for nobody
        answers = {**answers, "guardian_name": "", "relation": ""}
    return Person(
        given_name=answers["given_name"],
        family_name=answers["family_name"],
        birth_year=int(birth[:4]),
        birth_date=date.fromisoformat(birth) if len(birth) > 4 else None,
        sex=answers["sex"],
        **residence(answers["district"]),
        phone=answers.get("phone", ""),
        channel=answers.get("channel", "none"),
        language=answers.get("language", "fr"),
        guardian_name=answers.get("guardian_name", ""),
        relation=answers.get("relation", ""),
        needs=answers.get("needs", []),
        known=answers.get("known"),
    )


def clashing(draft):
    """What this person has already at the hours of the group: [Clash]."""
    return clashes.of(records_of(draft), draft.run)


def records_of(draft):
    """Those of exactly the person of complete answers, which proves nothing about who typed them."""
    return same_as(person_of(draft.answers))


@transaction.atomic
def send(draft, *, may_wait, is_proved=False):
    """Turn the draft into an enrolment. Sending the same draft again gives the same enrolment. `is_proved`: who sends
    it has shown that she may speak for the person; else the link of someone known already opens this place only.

    Raises EnrolmentRefused; with the code `already` the person has a place from another form, and the receipt goes to
    her phone rather than to whoever typed her name; with `clash` she has not said what becomes of another group at the
    same hours; with `too_many` her phone has enrolled more people today than a family has; with `alone` she is a child
    for whom no adult acts.
    """
    run = draft.run
    draft = EnrolmentDraft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    if draft.enrolment_id:
        return draft.enrolment
    person, answers = person_of(draft.answers), draft.answers
    if is_alone(person):
        raise EnrolmentRefused(alone())
    run, records, leaving = lock(run, person, answers)
    if place_of(records, run):
        raise EnrolmentRefused(Refusal("already", ""))
    if not (is_proved or records) and is_too_much(person.phone):
        sentence = _("Many enrolments came from this phone today. Your answers are kept.")
        raise EnrolmentRefused(Refusal("too_many", sentence))
    participant = register(person, next(iter(records), None), by=None, channel="online")
    said = {"source": Enrolment.Source.ONLINE, "needs": person.needs, "declared": answers.get("declared", ())}
    said |= {"opens_person": is_proved or not records, "beside": answers.get("together") and families.beside(draft)}
    give = enrol if records else begin  # who is new here has no place, and nobody else can hold her record
    enrolment = give(participant, run, by=None, may_wait=may_wait, **said)
    queue.settle(enrolment, leaving, by=None)
    draft.enrolment, draft.answers, draft.expires_at = enrolment, {}, Now() + SENT_LIFE
    draft.save()
    return draft.enrolment


def lock(run, person, answers):
    """(the group, locked; the records of the person; the places that are given up for it). Before looking further: the
    same person may be sending another form. Groups that may be left are locked too, all by number."""
    named = answers.get("leaving", ())
    found = clashes.of(same_as(person), run) if named else ()
    leaving = [clash.place for clash in found if clash.place.pk in named]
    course, venue = run.course, run.venue  # no lock is held on these, and they were read with the draft
    run = CourseRun.objects.lock_all({run.pk, *(place.run_id for place in leaving)})[run.pk]
    run.course, run.venue = course, venue
    records = list(same_as(person).order_by("pk"))
    for clash in clashes.of(records, run):
        if clash.place not in leaving and not (answers.get("clash") == "both" and clash.may_keep_both):
            raise EnrolmentRefused(Refusal("clash", _("You have another course at the same hours.")))
    return run, records, leaving


def is_too_much(phone):
    """More than a large family takes in a day, from one phone."""
    recent = Enrolment.objects.filter(source=Enrolment.Source.ONLINE, joined_at__gt=Now() - A_DAY)
    return bool(phone) and recent.filter(participant__phone=phone).count() >= MOST_PER_PHONE


def place_of(records, run):
    """The place that someone with these records has in the group already, or None."""
    return run.enrolments.live().filter(participant__in=records).first()


def remind_of_receipt(draft):
    """Send the link of the place a person already has to the phone she gave."""
    if enrolment := place_of(records_of(draft), draft.run):
        announcements.announce(enrolment, key=f"already:{draft.pk}")


def sweep():
    """Delete drafts whose time has passed, sent or not. Returns how many."""
    return EnrolmentDraft.objects.filter(expires_at__lte=Now()).delete()[0]
