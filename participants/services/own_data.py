"""All that is kept about one person, for her to read and to take along: plain values under English names."""

from collections import Counter

from django.db.models import Q
from django.utils.translation import gettext as _

from learningcity import clock
from learningcity.models import IncomingMessage, OutboxMessage
from programmes.models import Prerequisite

from ..models import (
    Alert,
    Attendance,
    BackgroundAnswers,
    Consent,
    Enrolment,
    EnrolmentEvent,
    Guardianship,
    Participant,
    PassportPerson,
    Survey,
)
from ..models.attendance import Mark
from . import reads

PERSON = ["given_name", "family_name", "birth_year", "birth_date", "sex", "lives_outside"]
PERSON += ["email", "language", "channel", "created_at"]
PLACE = ["reference", "state", "source", "joined_at", "offered_at", "answer_by", "confirmed_on", "started_on"]
PLACE += ["exited_on", "needs", "sex", "birth_year", "lives_outside", "work_status"]


def of(participant):
    """Of her record and of those merged into it. Nothing of other people of the same phone."""
    records = list(Participant.objects.filter(pk__in=participant.records()).select_related("district"))
    records.sort(key=lambda record: (record.pk != participant.pk, record.pk))
    [own, *merged] = [of_record(record) for record in records]
    places = places_of(records)
    return {
        "made_at": clock.now(),
        "person": own,
        "merged_records": merged,
        "guardians": guardians(records),
        "consents": consents(records),
        "background": background(records),
        "enrolments": enrolments(places),
        "messages": list(messages_about(records).order_by("pk").values("template", "channel", "state", "created_at")),
        "answers": answers(records),
        "alerts": alerts(records),
        "passports": passports(records),
        "reads": reads.of(records, places),
    }


def of_record(record):
    told = values(record, PERSON)
    return told | {"phone": str(record.phone), "district": record.district and record.district.name}


def values(record, names):
    return {name: getattr(record, name) for name in names}


def guardians(records):
    rows = Guardianship.objects.filter(participant__in=records).order_by("pk")
    return list(rows.values("pk", "guardian_name", "relation", "since", "revoked_at"))


def consents(records):
    rows = Consent.objects.filter(participant__in=records).order_by("pk")
    return list(rows.values("purpose", "text_version", "is_given", "language", "channel", "relation", "at"))


def background(records):
    """What she answered to the optional questions, in each record, last first; without answers she declined."""
    rows = BackgroundAnswers.objects.filter(participant__in=records).order_by("-at", "-pk")
    return list(rows.values("answers", "is_declined", "text_version", "at"))


def places_of(records):
    places = Enrolment.objects.filter(participant__in=records).order_by("joined_at", "pk")
    return list(places.select_related("run__course", "run__venue", "district").prefetch_related("certificates"))


def enrolments(places):
    marks, events = marks_of(places), events_of(places)
    said, words, gone = surveys_of(places), words_of(places), _("Something that is no longer asked")
    told = [
        {
            "attendance": marks[each.pk],
            "history": events[each.pk],
            "surveys": said[each.pk],
            "declared": [words.get(number, gone) for number in each.declared],
        }
        for each in places
    ]
    return [of_place(place) | more for place, more in zip(places, told, strict=True)]


def of_place(place):
    run = place.run
    told = {"course": run.course.title, "group": run.code, "venue": run.venue.name} | values(place, PLACE)
    told["district"] = place.district and place.district.name
    certificates = sorted(place.certificates.all(), key=lambda each: each.pk)
    told["certificates"] = [values(each, ["number", "name", "issued_on", "revoked_on"]) for each in certificates]
    return told | {"starts_on": run.starts_on, "ends_on": run.ends_on}


def marks_of(places):
    """{enrolment: {mark: how many}}"""
    counted = {place.pk: Counter({mark.name.lower(): 0 for mark in Mark}) for place in places}
    for pk, mark in Attendance.objects.filter(enrolment__in=places).values_list("enrolment", "mark").order_by("pk"):
        counted[pk][Mark(mark).name.lower()] += 1
    return counted


def events_of(places):
    """{enrolment: what its line in the ledger says}"""
    told = {place.pk: [] for place in places}
    events = EnrolmentEvent.objects.filter(enrolment__in=places).order_by("run", "number")
    for event in events.values("enrolment", "to_state", "at", "why"):
        told[event.pop("enrolment")].append(event)
    return told


def surveys_of(places):
    """{enrolment: what was asked and answered}"""
    told = {place.pk: [] for place in places}
    asked = Survey.objects.filter(enrolment__in=places).order_by("pk")
    for survey in asked.values("enrolment", "kind", "invited_on", "answered_on", "answers"):
        told[survey.pop("enrolment")].append(survey)
    return told


def words_of(places):
    """{what was confirmed before a course: its words}, as long as the course asks it."""
    rows = Prerequisite.objects.filter(pk__in={number for place in places for number in place.declared})
    return {row.pk: row.statement for row in rows}


def messages_about(records):
    """The messages about her places: they carry the reference of one. A phone alone tells nothing: it may be shared."""
    places = Enrolment.objects.filter(participant__in=records)
    return OutboxMessage.objects.filter(values__reference__in=list(places.values_list("reference", flat=True)))


def answers(records):
    """What she wrote to us from a phone that nobody else uses."""
    rows = IncomingMessage.objects.filter(sender__in=phones_of(records)).order_by("pk")
    return list(rows.values("text", "received_at", "outcome"))


def alerts(records):
    rows = Alert.objects.filter(phone__in=phones_of(records)).order_by("pk")
    return list(rows.values("search", "language", "created_at", "expires_at"))


def phones_of(records):
    """The phones that nobody else uses, E.164."""
    phones = {str(record.phone) for record in records if record.phone}
    used = Q(phone__in=phones) & ~Q(pk__in=[record.pk for record in records])
    others = Participant.objects.filter(used, erased_on=None).values_list("phone", flat=True)
    return sorted(phones - {str(phone) for phone in others})


def passports(records):
    """Since when, and until when, her phone opens her pages."""
    rows = PassportPerson.objects.filter(participant__in=records).order_by("pk")
    return [row | {"pin": bool(row["pin"])} for row in rows.values("since", "revoked_at", "pin")]
