"""What is read by programs, printed or listened to rather than browsed."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from learningcity import clock

from .. import documents, feeds, ranges
from ..models import Course, CourseRun, Venue, VoiceClip
from .public import public


def shown_courses():
    """Courses whose page can be read; an archived one stays at its address."""
    return Course.objects.shown().filter(kind=Course.Kind.REGULAR)


# --- Calendars ----------------------------------------------------------------------------------------


@public
def course_calendar(request, slug):
    course = get_object_or_404(shown_courses(), slug=slug)
    today = clock.local_day(clock.now())
    return calendar(course.title, feeds.of_course(course, today), today, f"{course.slug}.ics")


@public
def run_calendar(request, code):
    runs = CourseRun.objects.filter(course__in=shown_courses()).exclude(decision=CourseRun.Decision.DRAFT)
    run = get_object_or_404(runs.select_related("course"), code=code)
    name = _("%(course)s, group %(label)s") % {"course": run.course.title, "label": run.label}
    return calendar(name, feeds.of_run(run), clock.local_day(clock.now()), f"{run.code}.ics")


@public
def place_calendar(request, place):
    venue = get_object_or_404(Venue, slug=place)
    today = clock.local_day(clock.now())
    return calendar(venue.name, feeds.of_place(venue, today), today, f"{venue.slug}.ics")


def calendar(name, meetings, today, filename):
    return attached(feeds.calendar(name, meetings, today), "text/calendar; charset=utf-8", filename)


def attached(content, content_type, filename, disposition="attachment"):
    """The name is made of slugs and codes: nothing in it needs quoting."""
    headers = {"Content-Disposition": f'{disposition}; filename="{filename}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)


# --- Paper and voice ----------------------------------------------------------------------------------


@public
def poster(request, slug, size):
    if size not in documents.SIZES:
        raise Http404
    course = get_object_or_404(Course.objects.published(), slug=slug)
    at = clock.now()
    runs = list(course.runs.on_offer(at).for_reading().open_first(at)[: documents.MOST_GROUPS + 1])
    return attached(documents.poster(course, runs, size), "application/pdf", f"{course.code}-{size}.pdf", "inline")


@login_not_required
@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def clip(request, slug, language, digest):
    """The digest is in the address: a new recording has a new one. Players ask for parts, to jump inside of it."""
    clip = get_object_or_404(VoiceClip, course__in=shown_courses(), course__slug=slug, language=language)
    if clip.digest[:8] != digest:
        raise Http404
    return ranges.answer(request, bytes(clip.sound), "audio/ogg")


# --- News, and the map of the site --------------------------------------------------------------------


@public
def new_courses(request):
    return feeds.NewCourses()(request)


def for_an_hour(view):
    """Robots come by rarely, and what they learn may be an hour old."""
    return login_not_required(require_safe(cache_control(public=True, max_age=3600)(conditional_page(view))))


@for_an_hour
def sitemap(request):
    return HttpResponse(feeds.sitemap(), content_type="application/xml; charset=utf-8")


@for_an_hour
def robots(request):
    return HttpResponse(feeds.robots(), content_type="text/plain; charset=utf-8")


# --- Short links --------------------------------------------------------------------------------------


@login_not_required
@require_safe
def short_course(request, course):
    """From paper: the language is the one chosen before, French otherwise. People write codes in small letters."""
    known = shown_courses().in_bulk([course, course.upper()], field_name="code")
    found = known.get(course) or known.get(course.upper())
    if found is None:
        raise Http404
    return redirect("course", slug=found.slug)
