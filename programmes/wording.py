"""Sentences about groups and courses, for pages and cards, in the reader's language."""

from collections import Counter
from datetime import date
from itertools import groupby

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from learningcity import clock
from learningcity.i18n import date_range, number, short_date, time_of, weekday

from . import facets
from .models.courses import Prerequisite
from .models.runs import CourseRun, RunStatus

NO_BREAK = "\u00a0"
MONDAY = date(2024, 1, 1)
MOST_HOURS = 3  # different hours that one sentence can name
IN_A_ROW = 3  # days from which one says `from … to …`

# --- When ---------------------------------------------------------------------------------------------


def hours(meeting):
    """`10 h 30 to 12 h`, written with words because a dash between figures can flip in Arabic."""
    return between(meeting.starts_at, meeting.ends_at)


def between(starts_at, ends_at):
    start, end = (time_of(moment).replace(" ", NO_BREAK) for moment in (starts_at, ends_at))
    return _("%(start)s to %(end)s") % {"start": start, "end": end}


def schedule(run):
    """`Saturday, 10:30 to 12:00, from 16 May 2026 to 27 June 2026`; needs the run's meetings prefetched."""
    return timetable(slots(run.meetings.all()), run.starts_on, run.ends_on)


def slots(meetings):
    """How often each (day of the week 1 to 7, from, to) takes place."""
    return Counter((each.date.isoweekday(), each.starts_at, each.ends_at) for each in meetings if each.takes_place)


def timetable(slots, starts_on, ends_on):
    dates, week = dates_between(starts_on, ends_on), days_and_hours(slots)
    return _("%(week)s, %(dates)s") % {"week": week, "dates": dates} if week else dates


def dates_between(starts_on, ends_on):
    if starts_on == ends_on:
        return _("on %(date)s") % {"date": short_date(starts_on)}
    first, last = date_range(starts_on, ends_on)
    return _("from %(first)s to %(last)s") % {"first": first, "last": last}


def days_and_hours(slots):
    """`Monday and Thursday, 18:00 to 20:00`. What takes place once beside a weekly rhythm is an exception, left out."""
    usual = [slot for slot, times in slots.items() if times > 1] or list(slots)
    days_of = {}
    for day, starts_at, ends_at in sorted(usual):
        days_of.setdefault((starts_at, ends_at), []).append(day)
    if len(days_of) > MOST_HOURS:
        return _("days and hours that change")
    parts = [
        _("%(days)s, %(hours)s") % {"days": weekdays(days), "hours": between(*its_hours)}
        for its_hours, days in days_of.items()
    ]
    return pgettext("between two hours of a week", "; ").join(parts)


def weekdays(days):
    """`Saturday`, `Monday and Thursday`, `Monday to Friday`, from days of the week 1 to 7 in order."""
    names = [weekday(MONDAY.replace(day=day)) for day in days]
    if len(days) >= IN_A_ROW and days[-1] - days[0] == len(days) - 1:
        return pgettext("days in a row", "%(first)s to %(last)s") % {"first": names[0], "last": names[-1]}
    return listed(names)


def listed(words):
    """`a`, `a and b`, `a, b and c`."""
    *most, last = [str(word) for word in words]
    if not most:
        return last
    return _("%(most)s and %(last)s") % {"most": pgettext("between words of a list", ", ").join(most), "last": last}


# --- Where, for whom, how much ------------------------------------------------------------------------


def place(run):
    if run.mode == run.Mode.ONLINE:
        return run.get_mode_display()
    district = run.venue.district
    if district is None:
        return run.venue.name
    return _("%(venue)s, %(district)s") % {"venue": run.venue.name, "district": district.name}


def ages(course):
    low, high = course.minimum_age or None, course.maximum_age
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
    return " · ".join(part for part in [ages(run.course), run.course.level, *own_conditions(run)] if part)


def own_conditions(run):
    """What this group has and others of the course may not."""
    if run.women_only:
        yield _("women's group")
    if run.venue.childcare and run.mode != run.Mode.ONLINE:
        yield _("childcare")


def language(run):
    """The language of teaching of a group: its own, or that of its course. Empty when nobody said."""
    return run.get_language_display() if run.language else run.course.get_language_display()


