"""The whole way: a resident enrols, staff mark her present, the figures of her arrondissement move."""

import re

import pytest

from learningcity.services.accounts import DEMO_PASSWORD, DEMO_STAFF

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]  # one worker builds one city
WORDS = {
    "fr": {"open": "Places disponibles", "done": "C’est fait", "typed": ("Yasmine", "El Amrani")},
    "ar": {"open": "مقاعد متاحة", "done": "تم.", "typed": ("ياسمين", "العمراني")},
}


def submit(page):
    page.locator("main form button[type=submit]").last.click()


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
    page.locator(".card", has_text=WORDS[lang]["open"]).locator("h3 a").first.click()
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
