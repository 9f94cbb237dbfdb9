"""The portal in a real browser: the whole way, every page without a broken rule, light, and by keyboard alone."""

import re

import pytest

from learningcity.services.accounts import DEMO_PASSWORD, DEMO_STAFF

from .axe import VIEWS, violations
from .conftest import follow

pytestmark = pytest.mark.browser
WORDS = {
    "fr": {"open": "Places disponibles", "done": "C’est fait", "typed": ("Yasmine", "El Amrani")},
    "ar": {"open": "مقاعد متاحة", "done": "تم.", "typed": ("ياسمين", "العمراني")},
}
PUBLIC = ["/", "", "cours/", "cours/?q=zzzz", "cours/anglais/", "observatoire/", "gestion/connexion/"]
PUBLIC += ["aide/", "accessibilite/", "confidentialite/", "components/", "nulle-part/"]
FIRST_LOAD = 60_000  # bytes over the wire, everything of a resident's page
HTML_AND_CSS = 32_000


def submit(page):
    follow(page, page.locator("main form button[type=submit]").last)


def fill_person(page, lang, *, year="1990", sex="F"):
    given, family = WORDS[lang]["typed"]
    page.fill("[name=given_name]", given)
    page.fill("[name=family_name]", family)
    for part, value in enumerate(["٢٧" if lang == "ar" else "27", "3", year]):
        page.fill(f"[name=birth_{part}]", value)
    page.check(f"[name=sex][value={sex}]")
    page.select_option("[name=district]", label="سيدي مومن" if lang == "ar" else "Sidi Moumen")


def enrol(page, lang, *, phone):
    submit(page)  # the course page, its first group chosen
    page.check("[name=who][value=me]")
    submit(page)
    fill_person(page, lang)
    submit(page)
    page.fill("[name=phone]", phone)
    submit(page)
    page.check("[name=consent]")
    submit(page)


@pytest.mark.parametrize(("lang", "js"), [("fr", True), ("fr", False), ("ar", True), ("ar", False)])
def test_a_resident_finds_a_course_and_enrols_without_an_account(open_page, city, lang, js):
    page = open_page(f"/{lang}/cours/?places=on", js=js)
    follow(page, page.locator(".card", has_text=WORDS[lang]["open"]).locator("h3 a").first)
    enrol(page, lang, phone=f"06{['fr', 'ar'].index(lang)}1000{int(js)}00")
    assert re.fullmatch(rf"{city.url}/i/[\w-]{{22}}/\?langue={lang}", page.url)
    assert WORDS[lang]["done"] in page.inner_text("h1")
    assert WORDS[lang]["typed"][0] in page.inner_text("h1")
    assert re.search(r"CA-[2-9A-Z]{5}-[2-9A-Z]{5}", page.inner_text("main"))
    assert page.get_attribute("html", "dir") == ("rtl" if lang == "ar" else "ltr")
    before = page.inner_text("main")
    page.reload()
    assert page.inner_text("main") == before


def sign_in(page, role):
    """Through the password and the second factor, as the demonstration tells them."""
    page.fill("[name=login]", next(email for code, _label, email in DEMO_STAFF if code == role))
    page.fill("[name=password]", DEMO_PASSWORD)
    submit(page)
    code = re.search(r"\b[0-9]{6}\b", page.inner_text("main")).group()
    page.fill("[name=code]", code)
    submit(page)


def learners_of(page, district):
    """The learners behind the rate, in the table beside the map."""
    cells = page.locator("table", has_text="Sidi Moumen").first.locator("tr", has_text=district).locator("td")
    return int(cells.first.inner_text())


