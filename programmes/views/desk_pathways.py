"""Pathways as the programme officer writes them."""

from django.contrib import messages
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from learningcity import clock

from ..forms.pathways import PathwayForm
from ..models import Pathway
from ..permissions import is_programme_officer
from ..services import pathways
from ..services.once import KeyUsed
from ..services.stale import Stale


def only_officers(request):
    if not is_programme_officer(request.user, clock.local_day(clock.now())):
        raise Http404


@require_safe
def listed(request):
    only_officers(request)
    found = Pathway.objects.annotate(steps_count=Count("steps")).order_by("name_fr", "pk")
    return render(request, "programmes/desk/pathways.html", {"pathways": found})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    only_officers(request)
    return edit(request, PathwayForm(request.POST if request.method == "POST" else None))


@require_http_methods(["GET", "HEAD", "POST"])
def pathway(request, pathway):
    only_officers(request)
    pathway = get_object_or_404(Pathway, slug=pathway)
    return edit(request, PathwayForm(request.POST if request.method == "POST" else None, pathway=pathway), pathway)


def edit(request, form, pathway=None):
    if form.is_valid() and (saved := save(request, form, pathway)):
        messages.success(request, _("Saved."))
        return redirect("desk-pathway", pathway=saved.slug)
    context = {"form": form, "pathway": pathway}
    return render(request, "programmes/desk/pathway.html", context, status=422 if form.errors else 200)


def save(request, form, pathway):
    """The pathway, or None when it was refused; the form then says why."""
    answers = form.cleaned_data
    try:
        if pathway:
            return pathways.change(pathway, by=request.user, version=answers["version"], **form.values)
        return pathways.create(key=answers["key"], by=request.user, **form.values)
    except Stale as stale:
        form.catch_up(stale.record)
    except KeyUsed as refused:
        form.add_error(None, refused.sentence)
    return None
