"""The way in, the list of courses and its filters."""

import gzip
import re
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser

import pytest
from django.core.paginator import Paginator

from learningcity import clock
from learningcity.templatetags.city import page_numbers
from learningcity.tests.factories import district

from ..models import CourseRun
from .factories import course, offered, run, today, venue

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LANGUAGES = ["fr", "ar", "en"]


class Elements(HTMLParser):
    def __init__(self, response):
        super().__init__()
        self.found = []
        self.feed(response.text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def all(self, tag, **wanted):
        wanted = {name.rstrip("_"): value for name, value in wanted.items()}
        return [attrs for name, attrs in self.found if name == tag and wanted.items() <= attrs.items()]


def heading(response):
    return unescape(re.search(r"<h1[^>]*>(.*?)</h1>", response.text)[1])


def titles(response):
    return [card.title for card in response.context["cards"]]


# --- Home ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_home_shows_the_next_courses_in_the_language_of_the_address(page, language):
    group = offered()

    response = page("/", language)

    assert titles(response) == [getattr(group.course, f"title_{language}")]
    assert response["Content-Language"] == language


def test_home_has_eight_tiles_and_the_arrondissements(page):
    district("Anfa", "أنفا")
    district("Méchouar", "المشور", prefecture=None)

    response = page("/")

    assert response.text.count('class="tile"') == 8
    assert response.context["districts"] == (("Anfa", "anfa"),)


def test_home_shows_five_courses_at_most(page):
    place = venue()
    for _ in range(6):
        offered(venue=place)

    assert len(titles(page("/"))) == 5


def test_home_without_courses_offers_to_be_told(page):
    assert Elements(page("/")).all("a", href="/en/me-prevenir/")


def test_home_leads_to_places_pathways_and_practice(page):
    shown = Elements(page("/", "fr"))

    for target in ("/fr/lieux/", "/fr/parcours/", "/fr/aide/s-entrainer/"):
        assert shown.all("a", href=target)


# --- Catalogue ----------------------------------------------------------------------------------------------


@pytest.fixture
def three():
    """Sewing in Anfa, full; carpentry and a phone course in Sidi Moumen, open."""
    anfa, moumen = venue(district=district("Anfa", "أنفا")), venue(district=district("Sidi Moumen"))
    sewing = course(title_fr="Couture", title_ar="الخياطة", title_en="Sewing", theme="trade")
    carpentry = course(title_fr="Menuiserie", title_ar="النجارة", title_en="Carpentry", theme="trade")
    phone = course(title_fr="Téléphone", title_ar="الهاتف", title_en="Phone", theme="digital")
    offered(course=sewing, venue=anfa, seats_taken=30, starts_on=today() + 11 * DAY)
    offered(course=carpentry, venue=moumen, starts_on=today() + 12 * DAY)
    offered(course=phone, venue=moumen, starts_on=today() + 13 * DAY)


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
        ("places=1", ["Carpentry", "Phone"]),
        ("theme=trade&places=1&q=menuiserie", ["Carpentry"]),
        ("tri=date", ["Sewing", "Carpentry", "Phone"]),
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
def test_title_says_how_many_and_of_what_and_is_a_status(page):
    response = page("/cours/", q="couture", arr="anfa")

    assert heading(response) == "1 course for “couture” in Anfa"
    assert unescape(response.text).count("1 course for “couture” in Anfa") == 2
    assert '<div role="status"><h1' in response.text


@pytest.mark.usefixtures("three")
def test_each_choice_can_be_taken_away_and_all_at_once(client):
    response = client.get("/en/cours/?q=couture&arr=anfa&arr=sidi-moumen&places=1&page=1")

    shown = [attrs["href"] for attrs in Elements(response).all("a", class_="chip")]
    assert set(shown) == {
        "?arr=anfa&arr=sidi-moumen&places=1",
        "?q=couture&arr=sidi-moumen&places=1",
        "?q=couture&arr=anfa&places=1",
        "?q=couture&arr=anfa&arr=sidi-moumen",
        "?q=couture&places=1",  # nothing is found: without both arrondissements
    }
    assert Elements(response).all("a", href="/en/cours/")


@pytest.mark.usefixtures("three")
def test_filters_stand_in_the_page_with_their_counts(page):
    response = page("/cours/", arr="anfa")
    boxes = {(attrs["name"], attrs["value"]): attrs for attrs in Elements(response).all("input", type="checkbox")}

    assert "checked" in boxes["arr", "anfa"]
    assert "disabled" not in boxes["arr", "sidi-moumen"]
    assert "disabled" in boxes["theme", "digital"]
    assert "Sidi Moumen <bdi>(2)</bdi>" in response.text
    assert "Phone and computer <bdi>(0)</bdi>" in response.text


@pytest.mark.usefixtures("three")
def test_option_that_is_chosen_is_never_disabled(page):
    response = page("/cours/", arr="anfa", theme="digital")

    boxes = Elements(response).all("input", type="checkbox", value="digital")
    assert len(boxes) == 1
    assert "checked" in boxes[0]
    assert "disabled" not in boxes[0]


@pytest.mark.usefixtures("three")
def test_filters_have_a_page_of_their_own(page):
    response = page("/cours/filtres/", q="couture", arr="anfa", tri="date")
    shown = Elements(response)

    (form,) = [attrs for attrs in shown.all("form") if attrs["action"] == "/en/cours/"]
    assert form["method"] == "get"
    assert shown.all("input", type="hidden", name="q", value="couture")
    assert shown.all("input", type="hidden", name="tri", value="date")
    assert response.text.count("Show 1 course<") == 2
    assert len(shown.all("a", href="/en/cours/filtres/")) == 2
    assert not [attrs for attrs in shown.all("input", type="checkbox") if any("hx-" in name for name in attrs)]


@pytest.mark.usefixtures("three")
def test_list_leads_to_the_filters_with_its_question(page):
    shown = Elements(page("/cours/", q="couture", arr="anfa"))

    assert shown.all("a", href="/en/cours/filtres/?q=couture&arr=anfa")
    assert shown.all("a", href="/en/me-prevenir/?q=couture&arr=anfa")


def test_nothing_found_shows_what_each_choice_takes_away(page):
    moumen = venue(district=district("Sidi Moumen"))
    district("Anfa", "أنفا")
    offered(course=course(title_fr="Couture"), venue=moumen)

    response = page("/cours/", q="couture", arr="anfa")

    assert response.context["total"] == 0
    ways = {one.href: one.total for one in response.context["without"]}
    assert ways["?q=couture"] == 1
    assert Elements(response).all("a", href="?q=couture")
    assert Elements(response).all("a", href="/en/me-prevenir/?q=couture&arr=anfa")


def test_nothing_found_shows_what_comes_close(page):
    district("Anfa", "أنفا")
    group = offered(venue=venue(district=district("Sidi Moumen")))

    response = page("/cours/", arr="anfa", q="zzzz")

    assert response.context["nearest"][0].run == group.pk


@pytest.mark.usefixtures("three")
def test_words_that_were_corrected_and_words_nobody_knows_are_said(page):
    response = page("/cours/", q="cuture wxyzq")

    [(typed, used)] = response.context["answer"].corrected.items()
    for word in (typed, used, "wxyzq"):
        assert f"“<bdi>{word}</bdi>”" in response.text


@pytest.mark.parametrize(("asked", "shown"), [("1", 1), ("2", 2), ("٢", 2)])
def test_a_page_is_asked_for_by_its_number(page, asked, shown):
    make_pages(2)
    assert page("/cours/", page=asked).context["page"].number == shown


@pytest.mark.parametrize("asked", ["-1", "0", "99", "99999999999", "abc", "1e21", "", "9" * 500])
def test_a_page_that_does_not_exist_leads_to_the_first(client, asked):
    make_pages(2)
    response = client.get("/fr/cours/", {"q": "telephone", "page": asked})
    assert (response.status_code, response["Location"]) == (302, "/fr/cours/?q=telephone")


def test_pages_of_a_long_list_are_few_links():
    gap = Paginator.ELLIPSIS

    assert list(page_numbers(Paginator(range(2000), 20).page(50))) == [1, gap, 49, 50, 51, gap, 100]


def test_pages_keep_the_question(page):
    make_pages(2)
    shown = Elements(page("/cours/", q="telephone", theme="digital", page="2"))

    (before, first) = [attrs["href"] for attrs in shown.all("a") if "page=1" in attrs.get("href", "")]
    assert before == first == "?q=telephone&theme=digital&page=1"


def make_pages(number):
    place = venue()
    for _ in range(20 * (number - 1) + 1):
        offered(venue=place, meetings=0)


def test_what_was_typed_is_shown_as_text(page):
    response = page("/cours/", q='"><script>alert(1)</script>{{7*7}}')

    assert "<script>alert" not in response.text
    assert "&lt;script&gt;" in response.text
    assert "49" not in heading(response)


def test_list_waits_for_the_button(page):
    """Nothing is sent while someone is still choosing."""
    response = page("/cours/")

    waiting = {"data-hx-trigger", "hx-trigger", "onchange"}
    triggers = [name for _tag, attrs in Elements(response).found for name in attrs if name in waiting]
    assert triggers == []


@pytest.mark.parametrize(
    ("language", "order"),
    [("fr", ["anfa", "moulay-rachid", "sidi-moumen"]), ("ar", ["anfa", "sidi-moumen", "moulay-rachid"])],
)
def test_arrondissements_are_sorted_in_the_language_of_the_page(page, language, order):
    for french, arabic in [("Sidi Moumen", "سيدي مومن"), ("Moulay Rachid", "مولاي رشيد"), ("Anfa", "أنفا")]:
        district(french, arabic)

    boxes = Elements(page("/cours/", language)).all("input", name="arr")

    assert [attrs["value"] for attrs in boxes] == order


def test_position_and_age_stay_in_the_form(page):
    response = page("/cours/", pres="33.57,-7.59", age="14")

    shown = Elements(response)
    assert shown.all("input", name="pres", value="33.57,-7.59")
    assert shown.all("input", name="age", value="14")


# --- At once ------------------------------------------------------------------------------------------------


def test_seat_taken_shows_at_once(page):
    group = offered(capacity=6)
    assert titles(page("/cours/", places="1")) == [group.course.title_en]

    CourseRun.objects.filter(pk=group.pk).update(seats_taken=6)

    assert titles(page("/cours/", places="1")) == []
    assert page("/cours/").context["cards"][0].status == "full_wait"


def test_group_that_closes_leaves_the_list(page):
    group = offered(enrolment_closes_at=clock.now() + DAY)
    assert titles(page("/cours/")) == [group.course.title_en]


# --- Cost ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/cours/", "/cours/?q=telephone&theme=digital", "/cours/filtres/"])
def test_lists_cost_the_same_for_one_and_for_three(client, queries_of, path):
    offered()
    client.get(f"/en{path}")
    one = queries_of(client.get, f"/en{path}")
    offered(venue=venue(district=district("Anfa", "أنفا")), meetings=3)
    offered(venue=venue(district=None))
    client.get(f"/en{path}")

    assert queries_of(client.get, f"/en{path}") == one <= 3


PUBLIC = ["/", "/cours/", "/cours/?q=zzz", "/cours/filtres/?arr=anfa", "/cours/{course}/", "/lieux/", "/lieux/{place}/"]
PUBLIC += ["/arrondissements/sidi-moumen/", "/partenaires/{partner}/", "/parcours/", "/aide/s-entrainer/"]


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_set_no_cookie_and_may_be_kept(client, path):
    group = run()
    values = {"course": group.course.slug, "place": group.venue.slug, "partner": group.course.organisation.code}

    response = client.get("/fr" + path.format(**values))

    assert response.status_code == 200
    assert not response.cookies
    assert response["Cache-Control"] == "public, no-cache"
    assert "Cookie" not in response.get("Vary", "")


def test_page_weighs_little(client):
    make_pages(2)
    page = client.get("/ar/cours/").content
    results = page[page.index(b'<ul class="stack cards">') : page.index(b"</ul>\n", page.rindex(b"</article>"))]

    assert len(gzip.compress(page)) <= 17_000
    assert len(gzip.compress(results)) <= 8_000
