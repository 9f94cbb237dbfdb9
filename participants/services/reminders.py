"""The reminder on the day before: one message for each person and day, all of them in a fixed number of statements."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from learningcity import clock
from learningcity.models import OutboxMessage
from learningcity.models.messages import Channel
from programmes.models import CourseRun
from programmes.models.meetings import TAKING_PLACE

from ..models import Enrolment, Guardianship, Participant
from ..models.enrolments import State
from ..models.people import TEXTED
from . import announcements, hours

DAYTIME = range(10, 19)  # local hours in which tomorrow is spoken of


@transaction.atomic
def remind(*, at):
    """Write to who has a meeting tomorrow. A message that had to wait and has not left is written anew each time, so
    that it knows what has changed."""
    if at.astimezone(clock.CASABLANCA).hour not in DAYTIME:
        return
    day, leaves = clock.local_day(at) + timedelta(days=1), hours.next_moment(at)
    first = {}
    for enrolment in coming(day):
        if hours.instant(day, enrolment.meets_at) > leaves:
            first.setdefault(enrolment.participant_id, enrolment)
    rows = [message(enrolment, day, leaves) for enrolment in first.values()]
    OutboxMessage.objects.pending().filter(attempts=0, dedupe_key__startswith=key(day, "")).delete()
    OutboxMessage.objects.bulk_create(rows, ignore_conflicts=True)


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
        template="reminder",
        values=told,
        dedupe_key=key(day, enrolment.participant_id),
        next_try_at=leaves,
    )


def key(day, participant):
    return f"reminder:{day}:{participant}"
