"""How the places of a group were drawn: the list without names, and the way to find its order again."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from programmes import wording

from ..models import Draw
from ..services.draw import lot, name_of, outcome
from . import stories

SHOWN = 16  # of the 64 letters of a lot: enough to see the order


@login_not_required
@require_safe
def draw(request, code):
    held = get_object_or_404(Draw.objects.select_related("run__course", "run__venue__district"), run__code=code)
    rows = rows_of(held)
    context = {
        "run": held.run,
        "draw": held,
        "drawn_at": stories.deadline(held.drawn_at),
        "classes": wording.classes(held.run) if held.run.priorities else [],
        "rows": rows,
        "first": rows[0] if rows else None,
    }
    response = render(request, "participants/draw.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def rows_of(held):
    """As drawn: what was published of each before, and what the draw made of it."""
    entries = {entry["reference"]: entry for entry in held.entries}
    given = enumerate(outcome(held).items(), 1)
    return [row(rank, held.seed, entries[reference], state) for rank, (reference, state) in given]


def row(rank, seed, entry, state):
    name = name_of(entry)
    facts = {"rank": rank, "name": name, "reference": entry["reference"], "party": entry["party"]}
    return facts | {"number": entry["priority"] + 1, "lot": lot(seed, name)[:SHOWN], "state": state.label}
