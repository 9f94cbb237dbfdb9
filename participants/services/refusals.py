"""Why someone cannot have a place: one refusal for the button, for the deed and for the queue."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from learningcity import clock
from learningcity.i18n import long_date, time_of
from learningcity.models.places import Sex
from programmes import wording
from programmes.models import CourseRun

from ..models import Enrolment
from . import prerequisites


@dataclass(frozen=True)
class Refusal:
    """Why not, as a code for figures and a sentence for people."""

    code: str
    sentence: str


class EnrolmentRefused(Exception):
    def __init__(self, reason: Refusal):
        super().__init__(reason.code)
        self.reason = reason


def age_on(day: date, *, birth_year, birth_date=None):
    """Whole years on a day. With the year alone: year of the day minus year of birth. 29 February counts as 1 March."""
    if birth_date is None:
        return day.year - birth_year
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def run_refusal(run, at):
    """What closes a group to everyone at this instant, or None."""
    if run.decision == CourseRun.Decision.CANCELLED:
        return Refusal(
            "cancelled", _("This course is cancelled. You do not need to do anything. Here are others nearby.")
        )
    if run.decision != CourseRun.Decision.PLANNED or run.course.state != run.course.State.PUBLISHED:
        return Refusal("closed", _("Enrolment is closed."))
    if at < run.enrolment_opens_at:
        local = run.enrolment_opens_at.astimezone(clock.CASABLANCA)
        opening = _("%(day)s, %(time)s") % {"day": long_date(local.date()), "time": time_of(local)}
        return Refusal("not_open", _("Enrolment opens %(opening)s") % {"opening": opening})
    if at >= run.enrolment_closes_at:
        return Refusal("closed", _("Enrolment is closed."))
    return None


def person_refusal(person, run):
    """What this group asks of a person (`birth_year`, `birth_date`, `sex`) that this one does not have, or None."""
    course = run.course
    age = age_on(run.starts_on, birth_year=person.birth_year, birth_date=person.birth_date)
    if course.minimum_age is not None and age < course.minimum_age:
        sentence = ngettext(
            "This course is for age %(min)s and over", "This course is for ages %(min)s and over", course.minimum_age
        )
        return Refusal("too_young", sentence % {"min": course.minimum_age})
    if course.maximum_age is not None and age > course.maximum_age:
        sentence = ngettext(
            "This course is for people up to %(max)s year old",
            "This course is for people up to %(max)s years old",
            course.maximum_age,
        )
        return Refusal("too_old", sentence % {"max": course.maximum_age})
    if run.women_only and person.sex != Sex.FEMALE:
        return Refusal("women_only", _("This group is for women."))
    return None


def date_refusal(person, run):
    """Where a limit of age falls in the year of birth, and the year is all we know, or None."""
    course, age = run.course, run.starts_on.year - person.birth_year
    is_open = age == course.minimum_age or (course.maximum_age is not None and age == course.maximum_age + 1)
    if person.birth_date is None and is_open:
        return Refusal("date_needed", _("For this course we need the day and the month of birth too."))
    return None


def alone():
    return Refusal("alone", _("Under 18, a parent or guardian enrols you."))


def prerequisite_refusal(person, run, declared):
    """What is needed before this course and she cannot show, or None."""
    if not (lacking := prerequisites.lacking(person, run, declared)):
        return None
    sentence = _("Before this course you need: %(what)s.") % {"what": wording.needed(lacking)}
    return Refusal("prerequisite", sentence)


def misfits(line, run):
    """{enrolment: code} of those for whom the group no longer is, in statements that do not grow with the line."""
    codes = {each: unfit.code for each in line if (unfit := person_refusal(each.participant, run))}
    others = [each for each in line if each not in codes]
    return codes | dict.fromkeys(prerequisites.not_met_by(others, run), "prerequisite")


def has_kept_place(run, source):
    return source == Enrolment.Source.DESK and run.desk_taken < run.desk_seats


def seat_refusal(run, source=Enrolment.Source.ONLINE):
    """Neither a place nor a place in line, or None."""
    if run.places_left == 0 and run.waiting_count >= run.waiting_places and not has_kept_place(run, source):
        return Refusal("full", _("This group and its waiting list are full."))
    return None


def full_now():
    return Refusal("full_now", _("This group has just filled up. Your answers are kept."))


def full_refusal(run, *, may_wait):
    """No seat online as the group was read, for who would not wait or cannot; None where there may be one."""
    if run.places_left or run.awaits_draw:
        return None
    return seat_refusal(run) or (None if may_wait else full_now())


def refusal(person, run, at, *, source=Enrolment.Source.ONLINE, declared=()):
    """What the button shows and what `enrol` decides. None means: a place, or a place in line. `declared` are the
    prerequisites, by number, that the person says are true of her."""
    undated = source == Enrolment.Source.ONLINE and date_refusal(person, run)  # the desk sees who is there
    of_person = undated or person_refusal(person, run) or prerequisite_refusal(person, run, declared)
    return run_refusal(run, at) or of_person or seat_refusal(run, source)
