"""What people think of a course when it is over, and what has become of them half a year after they left it."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Coalesce
from django.urls import reverse

from learningcity import clock

from ..models import Consent, Enrolment, Survey
from . import announcements, consents, hours, people

DAY = timedelta(days=1)
HALF_A_YEAR = timedelta(days=183)
LATE = timedelta(days=14)  # what could not be asked in time is still asked until then
AFTER = {Survey.Kind.SATISFACTION: DAY, Survey.Kind.FOLLOW_UP: HALF_A_YEAR}
TEMPLATES = {Survey.Kind.SATISFACTION: "survey_end", Survey.Kind.FOLLOW_UP: "survey_later"}


def invite(*, at):
    """Ask those for whom it is time, at the next hour at which one writes: how many. Repeating asks nobody twice."""
    return sum(ask(enrolment, kind, at) for kind in Survey.Kind for enrolment in due(kind, clock.local_day(at)))


def wants_none(person):
    """Whether she has said that she is not to be asked; nobody has to agree first."""
    return consents.has_refused(person, Consent.Purpose.FOLLOW_UP)


def due(kind, day):
    """Who came at least once and left the group so long ago, by its end or before; no child for whom nobody acts."""
    places = Enrolment.objects.on_roster().filter(participant__erased_on=None)
    places = places.exclude(started_on=None).exclude(surveys__kind=kind)
    places = places.exclude(Exists(people.wards_alone(day).filter(pk=OuterRef("participant"))))
    places = places.annotate(left_on=Coalesce(F("exited_on"), F("run__ends_on")))
    span = (day - AFTER[kind] - LATE, day - AFTER[kind])
    return places.filter(left_on__range=span).select_related("participant", "run__course").order_by("pk")


@transaction.atomic
def ask(enrolment, kind, at):
    if wants_none(enrolment.participant):
        return False
    asked = {"due_on": enrolment.left_on + AFTER[kind], "invited_on": clock.local_day(at)}
    survey, is_new = Survey.objects.get_or_create(enrolment=enrolment, kind=kind, defaults=asked)
    if is_new:
        told = announcements.addressed(enrolment)
        told["link"] = settings.SITE_URL + reverse("survey", args=[enrolment.token])
        when = hours.next_moment(at)
        announcements.write(enrolment, TEMPLATES[kind], told, key=survey.message_key, not_before=when)
    return is_new


def is_open(enrolment):
    """Whether something was asked and not answered. What is not over is not looked up."""
    if enrolment.run.ends_on > clock.local_day(clock.now()):
        return False
    asked = last_of(enrolment)
    return asked is not None and asked.answered_on is None


def last_of(enrolment):
    """The one that was asked last, answered or not, or None."""
    return enrolment.surveys.order_by("-due_on", "-pk").first()


@transaction.atomic
def answer(survey, answers):
    """The first answer stands."""
    survey = Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    if survey.answered_on is None:
        survey.answers, survey.answered_on = answers, clock.local_day(clock.now())
        survey.save(update_fields=["answers", "answered_on"])
    return survey
