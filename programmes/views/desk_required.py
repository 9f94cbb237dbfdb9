"""What is needed before a course: added and taken away by those who write its texts."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from .. import wording
from ..forms.required import RequiredForm
from ..services import required
from .desk_courses import name_of, to_write

DIGITS = 18  # of a number that a database can hold


@require_http_methods(["GET", "HEAD", "POST"])
def rows(request, course):
    course = to_write(request.user, course)
    if "remove" in request.POST:
        return remove(request, course)
    form = RequiredForm(request.POST if request.method == "POST" else None, course=course)
    if form.is_valid():
        required.add(course, by=request.user, **form.cleaned_data)
        messages.success(request, _("It is needed from now on, also by those who wait."))
        return redirect("desk-required", course=course.code)
    context = {"course": course, "name": name_of(course), "form": form, "rows": listed(course)}
    return render(request, "programmes/desk/required.html", context, status=422 if form.errors else 200)


def remove(request, course):
    number = request.POST["remove"]
    known = number.isascii() and number.isdigit() and len(number) <= DIGITS
    row = course.required.filter(pk=number).first() if known else None
    if row:
        required.remove(row, by=request.user)
        messages.success(request, _("It is not needed any more."))
    return redirect("desk-required", course=course.code)


def listed(course):
    found = course.required.select_related("needed")
    return [{"number": row.pk, "alternative": row.alternative, "text": wording.prerequisite(row)} for row in found]
