"""Saved searches: who asked for what, and the message when a group opens that fits. At most one a day for each."""

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.http import QueryDict
from django.urls import reverse

from learningcity import clock
from learningcity.models.messages import Channel, OutboxMessage
from learningcity.services import messages
from programmes import filters, search
from programmes.models import CourseRun

from ..models import Alert
from . import hours
from .announcements import in_languages

LIFE = timedelta(days=182)
MOST_PER_PHONE = 5
LOCK = 2_024_121  # with a phone: one who saves alerts for it at a time


class TooManyAlerts(Exception):
    """This phone has as many alerts as it may have."""


@transaction.atomic
def save(question, *, phone, language):
    """The alert of this phone for this search, good for six more months. What is on offer now is no news."""
    at, wanted = clock.now(), filters.address(question).removeprefix("?")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK, str(phone)])
    own = Alert.objects.filter(phone=phone)
    alert = own.select_for_update(of=("self",)).filter(search=wanted).first() or Alert(phone=phone, search=wanted)
    if own.live(at).exclude(pk=alert.pk).count() >= MOST_PER_PHONE:
        raise TooManyAlerts
    alert.language, alert.expires_at = language, at + LIFE
    alert.known_runs = sorted({*alert.known_runs, *joinable(question, at)})
    alert.save()
    return alert


def send_link(alert):
    """To the phone, and once a day: whoever typed a number sees nothing of what is kept about it."""
    messages.write(
        channel=Channel.SMS,
        recipient=str(alert.phone),
        language=alert.language,
        template="alert_saved",
        values={"course": None, "reference": "", "link": link_of(alert)},
        dedupe_key=f"{key_of(alert)}saved:{clock.local_day(clock.now())}",
    )


def stop(token):
    """An unknown token has nothing left to delete."""
    forget(Alert.objects.filter(token=token))


@transaction.atomic
def forget(gone):
    """Delete these alerts, and the phone and the words of what was written because of them."""
    for alert in gone.select_for_update(of=("self",)).order_by("pk"):
        told = OutboxMessage.objects.filter(dedupe_key__startswith=key_of(alert))
        told.pending().update(state=OutboxMessage.State.CANCELLED)
        told.update(recipient="", values={})
        alert.delete()


def key_of(alert):
    return f"alert:{alert.pk}:"


def link_of(alert):
    return settings.SITE_URL + reverse("alert-link", args=[alert.token])


def question_of(alert):
    return filters.read(QueryDict(alert.search))


def joinable(question, at):
    """All groups with places that fit, best first: primary keys."""
    fitting = search.every_run(question)
    runs = CourseRun.objects.on_offer(at).with_places().filter(pk__in=fitting, enrolment_opens_at__lte=at)
    open_now = set(runs.values_list("pk", flat=True))
    return [pk for pk in fitting if pk in open_now]


def tell():
    """Write a message for each alert that has news, in the hours when people are written to; forget alerts whose time
    has passed. Returns how many people were told. Repeating it tells nobody twice."""
    at = clock.now()
    forget(Alert.objects.filter(expires_at__lte=at))
    if not hours.is_open(at):
        return 0
    return sum(tell_one(pk, at) for pk in list(Alert.objects.live(at).order_by("pk").values_list("pk", flat=True)))


@transaction.atomic
def tell_one(pk, at):
    """Nothing is known as told before its message is written: what opens later on the same day is told the next."""
    today = clock.local_day(at)
    alert = Alert.objects.select_for_update(of=("self",)).filter(pk=pk).exclude(told_on=today).first()
    if alert is None:
        return False
    news = [run for run in joinable(question_of(alert), at) if run not in alert.known_runs]
    if not news:
        return False
    run = CourseRun.objects.for_reading().get(pk=news[0])
    alert.known_runs, alert.told_on = sorted({*alert.known_runs, *news}), today
    alert.save(update_fields=["known_runs", "told_on"])
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
            "link": link_of(alert),
        },
        dedupe_key=f"{key_of(alert)}{today}",
    )
    return True