def comforts(run):
    """What makes it easier to come, as far as it is known: `on site and online · step-free access`."""
    known = {
        run.get_mode_display(): run.mode == run.Mode.HYBRID,
        _("step-free access"): run.venue.step_free and run.mode != run.Mode.ONLINE,
    }
    return " · ".join(words for words, holds in known.items() if holds)


def price(course):
    return dirhams(course.fee) if course.fee else _("Free")


def dirhams(amount):
    return _("%(amount)s DH") % {"amount": number(amount)}


# --- Places -------------------------------------------------------------------------------------------


def status(run, at, today=None):
    """What the component of a status needs: {"status": code, "n": places, "date": opening day}."""
    code = run.status(at, today or clock.local_day(at))
    return {
        "status": code,
        "n": run.places_left if code == RunStatus.FEW else None,
        "date": short_date(clock.local_day(run.enrolment_opens_at)) if code == RunStatus.SOON else None,
    }


def places(run, code):
    """`11 places left`, `3 people are waiting`, or nothing when the tag says it all."""
    if code == RunStatus.OPEN:
        return ngettext("%(n)s place left", "%(n)s places left", run.places_left) % {"n": number(run.places_left)}
    if code in (RunStatus.FULL_WAIT, RunStatus.FULL) and run.waiting_count:
        return ngettext("%(n)s person is waiting", "%(n)s people are waiting", run.waiting_count) % {
            "n": number(run.waiting_count)
        }
    return ""


def giving_rules(runs):
    """How places are given, said on every course page: [sentence], one per group where they differ."""
    given = rule_of(runs, giving) or [_("First come, first served.")]
    if any(run.desk_seats for run in runs):
        return [*given, *rule_of(runs, kept)]
    return [*given, _("No places are kept back: all can be taken here or at a desk.")]


def rule_of(runs, rule):
    """[what the rule says of all these groups], or one sentence for each."""
    said = [rule(run) for run in runs]
    if len(set(said)) == 1:
        return said[:1]
    named = [(run.label, sentence[:1].lower() + sentence[1:]) for run, sentence in zip(runs, said, strict=True)]
    return [_("Group %(label)s: %(rule)s") % {"label": label, "rule": sentence} for label, sentence in named]


def giving(run):
    if not run.is_drawn:
        return _("First come, first served.")
    if run.drawn_on:
        sentence = _("Places were drawn by lot on %(day)s. Who comes now gets a place that is left, or joins the end.")
        return sentence % {"day": short_date(run.drawn_on)}
    if not run.priorities:
        sentence = _("Places are drawn by lot on %(day)s, after enrolment closes; who asks first does not matter.")
        return sentence % {"day": short_date(draw_day(run))}
    among = pgettext("between classes of a draw", ", then among ").join(classes(run))
    sentence = _("Places are drawn by lot on %(day)s, after enrolment closes: first among %(classes)s.")
    return sentence % {"day": short_date(draw_day(run)), "classes": among}


def draw_day(run):
    return clock.local_day(run.enrolment_closes_at)


def classes(run):
    """Who goes first when places are drawn, class after class, as inside a sentence; the last one is everyone else."""
    home = (run.venue.district or run.venue).name
    words = {
        CourseRun.Priority.DISTRICT: _("people who live in %(district)s") % {"district": home},
        CourseRun.Priority.FIRST_TIME: _("people who have not had a place in one of our groups"),
    }
    return [*(words[code] for code in run.priorities), _("everyone else")]


def kept(run):
    if not run.desk_seats:
        return _("no place is kept for people who enrol at a desk.")
    if day := run.desk_release_on or (draw_day(run) if run.is_drawn else None):
        sentence = ngettext(
            "%(n)s place is kept for people who enrol at a desk; from %(day)s on it is for everyone.",
            "%(n)s places are kept for people who enrol at a desk; from %(day)s on they are for everyone.",
            run.desk_seats,
        )
        return sentence % {"n": run.desk_seats, "day": short_date(day)}
    return ngettext(
        "%(n)s place is kept for people who enrol at a desk.",
        "%(n)s places are kept for people who enrol at a desk.",
        run.desk_seats,
    ) % {"n": run.desk_seats}


