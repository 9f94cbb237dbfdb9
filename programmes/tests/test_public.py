from datetime import timedelta
from html import unescape

import pytest

from learningcity import clock
from learningcity.tests.factories import district

from .factories import course, run, today, venue

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LANGUAGES = ["fr", "ar", "en"]


def titles(response):
    return [card["title"] for card in response.context["cards"]]


# --- Home ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_home_shows_the_next_courses_in_the_language_of_the_address(page, language):
    group = run()

    response = page("/", language)

    assert titles(response) == [getattr(group.course, f"title_{language}")]
    assert response["Content-Language"] == language


def test_home_has_eight_tiles_and_the_arrondissements(page):
    district("Anfa", "أنفا")
    district("Méchouar", "المشور", prefecture=None)

    response = page("/")

    assert response.text.count('class="tile"') == 8
    assert [each.slug for each in response.context["districts"]] == ["anfa"]


def test_home_shows_five_courses_at_most(page):
    for _ in range(6):
        run()

    assert len(titles(page("/"))) == 5


def test_home_without_courses_says_so(page):
    assert "New dates soon" in page("/").text


# --- Catalogue ----------------------------------------------------------------------------------------------


@pytest.fixture
def three():
    """Sewing in Anfa, full; carpentry and a phone course in Sidi Moumen, open."""
    anfa, moumen = venue(district=district("Anfa", "أنفا")), venue(district=district("Sidi Moumen"))
    sewing = course(title_fr="Couture", title_ar="الخياطة", title_en="Sewing", theme="trade")
    carpentry = course(title_fr="Menuiserie", title_ar="النجارة", title_en="Carpentry", theme="trade")
    phone = course(title_fr="Téléphone", title_ar="الهاتف", title_en="Phone", theme="digital")
    run(course=sewing, venue=anfa, seats_taken=30, starts_on=today() + 11 * DAY)
    run(course=carpentry, venue=moumen, starts_on=today() + 12 * DAY)
    run(course=phone, venue=moumen, starts_on=today() + 13 * DAY)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["Carpentry", "Phone", "Sewing"]),
        ("q=", ["Carpentry", "Phone", "Sewing"]),
        ("q=couture", ["Sewing"]),
        ("q=الخياطه", ["Sewing"]),
        ("arr=anfa", ["Sewing"]),
        ("arr=sidi-moumen", ["Carpentry", "Phone"]),
        ("arr=anfa&arr=sidi-moumen", ["Carpentry", "Phone", "Sewing"]),
        ("theme=digital", ["Phone"]),
        ("theme=digital&arr=anfa", []),
        ("places=on", ["Carpentry", "Phone"]),
        ("theme=trade&places=on&q=menuiserie", ["Carpentry"]),
        ("theme=nothing", ["Carpentry", "Phone", "Sewing"]),
        ("arr=nowhere", ["Carpentry", "Phone", "Sewing"]),
        ("other=1&places=false", ["Carpentry", "Phone", "Sewing"]),
    ],
)
def test_catalogue_answers_the_question_of_the_address(client, query, shown):
    response = client.get(f"/en/cours/?{query}")

    assert response.status_code == 200
    assert titles(response) == shown


@pytest.mark.usefixtures("three")
def test_catalogue_title_says_how_many_and_of_what(page):
    response = page("/cours/", q="couture", arr="anfa")

    assert response.context["title"] == "1 course for “couture” in Anfa"
    assert unescape(response.text).count("1 course for “couture” in Anfa") == 2


@pytest.mark.usefixtures("three")
def test_catalogue_offers_to_take_each_choice_away(client):
    response = client.get("/en/cours/?q=couture&arr=anfa&arr=sidi-moumen&places=on&page=1")

    assert [link["href"] for link in response.context["links"]] == [
        "?q=couture&arr=anfa&arr=sidi-moumen&places=on".replace(gone, "").replace("?&", "?")
        for gone in ("q=couture", "&places=on", "&arr=anfa", "&arr=sidi-moumen")
    ]


def test_catalogue_with_nothing_found_says_what_to_do(page):
    assert "Nothing fits yet" in page("/cours/", q="xyz").text


@pytest.mark.parametrize(("asked", "shown"), [("1", 1), ("2", 2), ("٢", 2)])
def test_a_page_is_asked_for_by_its_number(page, asked, shown):
    make_pages(2)
    assert page("/cours/", page=asked).context["page"].number == shown


@pytest.mark.parametrize("asked", ["-1", "0", "99", "abc", "1e21", "", "9" * 500])
def test_a_page_that_does_not_exist_leads_to_the_first(client, asked):
    make_pages(2)
    response = client.get("/fr/cours/", {"q": "cours", "page": asked})
    assert (response.status_code, response["Location"]) == (302, "/fr/cours/?q=cours")


