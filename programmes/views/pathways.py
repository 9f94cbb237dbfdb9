"""Ways to a goal, course after course."""

from django.db.models import Count
from django.shortcuts import get_object_or_404, render

from learningcity import clock

from .. import cards, openings
from ..models import Course, Pathway
from .public import public


@public
def pathways(request):
    found = Pathway.objects.annotate(length=Count("steps")).order_by("name")
    return render(request, "programmes/pathways.html", {"pathways": found})


@public
def pathway(request, pathway):
    """Each step with its next group; a step without one keeps its place."""
    pathway = get_object_or_404(Pathway, slug=pathway)
    at = clock.now()
    steps = pathway.steps.filter(course__in=Course.objects.published()).select_related("course").order_by("position")
    best = openings.best_runs(at, course__in=[step.course_id for step in steps])
    drawn = {card.run: card for card in cards.of_runs(best.values(), at)}
    context = {"pathway": pathway, "steps": [(step.course, drawn.get(best.get(step.course_id))) for step in steps]}
    return render(request, "programmes/pathway.html", context)