def share_text(course, run):
    """What goes along with the link of a course: `Sewing, Saturday, 10:30 to 12:00, Maison de quartier`."""
    words = [course.title]
    if run:
        words += [days_and_hours(slots(run.meetings.all())), place(run)]
    return pgettext("between words of a list", ", ").join(str(word) for word in words if word)


# --- What is needed before ----------------------------------------------------------------------------


def required(course):
    """[what is needed before a course], one sentence for each alternative; one of them is enough."""
    rows = course.required.select_related("needed") if course.required_count else []
    return [needed(list(group)) for _number, group in groupby(rows, key=lambda row: row.alternative)]


def needed(rows):
    """As inside a sentence."""
    return listed([prerequisite(row) for row in rows])


def prerequisite(row):
    if row.kind == Prerequisite.Kind.DECLARED:
        return row.statement
    words = {
        Prerequisite.Kind.FINISHED: _("the course “%(course)s”, finished"),
        Prerequisite.Kind.CERTIFICATE: _("the certificate of the course “%(course)s”"),
    }
    said = words[row.kind] % {"course": row.needed.title}
    if not row.months:
        return said
    age = ngettext("less than %(n)s month old", "less than %(n)s months old", row.months) % {"n": number(row.months)}
    return f"{said} ({age})"


# --- Too many people, too few people -------------------------------------------------------------------


def falling(run):
    """Of a group that is made smaller than the people in it, for the staff; else nothing."""
    if run.capacity_wanted is None:
        return ""
    return ngettext(
        "%(taken)s person has a place: the group goes down to %(n)s when this person leaves.",
        "%(taken)s people have a place: the group goes down to %(n)s as they leave.",
        run.seats_taken,
    ) % {"taken": number(run.seats_taken), "n": number(run.capacity_wanted)}


def minimum(run, today):
    """`Starts with at least 8 people; decided on 3 May 2026.`, or nothing where it starts with whoever comes."""
    if not run.min_people or run.decision != CourseRun.Decision.PLANNED or run.starts_on <= today:
        return ""
    if run.decided_at:
        return _("This group takes place.")
    return ngettext(
        "Starts with at least %(n)s person; decided on %(day)s.",
        "Starts with at least %(n)s people; decided on %(day)s.",
        run.min_people,
    ) % {"n": number(run.min_people), "day": short_date(run.decide_on)}


# --- A search -----------------------------------------------------------------------------------------


def catalogue_title(count, question):
    """The heading says how many and of what: `23 courses for “sewing” in Sidi Moumen, Saturday or Sunday`."""
    title = ngettext("%(n)s course", "%(n)s courses", count) % {"n": number(count)}
    if question.text:
        title = _("%(count)s for “%(words)s”") % {"count": title, "words": question.text}
    asked = dict(criteria(question))
    if places := asked.pop("arr", None):
        title = _("%(count)s in %(places)s") % {"count": title, "places": places}
    return pgettext("between words of a list", ", ").join([title, *asked.values()])


def wanted(question):
    """The same without the number: `“sewing”, Sidi Moumen, Saturday or Sunday`."""
    words = [_("“%(words)s”") % {"words": question.text}] if question.text else []
    words += dict(criteria(question)).values()
    return pgettext("between words of a list", ", ").join(words) or _("All courses")


def criteria(question):
    """(group, its chosen options in words) for each filter; `Saturday or Sunday` where several are chosen."""
    between = pgettext("between two names, one or the other", " or ")
    for group in facets.groups() if question.chosen else ():
        chosen = question.chosen.get(group.name, ())
        if labels := [inside(group, option) for option in group.options if option.value in chosen]:
            yield group.name, between.join(labels)
    if question.around:
        yield "around", _("and next to it")
    if question.age is not None:
        yield "age", ngettext("for age %(n)s", "for age %(n)s", question.age) % {"n": question.age}
    if question.near:
        yield "near", _("near me")


def inside(group, option):
    """The words of an option inside a sentence: French writes `samedi` and `un métier` small there."""
    label = str(option.label)
    is_name = group.name == facets.WHERE or get_language() != "fr"
    return label if is_name else label[:1].lower() + label[1:]
