"""Erasing a person. What is left is places, marks and consents that belong to nobody, so that no past figure falls."""

from django.db import transaction
from django.db.models import Q

from learningcity import clock
from learningcity.models import IncomingMessage, OutboxMessage
from learningcity.models.places import Sex
from learningcity.services import audit

from ..models import Alert, Enrolment, EnrolmentDraft, Guardianship, Merge, Participant, Survey
from ..models.enrolments import State, new_reference, new_token
from ..models.people import ContactChannel
from . import consents, own_data, passports, people, places, queue

NOBODY = {
    "given_name": "—",  # the database asks for a name and a year
    "family_name": "",
    "birth_year": 1900,
    "birth_date": None,
    "sex": Sex.UNKNOWN,
    "district": None,
    "lives_outside": False,
    "phone": "",
    "email": "",
    "language": "fr",
    "channel": ContactChannel.NONE,
}


@transaction.atomic
def erase(participant, *, by):
    """End what she still has, and forget who she was, in all records merged into this one. Only once."""
    erase_held(people.hold(lambda: participant.records()), by=by)


def erase_held(held, *, by):
    """The same for people who are locked already, see `people.hold`."""
    at = clock.now()
    records = [each for each in held.people.values() if each.erased_on is None]
    if not records:
        return
    end_places(held.places, by=by, at=at)
    forget_messages(records)
    forget_places(records)
    forget_words(records)
    passports.forget(records)
    consents.forget_background(records)
    forget_people(records, at)
    for run in held.runs.values():
        queue.move_up(run, at=at, by=by)
    for record in records:
        audit.note("erase person", record, by=by, count=1)


def end_places(live, *, by, at):
    for place in live:
        places.move(place.run, place, State.CANCELLED_BY_LEARNER, by=by, at=at, why="erasure")
        places.save(place.run)


def forget_messages(records):
    """All that was written to this person, and from each phone of hers: it may name her. What there is else of a phone
    that is hers alone: searches, drafts, messages to it. What has not left is not sent."""
    own = own_data.phones_of(records)
    about = own_data.messages_about(records)
    messages = OutboxMessage.objects.filter(Q(pk__in=about.values("pk")) | Q(recipient__in=own))
    messages.exclude(state=OutboxMessage.State.SENT).update(state=OutboxMessage.State.CANCELLED)
    messages.update(recipient="", values={}, provider_reference="", last_error="")
    phones = [each.phone for each in records if each.phone]
    IncomingMessage.objects.filter(sender__in=phones).update(sender="", text="")
    Alert.objects.filter(phone__in=own).delete()
    typed = EnrolmentDraft.objects.filter(answers__phone__in=own)
    (typed | EnrolmentDraft.objects.filter(enrolment__participant__in=records)).delete()


def forget_places(records):
    """The old links and references lead nowhere. A reference on the published list of a draw stays as it is there: the
    draw could not be found again without it, and no name stands beside it any more."""
    for place in Enrolment.objects.filter(participant__in=records).select_for_update(of=("self",)).order_by("pk"):
        place.token, place.needs = new_token(), []
        place.reference = new_reference() if place.drawn_rank is None else place.reference
        place.save(update_fields=["token", "reference", "needs"])


def forget_words(records):
    """What was chosen stays counted; what was typed may name someone."""
    for survey in Survey.objects.filter(enrolment__participant__in=records, answers__has_key="words").order_by("pk"):
        survey.answers["words"] = ""
        survey.save(update_fields=["answers"])


def forget_people(records, at):
    pks = [each.pk for each in records]
    Participant.objects.filter(pk__in=pks).update(**NOBODY, erased_on=clock.local_day(at))
    guardianships = Guardianship.objects.filter(participant__in=pks)
    guardianships.current().update(revoked_at=at)
    guardianships.update(guardian_name="")
    Merge.objects.filter(Q(survivor__in=pks) | Q(absorbed__in=pks)).update(reason="")