def make_pages(number):
    place = venue()
    for _ in range(20 * (number - 1) + 1):
        run(venue=place, meetings=0)


def test_what_was_typed_is_shown_as_text(page):
    response = page("/cours/", q='"><script>alert(1)</script>{{7*7}}')

    assert "<script>alert" not in response.text
    assert "&lt;script&gt;" in response.text
    assert "49" not in response.context["title"]


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("path", ["/fr/cours/?q=e", "/ar/cours/?arr=anfa", "/fr/cours/?q=xyz"])
def test_fragment_of_the_catalogue_is_the_part_of_its_page(same_fragment, path):
    assert "<html" not in same_fragment(path, "results")


@pytest.mark.parametrize(
    ("language", "order"),
    [("fr", ["anfa", "moulay-rachid", "sidi-moumen"]), ("ar", ["anfa", "sidi-moumen", "moulay-rachid"])],
)
def test_arrondissements_are_sorted_in_the_language_of_the_page(page, language, order):
    for french, arabic in [("Sidi Moumen", "سيدي مومن"), ("Moulay Rachid", "مولاي رشيد"), ("Anfa", "أنفا")]:
        district(french, arabic)

    choices = page("/cours/", language).context["search"].form.fields["arr"].queryset

    assert [each.slug for each in choices] == order


# --- Course -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_course_page_speaks_the_language_of_the_address(page, language):
    group = run()

    response = page(f"/cours/{group.course.slug}/", language)

    assert getattr(group.course, f"title_{language}") in response.text
    assert response.text.count('name="groupe"') == 1
    assert f'value="{group.code}"' in response.text


def test_text_that_is_missing_in_arabic_is_shown_in_french(page):
    group = run(course=course(title_ar="", summary_fr="Les premiers pas."))

    response = page(f"/cours/{group.course.slug}/", "ar")

    assert group.course.title_fr in response.text


def test_archived_course_keeps_its_page_and_shows_others(page):
    old = course(state="archived", theme="trade")
    similar = run(course=course(theme="trade"))
    run(course=course(theme="digital"))

    response = page(f"/cours/{old.slug}/")

    assert "No group is open now" in response.text
    assert [card["title"] for card in response.context["others"]] == [similar.course.title_en]


@pytest.mark.parametrize("state", ["draft", "in_review"])
def test_unpublished_course_does_not_exist(page, state):
    page(f"/cours/{course(state=state).slug}/", status=404)
    page("/cours/never-existed/", status=404)


def test_first_open_group_is_chosen_beforehand(page):
    one = course()
    full = run(course=one, starts_on=today() + 10 * DAY, seats_taken=30)
    later = run(course=one, starts_on=today() + 15 * DAY, enrolment_opens_at=clock.now() + DAY)
    free = run(course=one, starts_on=today() + 20 * DAY, label="B")

    groups = page(f"/cours/{one.slug}/").context["groups"]

    assert [(group["value"], group["checked"]) for group in groups] == [
        (free.code, True),
        (full.code, False),
        (later.code, False),
    ]


def test_course_that_opens_later_cannot_be_joined_yet(page):
    group = run(enrolment_opens_at=clock.now() + DAY)

    response = page(f"/cours/{group.course.slug}/")

    assert response.context["groups"][0]["status"] == "soon"
    assert '<button class="btn btn-wide"' not in response.text


def test_hidden_groups_are_not_on_the_course_page(page):
    one = course()
    run(course=one, decision="draft")
    run(course=one, decision="cancelled")

    assert page(f"/cours/{one.slug}/").context["groups"] == []


def test_rule_of_giving_places_is_said(page):
    group = run(desk_seats=2)

    text = page(f"/cours/{group.course.slug}/").text

    assert "First come, first served. 2 places are kept for people who enrol at a desk." in text


# --- Cost ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/cours/"])
def test_lists_cost_the_same_for_one_and_for_three(page, queries_of, path):
    run()
    page(path)
    one = queries_of(page, path)
    run(venue=venue(district=district("Anfa", "أنفا")), meetings=3)
    run(venue=venue(district=None))

    assert queries_of(page, path) == one


def test_course_page_costs_the_same_for_one_and_for_three(page, queries_of):
    one = course()
    run(course=one)
    path = f"/cours/{one.slug}/"
    page(path)
    for_one = queries_of(page, path)
    run(course=one, label="B", meetings=3)
    run(course=one, label="C")

    assert queries_of(page, path) == for_one


def test_public_pages_set_no_cookie(client):
    group = run()
    for path in ("/fr/", "/fr/cours/", f"/fr/cours/{group.course.slug}/"):
        assert not client.get(path).cookies
