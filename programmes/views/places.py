"""Where people learn: all places, one place, an arrondissement, and who organises."""

from django.db.models import Prefetch
from django.http import QueryDict
from django.shortcuts import get_object_or_404, render

from learningcity import clock
from learningcity.models import District, DistrictContext

from .. import access, cards, facets, filters, openings, search
from ..models import Organisation, Venue
from .public import public

MOST_CARDS = 20
IN_DISTRICT = 10


@public
def places(request):
    """By arrondissement, in the order of the language of the page."""
    by_name = Prefetch("venues", Venue.objects.filter(is_open=True).order_by("name"))
    districts = District.objects.order_by("name").prefetch_related(by_name)
    context = {"districts": [district for district in districts if district.venues.all()]}
    return render(request, "programmes/places.html", context)


@public
def place(request, place):
    venue = get_object_or_404(Venue.objects.select_related("district"), slug=place)
    at = clock.now()
    runs = list(openings.best_runs(at, venue=venue).values())[:MOST_CARDS]
    context = {
        "venue": venue,
        "access": access.of_venue(venue),
        "addresses": access.addresses(venue),
        "map": access.map_link(venue),
        "cards": cards.of_runs(runs, at),
        "nearest": None if runs else openings.nearest_place(venue, at),
    }
    return render(request, "programmes/place.html", context)


@public
def district(request, district):
    district = get_object_or_404(District.objects.in_commune(), slug=district)
    question = filters.read(QueryDict(f"arr={district.slug}"))
    answer = search.ask(question, per_page=IN_DISTRICT)
    names = facets.neighbours().get(district.slug, ())
    context = {
        "district": district,
        "total": answer.total,
        "search": filters.address(question),
        "cards": cards.of_runs(answer.runs, answer.at),
        "venues": district.venues.filter(is_open=True).order_by("name"),
        "fact": DistrictContext.objects.filter(district=district, sex="").order_by("-year").first(),
        "neighbours": sorted((d for d in facets.districts() if d.slug in names), key=lambda other: other.name),
    }
    return render(request, "programmes/district.html", context)


@public
def organisation(request, organisation):
    organisation = get_object_or_404(Organisation, code=organisation)
    at = clock.now()
    runs = list(openings.best_runs(at, course__organisation=organisation).values())[:MOST_CARDS]
    context = {
        "organisation": organisation,
        "cards": cards.of_runs(runs, at),
        "venues": openings.places_of(organisation, at),
    }
    return render(request, "programmes/organisation.html", context)
