"""Days that are not like the others: closures of a place, public holidays, Ramadan."""

from datetime import date, timedelta

from django.db import transaction

from learningcity import clock
from learningcity.models import Holiday
from learningcity.services import audit
from learningcity.services.reference import DATA, rows_of

from ..models import Closure, Meeting

DAY = timedelta(days=1)
SAME_FEAST = timedelta(days=4)  # between its days, and between what was calculated and what is announced


@transaction.atomic
def close(venue, *, by, first_day, last_day, reason):
    """Meetings stay as they are: `scheduling` says which are touched and what becomes of them."""
    closure = Closure.objects.create(venue=venue, first_day=first_day, last_day=last_day, reason=reason)
    audit.note("close place", closure, by=by, count=0)
    return closure


@transaction.atomic
def reopen(closure, *, by):
    audit.note("reopen place", closure, by=by, count=0)
    closure.delete()


def of(closure):
    """Every day of a closure, in order."""
    length = (closure.last_day - closure.first_day).days + 1
    return [closure.first_day + number * DAY for number in range(length)]


def feasts(first, last):
    """Public holidays between two days, those of the same name together: [[Holiday, …], …] in order of date."""
    found = []
    for holiday in Holiday.objects.filter(date__range=(first, last)).order_by("date", "pk"):
        known = next((feast for feast in found if belongs(holiday, feast)), None)
        if known is None:
            found.append([holiday])
        else:
            known.append(holiday)
    return found


def belongs(holiday, feast):
    return feast[-1].name_fr == holiday.name_fr and holiday.date - feast[-1].date <= SAME_FEAST


def left_over(holiday):
    """The meetings to come that were skipped for this feast, on days near it that it no longer takes."""
    days = [day.date for day in feast_of(holiday)]
    near = (days[0] - SAME_FEAST, days[-1] + SAME_FEAST)
    skipped = Meeting.objects.to_come(clock.now()).filter(state=Meeting.State.SKIPPED, reason=holiday.name_fr[:120])
    return skipped.filter(date__range=near).exclude(date__in=days).for_timetable()


def feast_of(holiday):
    """The days of the same name around this one, in order: an Eid lasts two."""
    around = (holiday.date - SAME_FEAST, holiday.date + SAME_FEAST)
    return Holiday.objects.filter(name_fr=holiday.name_fr, date__range=around).order_by("date")


@transaction.atomic
def settle(holiday, *, first_day, by):
    """The announcement is known: the whole feast starts on this day. Returns its days."""
    known = Holiday.objects.filter(name_fr=holiday.name_fr).order_by("pk").select_for_update(of=("self",))
    days = list(feast_of(next(day for day in known if day.pk == holiday.pk)))
    shift = first_day - days[0].date
    for day in days if shift < timedelta(0) else reversed(days):  # never onto a day not yet moved away
        day.date += shift
        day.is_provisional = False
        day.save(update_fields=["date", "is_provisional"])
        audit.note("settle holiday", day, by=by, count=0, detail={"moved_days": shift.days})
    return days


def next_ramadan(today):
    """First and last day of the Ramadan that runs or comes next, by calculation; None after the last known one."""
    for row in rows_of(DATA / "ramadan.csv"):
        first = date.fromisoformat(row["ramadan_start_umm_al_qura"])
        last = date.fromisoformat(row["eid_al_fitr_umm_al_qura"]) - DAY
        if last >= today:
            return first, last
    return None
