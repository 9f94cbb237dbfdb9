"""Sentences about groups and courses, for pages and cards, in the reader's language."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from learningcity import clock
from learningcity.i18n import date_range, number, short_date, time_of, weekday

from .models.runs import RunStatus


def hours(meeting):
    """`10 h 30 to 12 h`, written with words because a dash between figures can flip in Arabic."""
    return _("%(start)s to %(end)s") % {"start": time_of(meeting.starts_at), "end": time_of(meeting.ends_at)}


def schedule(run):
    """`Saturday, 10:30 to 12:00, from 16 May 2026 to 27 June 2026`; needs the run's meetings prefetched."""
    first, last = date_range(run.starts_on, run.ends_on)
    dates = _("from %(first)s to %(last)s") % {"first": first, "last": last}
    meetings = run.meetings.all()
    if not meetings:
        return dates
    return _("%(day)s, %(hours)s, %(dates)s") % {
        "day": weekday(meetings[0].date),
        "hours": hours(meetings[0]),
        "dates": dates,
    }


def place(run):
    district = run.venue.district
    if district is None:
        return run.venue.name
    return _("%(venue)s, %(district)s") % {"venue": run.venue.name, "district": district.name}


def ages(course):
    low, high = course.minimum_age, course.maximum_age
    if low is not None and high is not None:
        return ngettext("%(low)s to %(high)s year old", "%(low)s to %(high)s years old", high) % {
            "low": low,
            "high": high,
        }
    if low is not None:
        return ngettext("From %(low)s year old", "From %(low)s years old", low) % {"low": low}
    if high is not None:
        return ngettext("Up to %(high)s year old", "Up to %(high)s years old", high) % {"high": high}
    return _("All ages")


def audience(run):
    parts = [ages(run.course), run.course.level]
    if run.women_only:
        parts.append(_("women's group"))
    if run.venue.childcare:
        parts.append(_("childcare"))
    return " · ".join(part for part in parts if part)


def price(course):
    return _("%(amount)s DH") % {"amount": number(course.fee)} if course.fee else _("Free")


def status(run, at):
    """What the component of a status needs: {"status": code, "n": places, "date": opening day}."""
    code = run.status(at, clock.local_day(at))
    return {
        "status": code,
        "n": run.places_left if code == RunStatus.FEW else None,
        "date": short_date(clock.local_day(run.enrolment_opens_at)) if code == RunStatus.SOON else None,
    }


def giving_rule(run):
    """How places are given, said on every course page."""
    rule = _("First come, first served.")
    if run.desk_seats:
        rule += " " + ngettext(
            "%(n)s place is kept for people who enrol at a desk.",
            "%(n)s places are kept for people who enrol at a desk.",
            run.desk_seats,
        ) % {"n": run.desk_seats}
    return rule


def catalogue_title(count, chosen):
    """The heading says how many and of what: `23 courses for “sewing” in Sidi Moumen`."""
    title = ngettext("%(n)s course", "%(n)s courses", count) % {"n": number(count)}
    if chosen["q"]:
        title = _("%(count)s for “%(words)s”") % {"count": title, "words": chosen["q"]}
    if chosen["arr"]:
        between = pgettext("between two names, one or the other", " or ")
        title = _("%(count)s in %(places)s") % {"count": title, "places": between.join(map(str, chosen["arr"]))}
    return title
