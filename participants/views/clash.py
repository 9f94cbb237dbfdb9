"""Two groups at the same hours, side by side, and what becomes of them: nothing is decided for the person."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from programmes import wording

from ..forms import ClashForm
from ..services import drafts
from .journey import first_gap, later_step
from .passport import is_proved
from .refusals import address


@later_step
def clash(request, run, draft):
    if gap := first_gap(draft.answers):
        return redirect(address(gap, draft))
    found = drafts.clashing(draft)
    if not found:
        return redirect(address("enrol-check", draft))
    is_hers = is_proved(request, draft)
    form = ClashForm(request.POST or None, clashes=found, is_proved=is_hers)
    if form.is_valid():
        return decide(request, run, draft, form.cleaned_data["choice"], found)
    context = {
        "form": form,
        "new": row(run),
        "before": [row(each.place.run, is_named=is_hers) for each in found],
        "is_hers": is_hers,
        "back": address("enrol-contact", draft),
    }
    return render(request, "participants/clash.html", context, status=422 if form.errors else 200)


def decide(request, run, draft, choice, found):
    if choice == "first":
        draft.delete()
        messages.success(request, _("Nothing has changed: the first course stays as it is."))
        return redirect("course", slug=run.course.slug)
    leaving = [each.place.pk for each in found] if choice == "replace" else []
    draft = drafts.keep(draft, run=run, answers={"clash": choice, "leaving": leaving})
    return redirect(address("enrol-check", draft))


def row(run, *, is_named=True):
    """A group as the page names it: not what somebody goes to, to whoever typed her name."""
    return {"title": run.course.title if is_named else "", "schedule": wording.schedule(run)}
