from collections import Counter

import pytest
from django.db import transaction
from django.db.models import Q, Sum

from learningcity import clock
from learningcity.models import District, DistrictContext, Holiday, Population, Prefecture, Quartier
from learningcity.services.reference import DATA, apportion, load_ground, rows_of
from programmes.models import (
    Commitment,
    Convention,
    Course,
    CourseRun,
    MoneyEntry,
    Organisation,
    Pathway,
    Programme,
    Room,
    Venue,
)
from programmes.models.runs import RunStatus
from programmes.services.reference import load_offer

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def city(django_db_setup, django_db_blocker):
    """Loaded once for this file and rolled back after it: loading takes a second."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load_ground() | load_offer()
        transaction.set_rollback(True)


def test_the_city_is_complete(city):
    assert Prefecture.objects.count() == 8
    assert District.objects.count() == 17
    assert District.objects.in_commune().count() == 16
    assert Quartier.objects.count() == 118
    assert Venue.objects.count() == Room.objects.count() == 67
    assert Organisation.objects.count() == 30
    assert Course.objects.published().count() == 50
    assert Pathway.objects.count() == 6


def test_the_mechouar_belongs_to_no_prefecture(city):
    mechouar = District.objects.get(prefecture=None)
    assert (mechouar.number, mechouar.slug) == (81, "mechouar-de-casablanca")


def test_numbers_and_slugs_come_from_code_and_name(city):
    district = District.objects.get(code="06.141.01.21")
    assert (district.number, district.slug, district.name_ar) == (21, "ain-sebaa", "عين السبع")


def test_outlines_close_and_hold_their_label(city):
    for district in District.objects.all():
        longitudes = [point[0] for point in district.outline]
        assert district.outline[0] == district.outline[-1]
        assert min(longitudes) < district.label_longitude < max(longitudes)


def test_ages_sum_to_the_municipal_population_of_both_censuses(city):
    stated = {
        (int(row["census_year"]), row["code"], row["sex"][0].upper()): int(row["population_municipal"])
        for row in rows_of(DATA / "population.csv")
    }
    cells = Population.objects.values("year", "district__code", "sex").annotate(residents=Sum("residents"))
    assert len(cells) == 17 * 2 * 2
    for cell in cells:
        assert cell["residents"] == stated[cell["year"], cell["district__code"], cell["sex"]]


def test_apportioning_is_exact():
    assert apportion(10, [1, 1, 1]) == [4, 3, 3]
    assert apportion(0, [50.2, 49.7]) == [0, 0]


def test_illiteracy_of_the_women_of_sidi_moumen_is_that_of_the_census(city):
    context = DistrictContext.objects.get(district__slug="sidi-moumen", year=2024, sex="F")
    assert (float(context.illiteracy_15_plus), context.residents_15_plus) == (20.0, 210_641)


def test_islamic_holidays_wait_for_the_announcement(city):
    assert Holiday.objects.get(name_fr="Fête du Trône", date__year=2027).is_provisional is False
    assert Holiday.objects.filter(name_fr="Fête du sacrifice", is_provisional=False).count() == 0


def test_eleven_venues_are_not_open_and_some_have_no_district(city):
    assert Venue.objects.filter(is_open=False).count() == 11
    assert Venue.objects.filter(district=None).count() == 11


def test_every_course_can_be_published(city):
    for course in Course.objects.published():
        for language in ("fr", "ar"):
            for text in ("title", "summary", "level", "to_bring"):
                assert getattr(course, f"{text}_{language}"), f"{course.code} {text} {language}"
            assert len(getattr(course, f"outcomes_{language}").splitlines()) == 3
        assert course.minimum_age is not None
        assert course.certificate_share == 75
        assert course.hours
    assert Course.objects.published().count() == 50


def test_every_family_and_theme_is_on_offer(city):
    families = Counter(Course.objects.values_list("programme__family", flat=True))
    assert set(families) == set(Programme.Family.values)
    assert len(set(Course.objects.values_list("theme", flat=True))) == 8


def test_the_course_on_rights_is_never_named_in_a_message(city):
    assert list(Course.objects.filter(is_sensitive=True).values_list("code", flat=True)) == ["C039"]


def test_the_access_of_a_place_is_unknown_until_someone_has_looked(city):
    features = Venue.objects.values_list("step_free", "adapted_toilet", "hearing_loop", "childcare", "women_space")
    assert set(features) == {(None,) * 5}
    assert set(Venue.objects.values_list("transport", "hours")) == {("", "")}


def test_every_programme_has_its_kind_and_every_course_its_language(city):
    assert not Programme.objects.filter(subtype="").exists()
    assert not Course.objects.filter(language="").exists()
    assert {audience for programme in Programme.objects.all() for audience in programme.audiences} <= set(
        Programme.Audience.values
    )


def test_levels_and_fields_are_those_of_the_frameworks(city):
    for course in Course.objects.all():
        course.full_clean()
    levels = Course.objects.filter(programme__subtype="languages").values_list("cefr_level", flat=True)
    assert set(levels) == {"A1"}
    assert not Course.objects.published().filter(theme="digital", digcomp_level=None).exists()


def test_organisations_with_courses_say_who_they_are(city):
    offering = Organisation.objects.exclude(courses=None)
    assert not offering.filter(Q(description_fr="") | Q(description_ar="")).exists()


def test_the_regional_agreement_has_five_axes_and_its_contributions_sum_to_its_amount(city):
    convention = Convention.objects.get()
    assert (convention.amount, str(convention.signed_on)) == (3_000_000_000, "2024-01-09")
    assert [axis.number for axis in convention.axes.all()] == [1, 2, 3, 4, 5]
    assert convention.contributions.get(is_confirmed=True).amount == 500_000_000
    assert sum(part.amount for part in convention.contributions.all()) == convention.amount
    assert [programme.code for programme in Programme.objects.exclude(axis=None)] == ["deuxieme-chance"]


def test_no_money_and_no_promise_is_invented(city):
    assert not MoneyEntry.objects.exists()
    assert not Commitment.objects.exists()


def test_a_pathway_leads_through_courses_in_order_to_a_trade(city):
    pathway = Pathway.objects.get(code="P01")
    assert [step.course.code for step in pathway.steps.all()] == ["C001", "C002", "C017", "C020"]
    assert not Pathway.objects.filter(isco="").exists()


def test_there_are_models_to_start_from_and_a_course_to_practise_on(city):
    assert Course.objects.templates().count() == 3
    practice = Course.objects.get(kind=Course.Kind.PRACTICE)
    run = practice.runs.get()
    at = clock.now()
    assert run.status(at, clock.local_day(at)) == RunStatus.OPEN
    assert not CourseRun.objects.public().filter(course=practice).exists()


def test_loading_again_changes_nothing(city):
    again = load_ground() | load_offer()
    assert all(counts["created"] == counts["changed"] == 0 for counts in again.values())


def test_loading_again_corrects_the_census_and_keeps_what_staff_wrote(city):
    District.objects.filter(number=53).update(label_latitude=0)
    Course.objects.filter(code="C001").update(title_fr="Lire et écrire")
    Pathway.objects.get(code="P01").steps.last().delete()
    again = load_ground() | load_offer()
    assert again["districts"]["changed"] == 1
    assert Course.objects.get(code="C001").title_fr == "Lire et écrire"
    assert Pathway.objects.get(code="P01").steps.count() == 3