@pytest.mark.parametrize("js", [True, False])
def test_the_figures_of_sidi_moumen_move_when_a_new_learner_is_marked_present(open_page, city, js):
    official = open_page("/fr/gestion/connexion/?next=/fr/observatoire/", width=1280, js=js)
    sign_in(official, "official")
    before = learners_of(official, "Sidi Moumen")
    trainer = open_page("/fr/gestion/connexion/", js=js)
    sign_in(trainer, "trainer")
    register = trainer.get_attribute("a[href*='/appel/']", "href")
    group = register.split("/")[4]

    resident = open_page(f"/fr/inscription/{group}/1/", js=js)
    resident.check("[name=who][value=me]")
    submit(resident)
    fill_person(resident, "fr", year=str(1970 + js))
    submit(resident)
    resident.fill("[name=phone]", f"069900000{int(js)}")
    submit(resident)
    resident.check("[name=consent]")
    submit(resident)
    assert "C’est fait" in resident.inner_text("h1")

    trainer.goto(f"/fr/gestion/groupes/{group}/inscrits/")
    assert "Yasmine El Amrani" in trainer.inner_text("table")
    trainer.goto(register)
    row = trainer.locator("fieldset.roll", has_text="Yasmine El Amrani").last
    row.locator("input[value='1']").check()
    submit(trainer)
    assert "Appel enregistré" in trainer.inner_text("main")

    city.run("rollup")
    official.reload()
    assert learners_of(official, "Sidi Moumen") == before + 1


@pytest.mark.parametrize(("lang", "width"), VIEWS)
@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_breaks_no_rule_of_accessibility(open_page, path, lang, width):
    page = open_page(path if path == "/" else f"/{lang}/{path}", width=width)
    assert violations(page) == []


@pytest.mark.parametrize(("lang", "width"), VIEWS)
def test_the_pages_of_an_enrolment_break_no_rule_of_accessibility(open_page, lang, width):
    page = open_page(f"/{lang}/cours/?places=on", width=width)
    follow(page, page.locator(".card h3 a").first)
    seen = {}

    def look():
        seen[page.title()] = violations(page)

    def step():
        submit(page)
        look()

    step()
    step()  # nothing chosen: the page with its error
    page.check("[name=who][value=child]")
    step()
    step()
    fill_person(page, lang)
    page.check("[name=relation][value=mother]")
    page.fill("[name=guardian_name]", "Amina")
    step()
    step()
    page.fill("[name=phone]", f"0633{width:06}")
    step()
    step()
    page.check("[name=consent]")
    step()
    assert "/i/" in page.url
    assert [title for title, broken in seen.items() if broken] == [], seen


@pytest.mark.parametrize(("lang", "width", "js"), [("ar", 320, True), ("fr", 1280, True), ("fr", 360, False)])
def test_a_second_child_takes_two_pages_and_her_data_are_behind_the_receipt(open_page, lang, width, js):
    page, seen = open_page(f"/{lang}/cours/?places=on", width=width, js=js), {}

    def look():
        seen[page.url] = violations(page) if js else []

    follow(page, page.locator(".card", has_text=WORDS[lang]["open"]).locator("h3 a").first)
    enrol(page, lang, phone=f"0655{width:05}{int(js)}")
    first = page.url
    follow(page, page.locator("form[action*='/autre/'] button"))
    look()
    fill_person(page, lang, year="1991")
    page.fill("[name=given_name]", "سلمى" if lang == "ar" else "Salma")
    page.check("[name=relation][value=mother]")
    submit(page)
    look()
    page.check("[name=consent]")
    submit(page)
    assert "/i/" in page.url
    assert page.url != first
    for way in ("/mes-donnees/", "/corriger/", "/effacer/"):
        page.goto(first.replace("/?", f"{'/mes-donnees' if way == '/corriger/' else ''}{way}?"))
        look()
    submit(page)  # without the tick: the page with its error
    look()
    assert page.locator("[aria-invalid=true]").count() == 1
    page.check("[name=sure]")
    submit(page)
    look()
    assert page.goto(first).status == 404
    assert [url for url, broken in seen.items() if broken] == [], seen


