"""A course in a list: what `components/course_card.html` prints."""

from django.urls import reverse

from . import wording
from .models import CourseRun
from .models.runs import RunStatus

JOINABLE = {RunStatus.OPEN, RunStatus.FEW, RunStatus.FULL_WAIT}


def cards(courses, at):
    """One card per course annotated with `next_run`, in the same order. Two queries for any number of courses."""
    runs = CourseRun.objects.for_reading().in_bulk([course.next_run for course in courses])
    return [card(runs[course.next_run], at) for course in courses]


def card(run, at):
    return {
        "href": reverse("course", args=[run.course.slug]),
        "title": run.course.title,
        "price": wording.price(run.course),
        "facts": [
            {"icon": "pin", "text": wording.place(run)},
            {"icon": "calendar", "text": wording.schedule(run)},
            {"icon": "person", "text": wording.audience(run)},
        ],
        **wording.status(run, at),
    }


def group(run, at, *, checked):
    """A group of a course page: what `components/group_card.html` needs."""
    status = wording.status(run, at)
    return {
        "value": run.code,
        "title": wording.schedule(run),
        "lines": [wording.place(run), wording.audience(run)],
        "checked": checked,
        "disabled": status["status"] not in JOINABLE,
        **status,
    }
