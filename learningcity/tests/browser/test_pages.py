"""Every page in a real browser: accessible in both directions, light, and complete with the keyboard alone."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from .test_way import fill_person, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]  # one worker builds one city
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "rules": {rule: {"enabled": True} for rule in ("target-size", "td-has-header", "css-orientation-lock")},
}
PUBLIC = ["/", "", "cours/", "cours/?q=zzzz", "cours/anglais/", "observatoire/", "gestion/connexion/"]
PUBLIC += ["aide/", "accessibilite/", "confidentialite/", "components/", "nulle-part/"]
VIEWS = [("ar", 320), ("fr", 1280)]  # both directions, both ends of the widths
FIRST_LOAD = 60_000  # bytes over the wire, everything of a resident's page
HTML_AND_CSS = 32_000


def violations(page):
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize(("lang", "width"), VIEWS)
@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_breaks_no_rule_of_accessibility(open_page, path, lang, width):
    page = open_page(path if path == "/" else f"/{lang}/{path}", width=width)
    assert violations(page) == []


@pytest.mark.parametrize(("lang", "width"), VIEWS)
def test_the_pages_of_an_enrolment_break_no_rule_of_accessibility(open_page, lang, width):
    page = open_page(f"/{lang}/cours/?places=on", width=width)
    page.locator(".card h3 a").first.click()
    seen = {}

    def look():
        seen[page.title()] = violations(page)

    def submit():
        page.locator("main form button[type=submit]").last.click()
        look()

    submit()
    submit()  # nothing chosen: the page with its error
    page.check("[name=who][value=child]")
    submit()
    submit()
    fill_person(page, lang)
    page.check("[name=relation][value=mother]")
    page.fill("[name=guardian_name]", "Amina")
    submit()
    submit()
    page.fill("[name=phone]", f"0633{width:06}")
    submit()
    submit()
    page.check("[name=consent]")
    submit()
    assert "/i/" in page.url
    assert [title for title, broken in seen.items() if broken] == [], seen


@pytest.mark.parametrize(("lang", "width"), VIEWS)
def test_the_staff_pages_break_no_rule_of_accessibility(open_page, lang, width):
    page = open_page(f"/{lang}/gestion/connexion/", width=width)
    sign_in(page, "trainer")
    assert violations(page) == []
    for link in ("a[href*='/appel/']", "a[href*='/inscrits/']"):
        page.goto(f"/{lang}/gestion/")
        page.locator(link).first.click()
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


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_the_keyboard_alone_is_enough_to_enrol(open_page, lang):
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
    person.type_into("phone", "0644000012")
    person.follow()
    person.tick("consent")
    person.follow()
    assert re.search(r"/i/[\w-]{22}/", page.url)


def test_a_form_with_errors_names_them_first_and_keeps_what_was_typed(open_page):
    page = open_page("/fr/cours/?places=on")
    page.locator(".card h3 a").first.click()
    page.locator("main form button[type=submit]").last.click()
    page.check("[name=who][value=me]")
    page.locator("main form button[type=submit]").last.click()
    page.fill("[name=given_name]", "Hind")
    page.fill("[name=birth_2]", "88")
    page.locator("main form button[type=submit]").last.click()
    assert page.title().startswith("Erreur")
    assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    assert page.input_value("[name=given_name]") == "Hind"
    page.locator("[data-error-summary] a").first.click()
    assert page.evaluate("document.activeElement.name").startswith("birth_")
    assert page.get_attribute("[name=birth_2]", "aria-invalid") == "true"
