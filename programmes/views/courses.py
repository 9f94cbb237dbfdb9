"""The page of a course, and the course on which one tries out how to enrol."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from learningcity.drawing import drawn

from .. import cards, course_page, openings
from ..models import Course, CourseRun
from .public import public


@public
def course(request, slug):
    try:
        seen, page = course_page.page(slug)
    except Course.DoesNotExist:
        raise Http404 from None
    if seen.kind == Course.Kind.PRACTICE:
        return redirect("practice")
    others = cards.of_runs(openings.others(page.course, page.openings, seen.at), seen.at)
    return HttpResponse(drawn(request, "programmes/course.html", {"page": page, "others": others}))


@public
def practice(request):
    """How to enrol, tried on a course that does not exist: the real pages, and nothing is kept."""
    runs = CourseRun.objects.filter(course__kind=Course.Kind.PRACTICE, course__state=Course.State.PUBLISHED)
    run = runs.exclude(decision=CourseRun.Decision.DRAFT).order_by("pk").first()
    return render(request, "programmes/practice.html", {"run": run, "done": "fait" in request.GET})
