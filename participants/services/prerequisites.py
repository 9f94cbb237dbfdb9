"""What is needed before a course: a course finished with us, a certificate of ours, or something one confirms.

The rows of one `alternative` are needed together; one alternative is enough. A person shows what is in her records.
"""

from calendar import monthrange
from datetime import date
from itertools import groupby

from django.db.models import Max

from programmes.models import Course, Prerequisite

from ..models import Certificate, Enrolment, Participant
from ..models.enrolments import State

Kind = Prerequisite.Kind


def lacking(person, run, declared):
    """What is missing of the alternative that she is nearest to: [Prerequisite], empty when she may come. `person` is a
    Participant, or what someone typed, who then is whoever gave the same before."""
    rows = rows_of(run.course)
    if not rows:
        return []
    records = {person.pk} if isinstance(person, Participant) else set(known(person))
    return least(rows, run, records, declared, shown(rows, records))


def not_met_by(line, run):
    """Those of a line who do not show what is needed."""
    rows = rows_of(run.course) if line else []
    if not rows:
        return []
    found = shown(rows, {each.participant_id for each in line})
    return [each for each in line if least(rows, run, {each.participant_id}, each.declared, found)]


def rows_of(course):
    """One statement where something is needed, none where nothing is."""
    return list(course.required.select_related("needed")) if course.required_count else []


def known(person):
    return Participant.objects.same_as(person).values_list("pk", flat=True)


def least(rows, run, records, declared, found):
    """What is missing of each alternative, and of these the shortest list."""
    alternatives = [list(group) for _number, group in groupby(rows, key=lambda row: row.alternative)]
    return min(
        ([row for row in group if not is_met(row, run, records, declared, found)] for group in alternatives), key=len
    )


def is_met(row, run, records, declared, found):
    if row.kind == Kind.DECLARED:
        return row.pk in declared
    days = filter(None, (found.get((row.kind, row.needed_id, record)) for record in records))
    return any(not row.months or day >= months_before(run.starts_on, row.months) for day in days)


def shown(rows, records):
    """{(kind, course, record): the last day on which it was got}, in two statements."""
    courses = {row.needed_id for row in rows if row.needed_id}
    if not courses or not records:
        return {}
    over = Enrolment.objects.filter(participant__in=records, run__course__in=courses, state=State.COMPLETED)
    valid = Certificate.objects.filter(revoked_on=None, replaced_by=None, enrolment__participant__in=records)
    valid = valid.filter(enrolment__run__course__in=courses)
    finished = over.values_list("run__course", "participant").annotate(Max("exited_on"))
    certified = valid.values_list("enrolment__run__course", "enrolment__participant").annotate(Max("issued_on"))
    found = {(Kind.FINISHED, course, record): day for course, record, day in finished if day}
    return found | {(Kind.CERTIFICATE, course, record): day for course, record, day in certified}


def months_before(day, months):
    """The same day so many months before, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def declared_in(course):
    """What the person is asked to confirm."""
    return [row for row in rows_of(course) if row.kind == Kind.DECLARED]


def steps(course):
    """The courses on offer that give what is needed before this one."""
    return Course.objects.published().filter(pk__in=course.required.values("needed")).order_by("pk")
