"""The passport of a phone: the people that were linked to it, one by one, and nobody else of the same phone."""

from datetime import timedelta
from typing import NamedTuple

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Sum
from django.db.models.functions import ExtractYear

from learningcity import clock
from learningcity.clients import is_spent, start_anew
from learningcity.context import spoken_phone
from learningcity.models import User
from learningcity.services import audit

from ..models import Attendance, Certificate, Enrolment, Participant, PassportPerson
from ..models.attendance import HERE
from ..models.enrolments import State
from . import people
from .references import reference_of

JOINING = "joins_passport"  # session key: whom the receipt that was opened in this browser is about
MOST_TRIES, LOCKED_FOR = 5, 15 * 60  # of a PIN; seconds
MOST_REFERENCES, AN_HOUR = 20, 3600  # typed in one passport
UNUSED = timedelta(days=30)


class Person(NamedTuple):
    link: PassportPerson  # of one that was merged there may be several: the first
    participant: Participant  # the record that stands for her


class NotAdded(Exception):
    """No such reference, of another phone, or too many were tried: nobody is told which."""


class PinRefused(Exception):
    """`is_locked` after too many tries."""

    def __init__(self, *, is_locked):
        super().__init__()
        self.is_locked = is_locked


# --- Who is in it ---------------------------------------------------------------------------------------------


def people_of(user):
    """[Person], in the order in which they were linked: merged records as their survivor, erased ones not at all."""
    links = user.passport_people.current().select_related("participant__district").order_by("pk")
    found = {}
    for link, participant in standing(list(links)):
        if participant.erased_on is None:
            found.setdefault(participant.pk, Person(link, participant))
    return list(found.values())


def standing(links):
    """[(link, the record that stands for its person)]; one more statement for each merge in a row, not for each."""
    known = {link.participant_id: link.participant for link in links}
    while missing := {each.merged_into_id for each in known.values() if each.merged_into_id} - set(known):
        known |= Participant.objects.select_related("district").in_bulk(missing)
    for link in links:
        participant = link.participant
        while participant.merged_into_id:
            participant = known[participant.merged_into_id]
        yield link, participant


def with_pin(people):
    """Those of these primary keys whose pages ask for a PIN in some passport, whichever of their records it opens."""
    records = last = set(people)
    while last := set(Participant.objects.filter(merged_into__in=last).values_list("pk", flat=True)):
        records = records | last
    locked = PassportPerson.objects.current().filter(participant__in=records).exclude(pin="")
    return {participant.pk for _link, participant in standing(list(locked.select_related("participant")))}


def residents_of(records):
    """Primary keys of those whose passports show one of these records."""
    return set(PassportPerson.objects.current().filter(participant__in=records).values_list("user", flat=True))


@transaction.atomic
def link(user, participant):
    """Put the person into the passport; once more changes nothing. Raises EnrolmentRefused for one who was erased."""
    participant = people.standing(participant)
    made, is_new = PassportPerson.objects.get_or_create(user=user, participant=participant, revoked_at=None)
    if is_new:
        audit.note("link passport", participant, by=None, count=1, detail={"link": made.pk})
    return made


def link_same_phone(user, participant):
    """Of who is reached at the phone that the code has proved; anyone else is not linked: None."""
    is_same = participant is not None and participant.phone and participant.phone == user.phone
    return link(user, participant) if is_same else None


def join(user, pk):
    """The person of a receipt, if the code came to her phone and she was not erased meanwhile."""
    return link_same_phone(user, Participant.objects.filter(pk=pk, erased_on=None).first())


def add(user, text):
    """The person of a reference. Raises NotAdded."""
    place = Enrolment.objects.select_related("participant").filter(reference=reference_of(text)).first()
    if is_spent("references in passport", user.pk, most=MOST_REFERENCES, seconds=AN_HOUR):
        raise NotAdded
    added = link_same_phone(user, place and place.participant)
    if added is None:
        raise NotAdded
    return added


