"""Writing courses: models to start from, the page that makes course, group and meetings at once, and its own page."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from learningcity import clock

from ..forms.courses import CourseForm
from ..forms.decisions import CopyForm
from ..forms.offer import NewCourseForm
from ..forms.runs import NewGroupForm
from ..forms.unseen import said
from ..models import Course, CourseRun, Venue
from ..permissions import (
    has_courses,
    is_read,
    may_decide,
    may_edit,
    may_write,
    organisations_of,
    programmes_for,
    shared_models,
)
from ..services import publishing, timetable
from ..services.once import KeyUsed
from ..services.runs import RunRefused, fact
from ..services.stale import Stale
from ..services.timetable import TimetableRefused
from .desk_courses import name_of, tag_of

EMPTY = "vide"
NO_DATES = {"days": [], "clashes": []}


@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    """What to start from, and then (`?modele=`) the form."""
    today = clock.local_day(clock.now())
    organisations = organisations_of(request.user, today)
    if not organisations.exists():
        raise Http404
    model = request.GET.get("modele")
    if model is None and request.method != "POST":
        return gallery(request)
    start = None if model in (None, EMPTY) else get_object_or_404(models_for(request.user, today), code=model)
    form = new_form(request, start, organisations)
    outlook = dates_shown(request, form)
    if not outlook and form.is_valid() and (course := create(request, form)):
        return redirect("desk-course-check", course=course.code)
    context = {"form": form, "start": start and name_of(start)} | (outlook or NO_DATES)
    return render(request, "programmes/desk/new.html", context, status=422 if form.errors else 200)


def gallery(request):
    own = Course.objects.templates().editable_by(request.user, clock.local_day(clock.now()))
    found = (shared_models() | own).exclude(state=Course.State.ARCHIVED).order_by("theme", "title_fr", "pk")[:100]
    rows = [{"course": course, "name": name_of(course)} for course in found]
    return render(request, "programmes/desk/gallery.html", {"models": rows, "empty": EMPTY})


def models_for(user, today):
    """What one may start from: models of the city, and every course one may see."""
    return shared_models() | Course.objects.readable_by(user, today)


def new_form(request, start, organisations):
    draft, initial = Course(), {}
    if start:
        is_model = start.kind == Course.Kind.TEMPLATE
        draft = publishing.from_template(start) if is_model else publishing.named_copy(start)
        initial = {"organisation": start.organisation_id} | group_like(start)
    if len(organisations[:2]) == 1:
        initial["organisation"] = organisations.get().pk
    return NewCourseForm(
        request.POST or None,
        instance=draft,
        initial=initial,
        organisations=organisations,
        programmes=programmes_for(request.user, clock.local_day(clock.now())),
        venues=Venue.objects.filter(is_open=True),
    )


def create(request, form):
    """The saved course, or None when its group was refused; the form then says why."""
    course = Course(organisation=form.cleaned_data["organisation"], **form.values)
    try:
        return publishing.create(course, key=form.cleaned_data["key"], group=form.group, by=request.user)
    except (RunRefused, TimetableRefused, KeyUsed) as refused:
        form.explain(refused)
        return None


def dates_shown(request, form):
    """The dates a rule would give and what is taken, when that was all that was asked; otherwise None."""
    if "show" not in request.POST:
        return None
    form.forget_the_rest()
    if not form.group:
        return NO_DATES
    facts, rule, trainer, _later = form.group
    meetings = timetable.sketch(CourseRun(venue=facts["venue"]), rule, room=facts["room"], trainer=trainer)
    form.clashes = timetable.clashes(meetings)
    return {"days": form.days, "clashes": form.clashes}


@require_http_methods(["GET", "HEAD", "POST"])
def course(request, course):
    """The page of a course: its texts, to change or to read, and its groups."""
    today = clock.local_day(clock.now())
    course = get_object_or_404(Course.objects.readable_by(request.user, today), code=course)
    may = may_write(request.user, course, today)
    if request.method == "POST" and not may:
        raise Http404
    programmes = programmes_for(request.user, today)
    form = CourseForm(request.POST or None, instance=course, programmes=programmes) if may else None
    if form and form.is_valid() and change(request, form, course):
        return redirect("desk-course-check", course=course.code)
    context = page_of(request, course) | {"form": form, "rows": [] if form else texts_of(course)}
    return render(request, "programmes/desk/course.html", context, status=422 if form and form.errors else 200)


def change(request, form, course):
    """Whether it was saved; otherwise the form says what is wrong."""
    try:
        publishing.change(course, form.values, version=form.cleaned_data["version"], by=request.user)
    except Stale as stale:
        form.catch_up(stale.record)
    except publishing.PublishingRefused as refused:
        form.lead_to(refused.gaps)
    else:
        messages.success(request, _("Saved."))
        return True
    return False


def page_of(request, course):
    today = clock.local_day(clock.now())
    course = Course.objects.select_related("organisation", "programme").get(pk=course.pk)
    groups = course.runs.filter(ends_on__gte=today).for_reading().order_by("starts_on", "pk")
    may = may_edit(request.user, course, today)
    return {
        "course": course,
        "name": name_of(course),
        "tag": tag_of(course),
        "groups": groups,
        "may_write": organisations_of(request.user, today).exists(),
        "may_check": may or may_decide(request.user, course, today),
        "may_add": may and course.state != Course.State.ARCHIVED,
        "asks": may and is_read(course) and not may_write(request.user, course, today),
        "key": publishing.new_key(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def new_group(request, course):
    today = clock.local_day(clock.now())
    courses = Course.objects.editable_by(request.user, today).filter(kind=Course.Kind.REGULAR)
    course = get_object_or_404(courses.exclude(state=Course.State.ARCHIVED), code=course)
    form = NewGroupForm(
        request.POST or None,
        organisations=[course.organisation_id],
        venues=Venue.objects.filter(is_open=True),
        initial=group_like(course),
    )
    outlook = dates_shown(request, form)
    if not outlook and form.is_valid() and (run := add_group(request, form, course)):
        return redirect("desk-run", code=run.code)
    context = {"course": course, "name": name_of(course), "form": form} | (outlook or NO_DATES)
    return render(request, "programmes/desk/group_new.html", context, status=422 if form.errors else 200)


def add_group(request, form, course):
    """The new group, or None when it was refused; the form then says why."""
    try:
        run = publishing.add_group(course, form.group, by=request.user, key=form.cleaned_data["key"])
    except (RunRefused, TimetableRefused, KeyUsed) as refused:
        form.explain(refused)
        return None
    messages.success(request, _("The group is made, with its meetings. It opens when you say so."))
    return run


def group_like(course):
    """What the last group of a course suggests for the next: where, how many, at which hours."""
    run = course.runs.order_by("-starts_on", "-pk").first()
    if run is None:
        return {}
    first = run.meetings.order_by("date", "starts_at").first()
    hours = {"starts_at": first.starts_at, "ends_at": first.ends_at} if first else {}
    same = ("venue", "room", "capacity", "desk_seats", "allocation", "priorities", "mode", "women_only")
    return hours | {name: fact(run, name) for name in same} | {"times": run.meetings.taking_place().count() or None}


def texts_of(course):
    """The texts and facts of a course, for who may read and not write."""
    form = CourseForm(instance=course)
    return [
        {"key": form[name].label, "value": said(form.fields[name], value)} for name, value in form.facts(course).items()
    ]


@require_POST
def copy(request, course):
    """A draft like this course, or a model of it."""
    today = clock.local_day(clock.now())
    if not has_courses(request.user, today):
        raise Http404
    course = get_object_or_404(Course.objects.editable_by(request.user, today), code=course)
    form = CopyForm(request.POST)
    if not form.is_valid():
        return redirect("desk-course", course=course.code)
    try:
        made = publishing.duplicate(course, by=request.user, **form.cleaned_data)
    except KeyUsed as refused:
        messages.warning(request, refused.sentence)
        return redirect("desk-course", course=course.code)
    messages.success(request, _("This is the copy. The first one stays as it is."))
    return redirect("desk-course", course=made.code)
