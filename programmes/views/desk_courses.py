"""The courses of the staff: the list, and taking several off the offer at once."""

from django.contrib import messages
from django.core.paginator import InvalidPage, Paginator
from django.db.models import Count, OuterRef, Q, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from learningcity import clock
from learningcity.folding import fold

from ..models import Course, CourseRun
from ..permissions import archivable_by, has_courses, may_write, organisations_of
from ..services import publishing

PER_PAGE, MOST_WORDS = 30, 8
MODELS = "modele"
STATE_TAGS = {
    Course.State.DRAFT: {"tone": "", "icon": "pen"},
    Course.State.IN_REVIEW: {"tone": "laiton", "icon": "clock"},
    Course.State.PUBLISHED: {"tone": "zellige", "icon": "check"},
    Course.State.ARCHIVED: {"tone": "", "icon": "square"},
}


@require_safe
def courses(request):
    return listed(request)


@require_http_methods(["GET", "HEAD", "POST"])
def archive(request):
    """Take the ticked courses off the offer, after one page that names them."""
    today = clock.local_day(clock.now())
    if not organisations_of(request.user, today).exists():
        raise Http404
    codes = (request.POST if request.method == "POST" else request.GET).getlist("course")
    chosen = Course.objects.editable_by(request.user, today).filter(code__in=codes).order_by("title_fr", "pk")
    chosen = list(chosen.exclude(state=Course.State.ARCHIVED)[:PER_PAGE])
    if not chosen:
        return listed(request, problem=_("Tick the courses to archive"))
    archivable = set(archivable_by(request.user, today).filter(pk__in=[course.pk for course in chosen]))
    allowed = [course for course in chosen if course in archivable]
    if request.method == "POST":
        archive_each(request, allowed)
        return redirect("desk-courses")
    context = {
        "codes": [course.code for course in allowed],
        "names": [name_of(course) for course in allowed],
        "others": [name_of(course) for course in chosen if course not in allowed],
    }
    return render(request, "programmes/desk/archive.html", context)


def archive_each(request, courses):
    """Those that can be; of the others the page says why not."""
    done = 0
    for course in courses:
        try:
            publishing.archive(course, by=request.user)
            done += 1
        except publishing.PublishingRefused as refused:
            messages.warning(request, _("%(course)s: %(why)s") % {"course": name_of(course), "why": refused.sentence})
    if done:
        said = ngettext("%(n)s course archived.", "%(n)s courses archived.", done) % {"n": done}
        messages.success(request, said)


# --- The list -----------------------------------------------------------------------------------------------


def listed(request, problem=""):
    today = clock.local_day(clock.now())
    if not has_courses(request.user, today):
        raise Http404
    found = searched(Course.objects.readable_by(request.user, today), request.GET.get("q", ""))
    state = request.GET.get("etat", "")
    paginator = Paginator(with_groups(in_state(found, state), today), PER_PAGE)
    try:
        page = paginator.page(request.GET.get("page", 1))
    except InvalidPage:
        return redirect("desk-courses")
    context = {
        "page": page,
        "rows": [{"course": course, "name": name_of(course), "tag": tag_of(course)} for course in page],
        "states": state_links(found, state),
        "state": state,
        "q": request.GET.get("q", ""),
        "problem": problem,
        "has_errors": bool(problem),
        "may_write": organisations_of(request.user, today).exists(),
    }
    return render(request, "programmes/desk/courses.html", context, status=422 if problem else 200)


def searched(courses, text):
    for word in fold(text[:200]).split()[:MOST_WORDS]:
        courses = courses.filter(Q(folded__contains=word) | Q(code__iexact=word))
    return courses


def in_state(courses, state):
    """Those of one state; without a known one every course that is not archived."""
    if state == MODELS:
        return courses.filter(kind=Course.Kind.TEMPLATE)
    courses = courses.exclude(kind=Course.Kind.TEMPLATE)
    if state in Course.State:
        return courses.filter(state=state)
    return courses.exclude(state=Course.State.ARCHIVED)


def state_links(courses, chosen):
    """[{value, label, count, current}]: every state with how many courses are in it, models last."""
    counts = dict(courses.exclude(kind=Course.Kind.TEMPLATE).order_by().values_list("state").annotate(Count("pk")))
    models = courses.filter(kind=Course.Kind.TEMPLATE).count()
    current = sum(number for state, number in counts.items() if state != Course.State.ARCHIVED)
    lines = [("", pgettext("courses", "All but archived"), current)]
    lines += [(state.value, state.label, counts.get(state.value, 0)) for state in Course.State]
    lines.append((MODELS, _("Models"), models))
    known = chosen if chosen in {value for value, _label, _count in lines} else ""
    return [
        {"value": value, "label": label, "count": count, "current": value == known} for value, label, count in lines
    ]


def with_groups(courses, today):
    """In order of title, each with `groups` (how many are not over) and `next_start`."""
    coming = CourseRun.objects.filter(course=OuterRef("pk"), ends_on__gte=today).exclude(decision="cancelled")
    counted = coming.order_by().values("course").annotate(n=Count("pk")).values("n")
    starts = coming.filter(starts_on__gte=today).order_by("starts_on").values("starts_on")[:1]
    return (
        courses.select_related("organisation", "programme")
        .annotate(groups=Subquery(counted), next_start=Subquery(starts))
        .order_by("title_fr", "pk")
    )


def to_write(user, code):
    """A course whose texts this person may change, or 404."""
    today = clock.local_day(clock.now())
    courses = Course.objects.editable_by(user, today).exclude(state=Course.State.ARCHIVED)
    course = get_object_or_404(courses, code=code)
    if not may_write(user, course, today):
        raise Http404
    return course


def name_of(course):
    """A title in the reader's language when there is one: a draft may have another only."""
    return course.title or course.title_fr or course.title_ar or course.code


def tag_of(course):
    return STATE_TAGS[course.state] | {"label": course.get_state_display()}
