"""The reminder on the day before: one message for each person and day, all of them in a fixed number of statements."""

from datetime import date, time, timedelta

from django.db import transaction
from django.db.models import Exists, F, Min, OuterRef

from learningcity import clock
from learningcity.models import OutboxMessage
from learningcity.models.messages import Channel
from programmes.models import CourseRun
from programmes.models.meetings import TAKING_PLACE

from ..models import Enrolment, Guardianship, Participant
from ..models.enrolments import State
from ..models.people import TEXTED
from . import announcements, hours

TEMPLATE = "reminder"
DAYTIME = range(10, 19)  # local hours in which tomorrow is spoken of


def remind(*, at):
    """Write to who has a meeting tomorrow."""
    if at.astimezone(clock.CASABLANCA).hour in DAYTIME:
        write(clock.local_day(at) + timedelta(days=1), leaves=hours.next_moment(at))


@transaction.atomic
def write_again():
    """What waits for the morning, after a change of places or meetings."""
    for day, leaves in list(waiting().values_list("values__date").annotate(Min("next_try_at"))):
        write(date.fromisoformat(day), leaves=leaves)


@transaction.atomic
def write(day, *, leaves):
    """A message that had to wait and has not left is written anew each time, so that it knows what has changed."""
    first = {}
    for enrolment in coming(day):
        if hours.instant(day, enrolment.meets_at) > leaves:
            first.setdefault(enrolment.participant_id, enrolment)
    rows = [message(enrolment, day, leaves) for enrolment in first.values()]
    waiting().filter(dedupe_key__startswith=key(day, "")).delete()
    OutboxMessage.objects.bulk_create(rows, ignore_conflicts=True)


def is_over(message):
    """Whether this seat, or this meeting at this hour, is gone. Asked when the message leaves: two changes at the same
    moment write the day anew each as if the other were not."""
    told = message.values
    seats = coming(date.fromisoformat(told["date"])).filter(reference=told["reference"])
    return not seats.filter(meets_at=time.fromisoformat(told["time"])).exists()


def waiting():
    return OutboxMessage.objects.pending().filter(template=TEMPLATE, attempts=0)


def coming(day):
    """The places of people who are written to, one for each meeting of this day, in the order of the meetings."""
    same_phone = Participant.objects.filter(phone=OuterRef("participant__phone")).exclude(pk=OuterRef("participant"))
    guarded = Guardianship.objects.current().filter(participant=OuterRef("participant"))
    meets = {"run__meetings__date": day, "run__meetings__state__in": TAKING_PLACE}
    seated = Enrolment.objects.filter(
        state=State.ENROLLED, run__decision=CourseRun.Decision.PLANNED, participant__channel__in=TEXTED, **meets
    ).exclude(participant__phone="")
    seated = seated.annotate(meets_at=F("run__meetings__starts_at"), is_named=Exists(same_phone) | Exists(guarded))
    seated = seated.select_related("participant", "run__course", "run__venue")
    return seated.order_by("meets_at", "run", "pk")


def message(enrolment, day, leaves):
    told = announcements.addressed(enrolment, named=enrolment.is_named)
    told |= {"date": day.isoformat(), "time": f"{enrolment.meets_at:%H:%M}"}
    told["venue"] = announcements.in_languages(enrolment.run.venue, "name")
    return OutboxMessage(
        channel=Channel.SMS,
        recipient=str(enrolment.participant.phone),
        language=enrolment.participant.language,
        template=TEMPLATE,
        values=told,
        dedupe_key=key(day, enrolment.participant_id),
        next_try_at=leaves,
    )


def key(day, participant):
    return f"reminder:{day}:{participant}"
