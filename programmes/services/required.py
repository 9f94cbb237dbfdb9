"""What is needed before a course, as those who write it say."""

from django.db import transaction

from learningcity.services import audit

from ..models import Prerequisite
from .runs import lock_course


@transaction.atomic
def add(course, *, by, **fields):
    course = lock_course(course.pk)
    row = Prerequisite.objects.create(course=course, **fields)
    audit.note("add prerequisite", course, by=by, count=0, detail={"prerequisite": row.pk})
    return row


@transaction.atomic
def remove(row, *, by):
    """Who waits and was passed over for it is seen at the next free seat."""
    course = lock_course(row.course_id)
    audit.note("remove prerequisite", course, by=by, count=0, detail={"prerequisite": row.pk})
    row.delete()
