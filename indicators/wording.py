"""Sentences about figures, chosen by rule, in the reader's language."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from learningcity.i18n import month_year, number, short_date

from .base import Kind
from .sources import FIRST_AGES

MARGIN = 0.02  # a smaller change is no clear difference


def period(a_period):
    values = {"start": short_date(a_period.start), "end": short_date(a_period.end), "month": month_year(a_period.start)}
    if a_period.kind == Kind.MONTH:
        return _("month: %(month)s") % values
    if a_period.kind == Kind.YEAR:
        return _("12 months to %(end)s") % values
    return _("from %(start)s to %(end)s") % values


def age_band(code):
    firsts = list(FIRST_AGES.values())
    place = list(FIRST_AGES).index(code)
    if place == 0:
        return _("under %(age)s years") % {"age": firsts[1]}
    if place == len(firsts) - 1:
        return _("%(age)s years and over") % {"age": firsts[-1]}
    low, high = firsts[place], firsts[place + 1] - 1
    return ngettext("%(low)s to %(high)s year old", "%(low)s to %(high)s years old", high) % {"low": low, "high": high}


def headline(people, before, a_period):
    """People of the period against the same period a year earlier; both counts as this reader sees them."""
    if people is None:
        return _("Not enough data for a figure of the whole city yet.")
    learned = ngettext(
        "%(people)s person learned in the city's programmes in the 12 months to %(end)s.",
        "%(people)s people learned in the city's programmes in the 12 months to %(end)s.",
        int(people),
    ) % {"people": number(people), "end": short_date(a_period.end)}
    return " ".join(filter(None, [learned, _compared(people, before)]))


def _compared(people, before):
    if not before:
        return ""
    change = people / before - 1
    if abs(change) < MARGIN:
        return _("No clear difference from the year before.")
    percent = {"percent": number(abs(change) * 100)}
    if change > 0:
        return _("That is %(percent)s%% more than the year before.") % percent
    return _("That is %(percent)s%% fewer than the year before.") % percent