@transaction.atomic
def unlink(person):
    """Take the person out, with all records that were merged into hers."""
    records = person.participant.records()
    links = PassportPerson.objects.current().filter(user=person.link.user_id, participant__in=records)
    links.update(revoked_at=clock.now())
    audit.note("unlink passport", person.participant, by=None, count=1, detail={"link": person.link.pk})


def forget(records):
    """Of people who are erased, and the account that opened nobody else's pages."""
    links = PassportPerson.objects.filter(participant__in=records)
    users = list(links.values_list("user", flat=True))
    links.delete()
    User.objects.filter(pk__in=users, passport_people=None).delete()


def forget_empty(at):
    """Accounts of residents that open nobody's pages and were not used for long. Returns how many."""
    unused = Q(last_login=None) | Q(last_login__lt=at - UNUSED)
    linked = PassportPerson.objects.current().filter(user=OuterRef("pk"))
    empty = User.objects.exclude(phone="").filter(~Exists(linked))
    return empty.filter(unused, joined_at__lt=at - timedelta(days=1)).delete()[1].get("learningcity.User", 0)


# --- PIN ------------------------------------------------------------------------------------------------------


def set_pin(link, pin):
    """Empty takes it away."""
    link.pin = make_password(pin) if pin else ""
    link.save(update_fields=["pin"])


def enter_pin(link, pin):
    """Raises PinRefused; after MOST_TRIES wrong ones also for the right one."""
    if is_spent("pin", link.pk, most=MOST_TRIES, seconds=LOCKED_FOR):
        raise PinRefused(is_locked=True)
    if not check_password(pin, link.pin):
        raise PinRefused(is_locked=False)
    start_anew("pin", link.pk)


# --- What stands in it ----------------------------------------------------------------------------------------


def offers_of(participants, at):
    """Places that wait for an answer, the earliest deadline first."""
    open_ = Enrolment.objects.filter(participant__in=participants, state=State.OFFERED, answer_by__gt=at)
    return list(open_.select_related("participant", "run__course").order_by("answer_by", "pk"))


def places_of(participant):
    """All places, the latest first, with their groups and meetings; `in_line` is that of who waits."""
    own = Enrolment.objects.filter(participant=participant)
    own = own.select_related("participant", "run__course", "run__venue").order_by("-joined_at", "-pk")
    places = list(own.prefetch_related("run__meetings"))
    line = Enrolment.objects.places_in_line({each.run_id for each in places if each.state == State.WAITING})
    for each in places:
        each.in_line = line.get(each)
    return places


def minutes_of(participant):
    """{year: minutes attended}, in order."""
    attended = Attendance.objects.filter(enrolment__participant=participant, mark__in=HERE)
    by_year = attended.values(year=ExtractYear("day")).annotate(sum=Sum("minutes")).order_by("year")
    return {row["year"]: row["sum"] for row in by_year}


def certificates_of(participant):
    """Those that hold, the latest first."""
    own = Certificate.objects.filter(enrolment__participant=participant, revoked_on=None, replaced_by=None)
    return list(own.select_related("enrolment").order_by("-issued_on", "-pk"))


def answers_of(participant):
    """What an enrolment asks about a person, as she answered before."""
    guardian = participant.guardianships.current().order_by("pk").first()
    acts = {"relation": guardian.relation, "guardian_name": guardian.guardian_name} if guardian else {}
    who = ("adult" if guardian.relation == guardian.Relation.RELATIVE else "child") if guardian else "me"
    born = participant.birth_date.isoformat() if participant.birth_date else str(participant.birth_year)
    return acts | {
        "who": who,
        "known": participant.pk,
        "given_name": participant.given_name,
        "family_name": participant.family_name,
        "birth": born,
        "sex": participant.sex,
        "district": people.residence_code(participant),
        "phone": str(participant.phone),
        "phone_typed": spoken_phone(participant.phone),
        "channel": participant.channel,
        "language": participant.language,
    }
