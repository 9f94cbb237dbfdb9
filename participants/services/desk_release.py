"""From a day that the course page names, the places kept for the desk are for everyone."""

from django.db import transaction

from learningcity import clock
from learningcity.services import audit
from programmes.models import CourseRun

from . import queue


def sweep():
    """Release what is due and offer it to those in line: how many groups."""
    today = clock.local_day(clock.now())
    due = CourseRun.objects.filter(desk_release_on__lte=today, desk_seats__gt=0)
    return len(list(queue.one_by_one(due.values_list("pk", flat=True), release_run)))


@transaction.atomic
def release_run(pk):
    run = CourseRun.objects.select_related("course", "venue").lock(pk)
    release(run, by=None)
    queue.move_up(run, at=clock.now())


def release(run, *, by):
    """A place that the desk did use is from now on like any other: once given up, it goes to the line and not back to
    the desk. The caller holds the lock of `run`."""
    if not run.desk_seats:
        return
    unused = run.desk_seats - run.desk_taken
    run.enrolments.filter(holds_desk_seat=True).update(holds_desk_seat=False)
    run.desk_seats = run.desk_taken = 0
    run.save(update_fields=["desk_seats", "desk_taken"])
    audit.note("release desk seats", run, by=by, count=0, detail={"seats": unused})
