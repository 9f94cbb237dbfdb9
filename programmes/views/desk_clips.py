"""The recordings of a course: sent, replaced and taken away by those who write its texts."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ..forms.clips import ClipForm
from ..services import clips
from .desk_courses import name_of, to_write


@require_http_methods(["GET", "HEAD", "POST"])
def recordings(request, course):
    course = to_write(request.user, course)
    if "remove" in request.POST:
        clips.remove(get_object_or_404(course.clips, language=request.POST["remove"]), by=request.user)
        messages.success(request, _("The recording is gone."))
        return redirect("desk-clips", course=course.code)
    form = ClipForm(request.POST, request.FILES) if request.method == "POST" else ClipForm()
    if form.is_valid() and keep(request, form, course):
        return redirect("desk-clips", course=course.code)
    context = {"course": course, "name": name_of(course), "form": form, "clips": course.clips.defer("sound")}
    return render(request, "programmes/desk/clips.html", context, status=422 if form.errors else 200)


def keep(request, form, course):
    """Whether the recording could be kept; otherwise the form says why not."""
    answers = form.cleaned_data | {"sound": form.cleaned_data["sound"].read()}
    try:
        clips.store(course, by=request.user, **answers)
    except clips.ClipRefused as refused:
        form.add_error("sound", refused.sentence)
        return False
    messages.success(request, _("The recording is kept."))
    return True
