"""The page of a course: what one can join, how, and what else there is."""

import hashlib
from datetime import timedelta

import pytest
from django.urls import reverse

from learningcity import clock
from learningcity.models import Holiday
from learningcity.tests.factories import district

from ..models import Pathway, PathwayStep, VoiceClip
from .factories import course, meeting, offered, organisation, run, today, venue

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LANGUAGES = ["fr", "ar", "en"]


@pytest.fixture
def course_page(page):
    return lambda of, language="en", **options: page(f"/cours/{of.slug}/", language, **options)


def groups(response):
    return [
        (group["value"], group["status"], group["checked"], group["disabled"]) for group in response.context["groups"]
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_speaks_the_language_of_the_address(course_page, language):
    group = run()

    response = course_page(group.course, language)

    assert getattr(group.course, f"title_{language}") in response.text
    assert response.text.count('name="groupe"') == 1
    assert f'value="{group.code}"' in response.text


def test_text_that_is_missing_in_arabic_is_shown_in_french(course_page):
    group = run(course=course(title_ar="", summary_fr="Les premiers pas."))

    assert group.course.title_fr in course_page(group.course, "ar").text


@pytest.mark.parametrize("state", ["draft", "in_review"])
def test_unpublished_course_does_not_exist(page, course_page, state):
    course_page(course(state=state), status=404)
    page("/cours/never-existed/", status=404)


@pytest.mark.parametrize("state", ["published", "archived"])
def test_model_is_no_course(course_page, state):
    course_page(course(kind="template", state=state), status=404)


# --- What one can join --------------------------------------------------------------------------------


def test_groups_with_places_come_first_and_the_first_is_chosen(course_page):
    one = course()
    full = run(course=one, starts_on=today() + 10 * DAY, seats_taken=30)
    later = run(course=one, starts_on=today() + 15 * DAY, enrolment_opens_at=clock.now() + DAY)
    free = run(course=one, starts_on=today() + 20 * DAY, label="B")
    off = run(course=one, starts_on=today() + 5 * DAY, decision="cancelled")

    response = course_page(one)

    assert groups(response) == [
        (free.code, "open", True, False),
        (full.code, "full_wait", False, False),
        (later.code, "soon", False, True),
        (off.code, "cancelled", False, True),
    ]
    assert response.context["page"].openings.notice == ""


def test_course_that_opens_later_cannot_be_joined_yet(course_page):
    group = run(enrolment_opens_at=clock.now() + DAY)

    response = course_page(group.course)

    assert groups(response) == [(group.code, "soon", False, True)]
    assert "btn-wide" not in response.text


def test_drafts_are_not_shown(course_page):
    one = course()
    run(course=one, decision="draft")

    response = course_page(one)

    assert groups(response) == []
    assert response.context["page"].openings.notice == "No group is open now. New dates soon."


def test_all_dates_of_a_group_are_listed(course_page):
    group = run(meetings=3)
    meeting(group, date=group.starts_on + DAY, state="cancelled", reason="Holiday")

    response = course_page(group.course)

    assert response.text.count("10:30 to 12:00</bdi></li>") + response.text.count("</s> – ") == 4
    assert "cancelled: Holiday" in response.text


def test_a_holiday_has_its_name_in_the_language_of_the_page(course_page):
    group = run()
    day = group.starts_on + DAY
    feast = Holiday.objects.create(date=day, name_fr="Fête du travail", name_ar="عيد الشغل", is_provisional=True)
    meeting(group, date=day, state="skipped", reason=feast.name_fr)

    assert "Fête du travail" in course_page(group.course, "fr").text
    arabic = course_page(group.course, "ar").text
    assert "عيد الشغل" in arabic
    assert "Fête du travail" not in arabic

    Holiday.objects.update(name_ar="عيد العمال")
    assert "عيد العمال" in course_page(group.course, "ar").text


# --- When there is nothing to join ---------------------------------------------------------------------


def past(**fields):
    at = clock.now()
    values = {"enrolment_opens_at": at - 90 * DAY, "enrolment_closes_at": at - 60 * DAY}
    return run(**values | {"starts_on": today() - 50 * DAY, "ends_on": today() - DAY} | fields)


@pytest.mark.parametrize(
    ("make", "status"),
    [
        (lambda one: run(course=one, decision="cancelled"), "cancelled"),
        (lambda one: [run(course=one, decision="cancelled"), run(course=one, decision="cancelled")], "cancelled"),
        (lambda one: past(course=one, decision="cancelled"), "cancelled"),
        (lambda one: run(course=one, decision="postponed"), "postponed"),
        (lambda one: [run(course=one, decision="cancelled"), run(course=one, decision="postponed")], "postponed"),
        (lambda one: past(course=one), "finished"),
        (lambda one: past(course=one, ends_on=today() + DAY), "running"),
        (lambda one: past(course=one, starts_on=today() + DAY, ends_on=today() + 9 * DAY), "closed"),
        (lambda one: None, "closed"),
    ],
)
def test_page_of_a_course_nobody_can_join_says_why_and_shows_others(course_page, make, status):
    one = course(theme="trade")
    make(one)
    similar = offered(course=course(theme="trade"))
    offered(course=course(theme="digital"))

    response = course_page(one)

    assert response.context["page"].openings.status == status
    assert response.context["page"].openings.notice
    assert "btn-wide" not in response.text
    assert [card.run for card in response.context["others"]] == [similar.pk]
    assert "/en/me-prevenir/?theme=trade" in response.text


def test_cancelled_course_says_that_it_is_cancelled(course_page):
    group = run(decision="cancelled")

    text = course_page(group.course).text

    assert "This course is cancelled. You do not need to do anything. Here are others nearby." in text
    assert "inset-error" in text


def test_cancelled_group_beside_an_open_one_is_shown_as_such(course_page):
    one = course()
    run(course=one, decision="cancelled")
    free = run(course=one)

    response = course_page(one)

    assert [group["status"] for group in response.context["groups"]] == ["open", "cancelled"]
    assert response.context["page"].openings.first == free


def test_a_draft_that_is_put_away_was_never_public(page):
    never = course(state="archived", published_at=None)

    page(f"/cours/{never.slug}/", status=404)
    page(f"/cours/{never.slug}/calendrier.ics", status=404)


def test_archived_course_keeps_its_page_and_shows_others(course_page):
    old = course(state="archived", theme="trade")
    run(course=old)
    similar = run(course=course(theme="trade"))

    response = course_page(old)

    assert "This course is no longer given" in response.text
    assert groups(response) == []
    assert [card.run for card in response.context["others"]] == [similar.pk]


def test_course_whose_groups_are_full_is_not_over(course_page):
    group = run(seats_taken=30, waiting_count=50)

    response = course_page(group.course)

    assert groups(response) == [(group.code, "full", False, True)]
    assert response.context["page"].openings.status == "full"


def test_others_are_those_close_by_first(course_page):
    here, there = venue(district=district("Anfa", "أنفا")), venue(district=district("Sidi Moumen"))
    one = course(theme="trade")
    run(course=one, decision="cancelled", venue=there)
    for _ in range(3):
        offered(course=course(theme="trade"), venue=here)
    near = offered(course=course(theme="trade"), venue=there)

    assert course_page(one).context["others"][0].run == near.pk


def test_similar_courses_have_places_and_the_same_theme(course_page):
    one = course(theme="trade")
    run(course=one)
    before = run(course=course(theme="trade"))
    run(course=course(theme="trade"), seats_taken=30)
    run(course=course(theme="trade", state="archived"))
    run(course=course(theme="trade", kind="practice"))
    run(course=course(theme="digital"))

    assert [card.run for card in course_page(one).context["others"]] == [before.pk]


# --- What is said -------------------------------------------------------------------------------------


def test_how_places_are_given_is_said_with_what_the_desk_keeps(course_page):
    text = course_page(run(desk_seats=2).course).text
    assert "First come, first served. 2 places are kept for people who enrol at a desk." in text

    text = course_page(run().course).text
    assert "First come, first served. No places are kept back" in text


def test_access_says_what_nobody_knows(course_page):
    text = course_page(run(venue=venue(step_free=True, adapted_toilet=False)).course).text

    assert "Step-free access: yes" in text
    assert "Adapted toilet: no" in text
    assert "Not known, please ask: Hearing loop, Childcare, Space for women only." in text


def test_every_place_of_the_groups_is_named(course_page):
    one = course()
    first, second = venue(), venue()
    run(course=one, venue=first)
    run(course=one, venue=second)
    run(course=one, venue=venue(), mode="online")

    response = course_page(one)

    assert {place.pk for place, _access in response.context["places"]} == {first.pk, second.pk}
    assert f'href="/en/lieux/{first.slug}/"' in response.text


def test_organiser_pathways_and_needs_are_shown(course_page):
    one = course(organisation=organisation(phone="+212522123456"), prerequisites_en="Being able to read")
    way = Pathway.objects.create(code="W", slug="vers", name_fr="Vers la couture", goal_fr="Coudre")
    PathwayStep.objects.create(pathway=way, position=1, course=one)

    text = course_page(one).text

    assert f'href="/en/partenaires/{one.organisation.code}/"' in text
    assert 'href="tel:+212522123456"' in text
    assert "Being able to read" in text
    assert 'href="/en/parcours/vers/"' in text


def test_recording_is_offered_with_its_size_and_its_words(course_page):
    one = course()
    sound = b"OggS" * 20_000
    VoiceClip.objects.create(
        course=one,
        language="darija",
        sound=sound,
        size=len(sound),
        seconds=40,
        digest=hashlib.sha256(sound).hexdigest(),
        transcript="Ahlan",
    )

    text = course_page(one).text

    assert 'preload="none"' in text
    assert "40 seconds, 80 KB" in text
    assert "Ahlan" in text
    assert reverse("clip", args=[one.slug, "darija", hashlib.sha256(sound).hexdigest()[:8]])[4:] in text


def test_share_link_is_a_plain_address(course_page, settings):
    one = course(title_en="Sewing & more")
    run(course=one)

    text = course_page(one).text

    assert 'href="https://wa.me/?text=Sewing%20%26%20more' in text
    assert f"%2Fc%2F{one.code}" in text
    for size in ("a4", "a5"):
        assert f"/cours/{one.slug}/affiche-{size}.pdf" in text
    assert f"/cours/{one.slug}/calendrier.ics" in text


# --- Practice -----------------------------------------------------------------------------------------


@pytest.fixture
def practice():
    return run(course=course(kind="practice", slug="essai"), code="ESSAI-A")


@pytest.mark.usefixtures("practice")
def test_practice_leads_into_the_real_pages(page):
    response = page("/aide/s-entrainer/")

    assert 'href="/en/inscription/ESSAI-A/1/"' in response.text
    assert 'content="noindex"' in response.text
    assert page("/cours/essai/", status=302)["Location"] == "/en/aide/s-entrainer/"


def test_practice_course_that_is_not_there_is_not_missed(page):
    assert "There is no practice course at the moment" in page("/aide/s-entrainer/").text


@pytest.mark.usefixtures("practice")
def test_practice_course_is_in_no_list(page):
    assert page("/cours/").context["total"] == 0
    assert page("/").context["cards"] == ()
