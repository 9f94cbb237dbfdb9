"""Saved searches: who asked for what, and the message when a group opens that fits. At most one a day for each."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.urls import reverse

from learningcity import clock
from learningcity.models.messages import Channel
from learningcity.services import messages
from programmes import filters, search
from programmes.models import CourseRun

from ..models import Alert
from .announcements import in_languages

LIFE = timedelta(days=182)
MOST_PER_PHONE = 5
DAYTIME = range(9, 19)  # local hours in which a phone may ring
MOST_RESULTS = 200


class TooManyAlerts(Exception):
    """This phone has as many alerts as it may have."""


@transaction.atomic
def save(question, *, phone, language):
    """The alert of this phone for this search, good for six more months. What is on offer now is no news."""
    at = clock.now()
    wanted = filters.address(question).removeprefix("?")
    alert = Alert.objects.filter(phone=phone, search=wanted).first() or Alert(phone=phone, search=wanted)
    if alert.pk is None and Alert.objects.live(at).filter(phone=phone).count() >= MOST_PER_PHONE:
        raise TooManyAlerts
    alert.language, alert.expires_at = language, at + LIFE
    alert.known_runs = sorted({*alert.known_runs, *joinable(question, at)})
    alert.save()
    return alert


def stop(token):
    """Delete the alert and its phone number; an unknown token has nothing left to delete."""
    Alert.objects.filter(token=token).delete()


def question_of(alert):
    return filters.read(QueryDict(alert.search))


def joinable(question, at):
    """The groups with places that fit, best first: primary keys."""
    fitting = search.ask(question, per_page=MOST_RESULTS).runs
    runs = CourseRun.objects.on_offer(at).with_places().filter(pk__in=fitting, enrolment_opens_at__lte=at)
    open_now = set(runs.values_list("pk", flat=True))
    return [pk for pk in fitting if pk in open_now]


def tell():
    """Write a message for each alert that has news, by day only; forget alerts whose time has passed. Returns how many
    people were told. Repeating it tells nobody twice."""
    at = clock.now()
    Alert.objects.filter(expires_at__lte=at).delete()
    if at.astimezone(clock.CASABLANCA).hour not in DAYTIME:
        return 0
    return sum(tell_one(pk, at) for pk in list(Alert.objects.live(at).order_by("pk").values_list("pk", flat=True)))


@transaction.atomic
def tell_one(pk, at):
    alert = Alert.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if alert is None:
        return False
    news = [run for run in joinable(question_of(alert), at) if run not in alert.known_runs]
    if not news:
        return False
    run = CourseRun.objects.for_reading().get(pk=news[0])
    alert.known_runs = sorted({*alert.known_runs, *news})
    alert.save(update_fields=["known_runs"])
    messages.write(
        channel=Channel.SMS,
        recipient=str(alert.phone),
        language=alert.language,
        template="alert",
        values={
            "course": None if run.course.is_sensitive else in_languages(run.course, "title"),
            "date": run.starts_on.isoformat(),
            "venue": in_languages(run.venue, "name"),
            "reference": "",
            "link": settings.SITE_URL + reverse("alert-link", args=[alert.token]),
        },
        dedupe_key=f"alert:{alert.pk}:{clock.local_day(at)}",
    )
    return True
