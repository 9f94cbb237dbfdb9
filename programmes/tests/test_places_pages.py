"""Places, arrondissements and partners."""

from datetime import timedelta

import pytest

from learningcity.models import DistrictContext
from learningcity.tests.factories import district

from ..models import Venue
from .factories import course, offered, organisation, run, today, venue

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def runs(response):
    return [card.run for card in response.context["cards"]]


# --- All places ---------------------------------------------------------------------------------------


def test_open_places_stand_under_their_arrondissement(page):
    moumen = district()
    here, closed = venue(district=moumen), venue(district=moumen, is_open=False)
    district("Anfa", "أنفا")

    response = page("/lieux/")

    assert [each.slug for each in response.context["districts"]] == ["sidi-moumen"]
    assert f'href="/en/lieux/{here.slug}/"' in response.text
    assert closed.slug not in response.text


def test_list_of_places_costs_the_same_for_one_and_for_three(page, queries_of):
    venue()
    one = queries_of(page, "/lieux/")
    venue(district=district("Anfa", "أنفا"))
    venue()

    assert queries_of(page, "/lieux/") == one


# --- One place ----------------------------------------------------------------------------------------


def test_place_shows_its_facts_in_both_scripts(page):
    place = venue(
        name_fr="Maison de quartier",
        name_ar="دار الحي",
        address_fr="12, rue des Oliviers",
        address_ar="12، زنقة الزيتون",
        phone="+212522123456",
        transport_en="Tram T1",
        hours_en="9 to 17",
        latitude=33.59,
        longitude=-7.61,
    )

    text = page(f"/lieux/{place.slug}/").text

    for words in ("Maison de quartier", "دار الحي", "12, rue des Oliviers", "12، زنقة الزيتون", "Tram T1", "9 to 17"):
        assert words in text
    assert 'href="tel:+212522123456"' in text
    assert 'href="https://www.openstreetmap.org/?mlat=33.59000&amp;mlon=-7.61000' in text
    assert "<iframe" not in text


def test_what_is_not_known_of_a_place_is_said(page):
    place = venue()

    text = page(f"/lieux/{place.slug}/").text

    assert "Not known: call before you come." in text
    assert "Not known, please ask: Step-free access" in text
    assert "openstreetmap" not in text


def test_place_shows_the_courses_one_can_join_there(page):
    place = venue()
    here = run(venue=place)
    run(course=here.course, venue=place, starts_on=here.starts_on + DAY)
    run(venue=place, decision="cancelled")
    run(venue=venue())

    response = page(f"/lieux/{place.slug}/")

    assert runs(response) == [here.pk]
    assert response.context["nearest"] is None


def test_place_without_courses_leads_to_the_nearest_that_has_some(page):
    place = venue(latitude=33.60, longitude=-7.60)
    far, near = (venue(latitude=north, longitude=-7.60) for north in (33.70, 33.62))
    venue(latitude=33.61, longitude=-7.60)
    run(venue=far)
    run(venue=near)

    response = page(f"/lieux/{place.slug}/")

    assert response.context["nearest"] == near
    assert f'href="/en/lieux/{near.slug}/"' in response.text


def test_place_of_unknown_position_has_no_nearest(page):
    place = venue()
    run(venue=venue(latitude=33.6, longitude=-7.6))

    assert page(f"/lieux/{place.slug}/").context["nearest"] is None


def test_unknown_place_does_not_exist(page):
    page("/lieux/nowhere/", status=404)


def test_place_that_is_closed_keeps_its_page(page):
    assert "not open yet" in page(f"/lieux/{venue(is_open=False).slug}/").text


# --- An arrondissement --------------------------------------------------------------------------------


def test_arrondissement_shows_its_courses_and_places(page):
    anfa = district("Anfa", "أنفا")
    here = offered(venue=venue(district=anfa))
    offered(venue=venue(district=district()))
    closed = venue(district=anfa, is_open=False)

    response = page("/arrondissements/anfa/")

    assert runs(response) == [here.pk]
    assert [place.pk for place in response.context["venues"]] == [here.venue_id]
    assert closed.slug not in response.text
    assert 'href="/en/cours/?arr=anfa"' in response.text


def test_arrondissement_without_courses_offers_to_be_told(page):
    district("Anfa", "أنفا")

    assert 'href="/en/me-prevenir/?arr=anfa"' in page("/arrondissements/anfa/").text


def test_figure_of_an_arrondissement_names_its_base_year_and_source(page):
    anfa = district("Anfa", "أنفا")
    shares = {"residents_15_plus": 12_345, "illiteracy_15_plus": "18.4"}
    DistrictContext.objects.create(district=anfa, year=2024, sex="", **shares)
    DistrictContext.objects.create(district=anfa, year=2014, sex="", illiteracy_15_plus="25.0")

    text = page("/arrondissements/anfa/").text

    assert "18.4 % of the 12,345 people aged 15 and over" in text
    assert "2024 (HCP, census)" in text


def test_neighbours_of_an_arrondissement_are_linked(page):
    square = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
    district("Anfa", "أنفا", outline=square)
    district("Maârif", "المعاريف", outline=[[east + 1, north] for east, north in square][::-1])
    district("Sbata", "سباتة", outline=[[east + 5, north] for east, north in square])

    text = page("/arrondissements/anfa/").text

    assert 'href="/en/arrondissements/maarif/"' in text
    assert "/arrondissements/sbata/" not in text


def test_the_mechouar_is_no_arrondissement(page):
    district("Méchouar", "المشور", prefecture=None)

    page("/arrondissements/mechouar/", status=404)


# --- A partner ----------------------------------------------------------------------------------------


def test_partner_shows_who_they_are_and_what_they_offer(page):
    partner = organisation(description_en="We teach trades.", phone="+212522123456")
    here = run(course=course(organisation=partner))
    run()

    response = page(f"/partenaires/{partner.code}/")

    assert runs(response) == [here.pk]
    assert list(response.context["venues"]) == [Venue.objects.get(pk=here.venue_id)]
    assert "We teach trades." in response.text
    assert 'href="tel:+212522123456"' in response.text


def test_places_of_a_partner_are_those_of_groups_that_have_not_ended(page):
    partner = organisation()
    run(course=course(organisation=partner), starts_on=today() - 90 * DAY, ends_on=today() - DAY)

    assert not page(f"/partenaires/{partner.code}/").context["venues"]


# --- Cost ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/lieux/{place}/", "/arrondissements/sidi-moumen/", "/partenaires/{partner}/"])
def test_pages_cost_the_same_for_one_and_for_three(page, queries_of, address):
    partner, place = organisation(), venue()
    path = address.format(place=place.slug, partner=partner.code)
    offered(course=course(organisation=partner), venue=place)
    page(path)
    one = queries_of(page, path)
    for _ in range(2):
        offered(course=course(organisation=partner), venue=place, meetings=3)
    page(path)

    assert queries_of(page, path) == one
