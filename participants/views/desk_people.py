"""Records that may be one person, side by side, and what merging them did. Opening them leaves a trace."""

from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from learningcity import clock
from learningcity.services import audit

from ..forms_people import MergeForm
from ..models import Enrolment, Guardianship, Merge, Participant
from ..permissions import may_merge, people_kept_by
from ..services import merging, people

MOST_MERGES = 20


def kept(user):
    """The people this user may compare, or 404 for who has no such pages."""
    day = clock.local_day(clock.now())
    if not may_merge(user, day):
        raise Http404
    return people_kept_by(user, day)


@require_safe
def doubles(request):
    scope = kept(request.user)
    parted = merging.parted()
    pairs = [pair for pair in people.doubles_of(scope) if {pair.first.pk, pair.second.pk} not in parted]
    merges = Merge.objects.filter(survivor__in=scope).select_related("survivor", "absorbed", "by")
    context = {"pairs": pairs, "merges": merges.order_by("-at", "-pk")[:MOST_MERGES]}
    seen = sorted({each.pk for pair in pairs for each in pair[1:]})
    audit.note("read doubles", request.user, by=request.user, count=len(seen), detail={"participants": seen})
    return render(request, "participants/desk/doubles.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def double(request, first, second):
    scope = kept(request.user)
    found = people.doubles_of(scope.filter(pk__in=[first, second]))
    if not found:
        return merged_before(scope, {first, second})
    pair = files_of(found[0])
    form = MergeForm(request.POST if request.method == "POST" else None, pair=pair)
    if form.is_valid() and (made := act(form, pair, by=request.user)):
        messages.success(request, _("The two records are one now."))
        return redirect("desk-merge", merge=made.pk)
    for person in pair:
        audit.note("compare people", person, by=request.user, count=2)
    context = {"pair": pair, "grade": found[0].grade, "form": form}
    return render(request, "participants/desk/double.html", context, status=422 if form.errors else 200)


def merged_before(scope, pks):
    """Two who are one already, as after a form that was sent twice, or 404."""
    standing = Merge.objects.standing().filter(survivor__in=scope)
    made = get_object_or_404(standing, survivor__in=pks, absorbed__in=pks)
    return redirect("desk-merge", merge=made.pk)


def files_of(double):
    """The two, with who acts for them and their places."""
    places = Enrolment.objects.select_related("run__course").order_by("joined_at", "pk")
    guardians = Guardianship.objects.current().order_by("pk")
    whole = Participant.objects.select_related("district").prefetch_related(
        Prefetch("enrolments", places), Prefetch("guardianships", guardians)
    )
    return list(whole.filter(pk__in=[double.first.pk, double.second.pk]).order_by("pk"))


def act(form, pair, *, by):
    """The Merge, or None with the refusal in the errors of the form."""
    survivor, absorbed = sorted(pair, key=lambda each: each.pk != form.cleaned_data["survivor"])
    try:
        return merging.merge(survivor, absorbed, by=by, reason=form.cleaned_data["reason"])
    except merging.MergeRefused as refused:
        form.add_error(None, refused.sentence)
        return None


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request, merge):
    """What one merge did; sending the form undoes it."""
    known = Merge.objects.select_related("survivor", "absorbed", "by")
    made, refused = get_object_or_404(known, pk=merge, survivor__in=kept(request.user)), ""
    if request.method == "POST":
        try:
            merging.undo(made, by=request.user)
            messages.success(request, _("The two records are apart again."))
            return redirect("desk-merge", merge=made.pk)
        except merging.MergeRefused as refusal:
            refused = refusal.sentence
    audit.note("read merge", made.survivor, by=request.user, count=2, detail={"merge": made.pk})
    context = {"merge": made, "refused": refused} | touched(made)
    return render(request, "participants/desk/merge.html", context, status=409 if refused else 200)


def touched(merge):
    """Its places: those that were moved, and second places that ended."""
    places = Enrolment.objects.filter(Q(pk__in=merge.moved) | Q(pk__in=merge.ended))
    places = list(places.select_related("run__course").order_by("joined_at", "pk"))
    return {
        "moved": [place for place in places if place.pk not in merge.ended],
        "ended": [place for place in places if place.pk in merge.ended],
    }