@pytest.mark.parametrize(("lang", "width"), VIEWS)
def test_the_pages_of_who_keeps_the_places_break_no_rule_of_accessibility(open_page, lang, width):
    page = open_page(f"/{lang}/gestion/connexion/", width=width)
    sign_in(page, "programme_officer")
    page.goto(f"/{lang}/gestion/doublons/")
    assert violations(page) == []
    page.goto(f"/{lang}/gestion/")
    follow(page, page.locator("a[href*='/inscrits/']").first)
    follow(page, page.locator("a[href$='/groupe/']").first)
    assert violations(page) == []


@pytest.mark.parametrize(("lang", "width"), VIEWS)
def test_the_staff_pages_break_no_rule_of_accessibility(open_page, lang, width):
    page = open_page(f"/{lang}/gestion/connexion/", width=width)
    sign_in(page, "trainer")
    assert violations(page) == []
    for link in ("a[href*='/appel/']", "a[href*='/inscrits/']"):
        page.goto(f"/{lang}/gestion/")
        follow(page, page.locator(link).first)
        assert violations(page) == []


@pytest.mark.parametrize("lang", ["fr", "ar", "en"])
@pytest.mark.parametrize("path", ["", "cours/", "cours/anglais/", "observatoire/"])
def test_a_first_visit_stays_within_its_weight(chromium, city, path, lang):
    context = chromium.new_context(viewport={"width": 360, "height": 640})
    page = context.new_page()
    requests = []
    page.on("requestfinished", lambda request: requests.append(request))
    page.goto(f"{city.url}/{lang}/{path}", wait_until="networkidle")
    answers = [(request.resource_type, request.sizes()["responseBodySize"]) for request in requests]
    context.close()
    budget = 140_000 if path == "observatoire/" else FIRST_LOAD
    assert sum(size for _kind, size in answers) <= budget, answers
    assert len(answers) <= 9
    if path != "observatoire/":
        assert sum(size for kind, size in answers if kind in ("document", "stylesheet")) <= HTML_AND_CSS


class Keyboard:
    """Someone without a mouse."""

    def __init__(self, page):
        self.page = page

    def tab_to(self, selector):
        for _press in range(80):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"{selector} is out of reach on {self.page.url}")

    def type_into(self, name, text):
        self.tab_to(f"[name={name}]")
        self.page.keyboard.type(text)

    def tick(self, name):
        self.tab_to(f"[name={name}]")
        self.page.keyboard.press("Space")

    def follow(self, selector="main form button[type=submit]"):
        self.tab_to(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")


@pytest.mark.parametrize(("lang", "phone"), [("fr", "0644000012"), ("ar", "0644000013")])
def test_the_keyboard_alone_is_enough_to_enrol(open_page, lang, phone):
    page = open_page(f"/{lang}/cours/?places=on")
    person = Keyboard(page)
    person.follow(".card h3 a")
    person.follow()
    person.tick("who")
    person.follow()
    person.type_into("given_name", "Salma")
    person.type_into("birth_2", "1988")
    person.tick("sex")
    person.tab_to("[name=district]")
    page.keyboard.press("ArrowDown")
    person.follow()
    person.type_into("phone", phone)
    person.follow()
    person.tick("consent")
    person.follow()
    assert re.search(r"/i/[\w-]{22}/", page.url)


def test_a_form_with_errors_names_them_first_and_keeps_what_was_typed(open_page):
    page = open_page("/fr/cours/?places=on")
    follow(page, page.locator(".card h3 a").first)
    submit(page)
    page.check("[name=who][value=me]")
    submit(page)
    page.fill("[name=given_name]", "Hind")
    page.fill("[name=birth_2]", "88")
    submit(page)
    assert page.title().startswith("Erreur")
    assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    assert page.input_value("[name=given_name]") == "Hind"
    page.locator("[data-error-summary] a").first.click()
    assert page.evaluate("document.activeElement.name").startswith("birth_")
    assert page.get_attribute("[name=birth_2]", "aria-invalid") == "true"
