"""Two groups at the same hours, side by side, and what becomes of them: nothing is decided for the person."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from programmes import wording

from ..forms import ClashForm
from ..services import drafts
from .journey import first_gap, later_step
from .refusals import address


@later_step
def clash(request, run, draft):
    if gap := first_gap(draft.answers):
        return redirect(address(gap, draft))
    found = drafts.clashing(draft)
    if not found:
        return redirect(address("enrol-check", draft))
    form = ClashForm(request.POST or None, may_keep_both=all(each.may_keep_both for each in found))
    if form.is_valid():
        return decide(request, run, draft, form.cleaned_data["choice"])
    context = {
        "form": form,
        "new": row(run),
        "before": [row(each.place.run) for each in found],
        "back": address("enrol-contact", draft),
    }
    return render(request, "participants/clash.html", context, status=422 if form.errors else 200)


def decide(request, run, draft, choice):
    if choice == "first":
        draft.delete()
        messages.success(request, _("Nothing has changed: the first course stays as it is."))
        return redirect("course", slug=run.course.slug)
    draft = drafts.keep(draft, run=run, answers={"clash": choice})
    return redirect(address("enrol-check", draft))


def row(run):
    """A group as the page names it: a sensitive course is not named to whoever typed a name."""
    return {"title": "" if run.course.is_sensitive else run.course.title, "schedule": wording.schedule(run)}
