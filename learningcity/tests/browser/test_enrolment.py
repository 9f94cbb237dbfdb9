"""An enrolment in a real browser, in French and in Arabic: what is asked, what goes wrong, and the way back."""

import json
import re
from datetime import date, timedelta

import pytest

from .conftest import follow
from .enrolling import (
    FINISH,
    GROUPS,
    OFFER,
    asked,
    born,
    fill_contact,
    first_page,
    send,
    shows_its_errors,
    stands_before,
    to_check,
)
from .test_portal import WORDS, fill_person, submit

pytestmark = pytest.mark.browser
BOTH = pytest.mark.parametrize("lang", ["fr", "ar"])
SCRIPTS = pytest.mark.parametrize("js", [True, False])
PHONES = ["06 12-34.56 78", "+212612345678", "00212 612 345 678", "٠٦١٢٣٤٥٦٧٨"]
NAMES = [("Ïd", "O’Connor-Ben Saïd"), ("فاطمة الزهراء", ""), ("", "Li"), ("x" * 80, "d'Orléans")]


@pytest.fixture(scope="module")
def groups(city):
    """{name: (code, slug, first day)}."""
    return json.loads(city.run("shell", "-v0", "-c", GROUPS).strip().splitlines()[-1])


# --- What is asked ----------------------------------------------------------------------------------------------


@BOTH
def test_nine_questions_are_asked_each_once_and_none_about_papers_mail_or_password(open_page, groups, lang):
    page, seen = first_page(open_page, groups, lang, js=False), []
    steps = [
        lambda: page.check("[name=who][value=me]"),
        lambda: fill_person(page, lang),
        lambda: fill_contact(page, f"06120000{len(lang)}{['fr', 'ar'].index(lang)}"),
    ]
    for fill in steps:
        seen += sorted(asked(page))
        assert page.locator("[type=email], [type=password], [name*=cin i], [name*=mail i]").count() == 0
        fill()
        submit(page)
    assert sorted(asked(page)) == []
    assert len(seen) == len(set(seen)) == 9
    send(page)


@BOTH
def test_a_mother_enrols_two_children_and_says_once_who_she_is(open_page, groups, lang):
    page = open_page(f"/{lang}/cours/{groups['plain'][1]}/", js=False)
    page.check(f"[name=groupe][value='{groups['plain'][0]}']")
    submit(page)
    page.check("[name=who][value=child]")
    submit(page)
    fill_person(page, lang, year="1990")
    page.check("[name=relation][value=mother]")
    page.fill("[name=guardian_name]", "Amina")
    submit(page)
    fill_contact(page, f"06130000{['fr', 'ar'].index(lang)}0")
    submit(page)
    send(page)  # the fifth screen

    first = page.url
    follow(page, page.locator("form[action*='/autre/'] button"))
    assert page.input_value("[name=guardian_name]") == "Amina"
    assert page.is_checked("[name=relation][value=mother]")
    assert page.input_value("[name=district]") != ""
    page.fill("[name=given_name]", "Badr")
    page.fill("[name=birth_2]", "1992")
    page.check("[name=sex][value=M]")
    submit(page)
    send(page)  # the third
    assert page.url != first
    assert "Badr" in page.inner_text("h1")


@BOTH
def test_two_people_of_one_phone_are_enrolled_in_one_course_and_do_not_see_each_other(open_page, groups, lang):
    phone, receipts = f"06140000{['fr', 'ar'].index(lang)}0", []
    for name, year in (("Houda", "1990"), ("Mehdi", "1991")):
        page = first_page(open_page, groups, lang)
        page.check("[name=who][value=me]")
        submit(page)
        fill_person(page, lang, year=year)
        page.fill("[name=given_name]", name)
        submit(page)
        fill_contact(page, phone)
        submit(page)
        send(page)
        receipts.append((page.url, page.inner_text("main")))

    (first, said_first), (second, said_second) = receipts
    assert first != second
    assert ("Houda" in said_first, "Mehdi" in said_first) == (True, False)
    assert ("Houda" in said_second, "Mehdi" in said_second) == (False, True)


# --- What goes wrong --------------------------------------------------------------------------------------------


@BOTH
@SCRIPTS
def test_errors_come_first_lead_to_their_fields_and_lose_nothing(open_page, groups, lang, js):
    page = first_page(open_page, groups, lang, js=js)
    submit(page)
    shows_its_errors(page, lang, ["who"])
    page.check("[name=who][value=child]")
    submit(page)

    given, family = WORDS[lang]["typed"]
    page.fill("[name=family_name]", family)
    page.fill("[name=birth_0]", "٣١")
    page.fill("[name=birth_1]", "2")
    page.fill("[name=birth_2]", "1990")
    page.check("[name=sex][value=M]")
    page.fill("[name=guardian_name]", given)
    submit(page)
    shows_its_errors(page, lang, ["birth", "district", "relation"])
    assert page.input_value("[name=family_name]") == family
    assert [page.input_value(f"[name=birth_{part}]") for part in range(3)] == ["٣١", "2", "1990"]
    assert page.is_checked("[name=sex][value=M]")
    assert page.input_value("[name=guardian_name]") == given
    page.locator("[data-error-summary] a").first.click()
    assert page.evaluate("document.activeElement.name") == "birth_0"

    fill_person(page, lang)
    page.check("[name=relation][value=guardian]")
    submit(page)
    page.fill("[name=phone]", "06 12 34")
    submit(page)
    shows_its_errors(page, lang, ["phone"])
    assert page.input_value("[name=phone]") == "06 12 34"
    fill_contact(page, f"06150000{['fr', 'ar'].index(lang)}{int(js)}")
    submit(page)
    submit(page)
    shows_its_errors(page, lang, ["consent"])
    send(page)


@BOTH
def test_a_phone_is_taken_as_it_is_typed_and_shown_so_again(open_page, groups, lang):
    page = first_page(open_page, groups, lang, js=False)
    to_check(page, lang, PHONES[0])
    for phone in PHONES:
        page.go_back()
        fill_contact(page, phone)
        submit(page)
        assert "06 12 34 56 78" in page.inner_text("main").replace("\N{NO-BREAK SPACE}", " ")
        page.go_back()
        assert page.input_value("[name=phone]") == phone
        page.go_forward()


@BOTH
def test_a_date_of_birth_needs_its_year_and_no_more(open_page, groups, lang):
    page = first_page(open_page, groups, lang)
    page.check("[name=who][value=me]")
    submit(page)
    fill_person(page, lang)
    for day, month, year in (("1", "2", "90"), ("1", "2", ""), ("٣٠", "٢", "١٩٩٠")):
        for part, typed in enumerate((day, month, year)):
            page.fill(f"[name=birth_{part}]", typed)
        submit(page)
        shows_its_errors(page, lang, ["birth"])
    for day, month, year in (("1", "2", "1990"), ("٠٩", "١٢", "١٩٩٠"), ("", "", "1990"), ("", "3", "1990")):
        for part, typed in enumerate((day, month, year)):
            page.fill(f"[name=birth_{part}]", typed)
        submit(page)
        assert "/3/" in page.url
        follow(page, page.locator(".back a"))


@BOTH
def test_names_are_those_that_people_have(open_page, groups, lang):
    page = first_page(open_page, groups, lang)
    page.check("[name=who][value=me]")
    submit(page)
    fill_person(page, lang)
    page.fill("[name=given_name]", "x")
    submit(page)
    shows_its_errors(page, lang, ["given_name"])
    for given, family in NAMES:
        page.fill("[name=given_name]", given)
        page.fill("[name=family_name]", family)
        submit(page)
        assert "/3/" in page.url
        follow(page, page.locator(".back a"))
        assert (page.input_value("[name=given_name]"), page.input_value("[name=family_name]")) == (given, family)


# --- Why not, and what else -------------------------------------------------------------------------------------


@BOTH
@SCRIPTS
def test_who_is_too_young_by_one_day_learns_why_and_where_to_go(open_page, groups, lang, js):
    page = first_page(open_page, groups, lang, "aged", js=js)
    page.check("[name=who][value=me]")
    submit(page)
    fill_person(page, lang)
    starts = date.fromisoformat(groups["aged"][2])
    turns = (
        starts.replace(year=starts.year - 30) if (starts.month, starts.day) != (2, 29) else date(starts.year - 30, 3, 1)
    )
    born(page, turns + timedelta(days=1))
    submit(page)
    assert page.locator("[data-error-summary]").count() == 0
    assert "29" in page.inner_text("main")
    assert WORDS[lang]["typed"][0] in page.inner_text("main")
    suitable = page.locator("main a[href*='/cours/?age=29']")
    follow(page, suitable)
    assert page.locator(".card").count() > 0
    page.go_back()
    follow(page, page.locator("main a[href*='/2/?d=']"))
    assert page.input_value("[name=given_name]") == WORDS[lang]["typed"][0]
    born(page, turns)
    submit(page)
    assert "/3/" in page.url


@BOTH
@SCRIPTS
def test_groups_at_the_same_hours_are_shown_side_by_side_and_touching_ones_are_not(open_page, groups, lang, js):
    phone, year = f"06160000{['fr', 'ar'].index(lang)}{int(js)}", str(1980 + int(js))
    page = first_page(open_page, groups, lang, js=js)
    to_check(page, lang, phone, year=year)
    send(page)

    page = first_page(open_page, groups, lang, "after", js=js)
    to_check(page, lang, phone, year=year)
    assert "/verifier/" in page.url

    page = first_page(open_page, groups, lang, "same", js=js)
    to_check(page, lang, phone, year=year)
    assert "/horaire/" in page.url
    hours = re.findall(r"\d{1,2}(?:\s?h\s?\d{2}|:\d{2}|\s?h\b)", page.inner_text("main"))
    assert len(hours) >= 4, "from and to, twice"
    choices = page.locator("[name=choice]").evaluate_all("all => all.map(e => e.value)")
    assert choices == ["first", "replace"]
    submit(page)
    shows_its_errors(page, lang, ["choice"])
    page.check("[name=choice][value=first]")
    submit(page)
    assert "/cours/" in page.url


# --- Back -------------------------------------------------------------------------------------------------------


@BOTH
@SCRIPTS
def test_the_button_back_finds_every_answer_and_after_sending_the_receipt(open_page, groups, lang, js):
    code, slug, _day = groups["plain"]
    page = open_page(f"/{lang}/cours/{slug}/", js=js)
    page.check(f"[name=groupe][value='{code}']")
    submit(page)
    to_check(page, lang, f"06170000{['fr', 'ar'].index(lang)}{int(js)}", year=str(1984 + int(js)))
    check = page.url
    page.go_back()
    assert page.input_value("[name=phone]").startswith("0617")
    page.go_back()
    assert page.input_value("[name=given_name]") == WORDS[lang]["typed"][0]
    assert page.is_checked("[name=sex][value=F]")
    page.go_back()
    assert page.is_checked("[name=who][value=me]")
    for _page in range(2):
        submit(page)
    assert page.url == check, "nothing had to be typed again, and the way to be reached is known"
    send(page)
    receipt = page.url
    page.go_back()
    assert page.url == receipt
    assert WORDS[lang]["done"] in page.inner_text("h1")


@BOTH
def test_another_language_keeps_the_page_and_what_was_answered(open_page, groups, lang):
    other = {"fr": "ar", "ar": "fr"}[lang]
    page = first_page(open_page, groups, lang, js=False)
    to_check(page, lang, "0618000000")
    page.go_back()
    page.go_back()
    link = page.locator(f"header a[hreflang='{other}']").first
    follow(page, link)
    assert page.get_attribute("html", "dir") == {"fr": "ltr", "ar": "rtl"}[other]
    assert page.input_value("[name=given_name]") == WORDS[lang]["typed"][0]


# --- The line, the offer, the end -------------------------------------------------------------------------------


@BOTH
def test_a_receipt_shows_what_is_true_now_on_any_device_until_the_end(open_page, groups, city, lang):
    page = first_page(open_page, groups, lang, f"full-{lang}", js=False)
    to_check(page, lang, f"06190000{['fr', 'ar'].index(lang)}0", year=str(1975 + ["fr", "ar"].index(lang)))
    join = "button[name=wait]"
    assert page.locator(join).count() == 1
    rank = re.search(r"\d+", page.locator(".inset-warning p").nth(1).inner_text()).group()
    for words in (rank, "48"):
        assert stands_before(page, words, join)
    send(page)
    receipt = page.url
    assert rank in page.inner_text("main")
    assert "48" in page.inner_text("main")

    city.run("shell", "-v0", "-c", OFFER.format(code=groups[f"full-{lang}"][0]))
    elsewhere = open_page(receipt, js=False)
    offer = elsewhere.locator("main a[href*='/o/']")
    assert offer.count() == 1, "the offer"
    follow(elsewhere, offer)
    deadline = elsewhere.locator(".inset-warning").inner_text()
    assert re.search(r"\d{1,2}\s?(h|:\d{2})", deadline.replace("\N{NO-BREAK SPACE}", " "))
    for words in [*re.findall(r"\d+", deadline), elsewhere.locator(".inset-warning p").nth(1).inner_text()]:
        assert stands_before(elsewhere, words, "button[value=yes]")
    follow(elsewhere, elsewhere.locator("button[value=yes]"))
    page.reload()
    assert WORDS[lang]["done"] in page.inner_text("h1")

    follow(page, page.locator("main a[href*='/annuler/']"))
    submit(page)
    elsewhere.goto(receipt)
    assert elsewhere.locator("main a[href*='/annuler/']").count() == 0
    cancelled = elsewhere.inner_text("h1")

    city.run("shell", "-v0", "-c", FINISH.format(token=receipt.split("/i/")[1].split("/")[0]))
    finished = open_page(receipt).inner_text("h1")
    assert len({WORDS[lang]["done"], cancelled, finished}) == 3


# --- Around it --------------------------------------------------------------------------------------------------


@BOTH
def test_finding_and_sorting_need_no_script(open_page, lang):
    page = open_page(f"/{lang}/cours/", js=False)
    page.fill("main [name=q]", "couture")
    page.select_option("[name=tri]", "date")
    follow(page, page.locator("main form[method=get] button[type=submit]").first)
    assert {"q=couture", "tri=date"} <= set(page.url.partition("?")[2].split("&"))
    assert page.locator(".card").count() >= 1
    assert page.input_value("[name=tri]") == "date"


@BOTH
def test_no_other_site_learns_the_address_of_a_receipt(chromium, city, open_page, groups, lang):
    page = first_page(open_page, groups, lang, js=False)
    to_check(page, lang, f"06110000{['fr', 'ar'].index(lang)}1", year=str(1977 + ["fr", "ar"].index(lang)))
    send(page)
    context = chromium.new_context()
    told = []
    context.route("https://wa.me/**", lambda route: (told.append(route.request.all_headers()), route.abort()))
    visitor = context.new_page()
    visitor.goto(page.url)
    link = visitor.locator("a[href^='https://wa.me/']")
    link.evaluate("link => link.removeAttribute('rel')")
    link.click()
    visitor.wait_for_timeout(200)
    context.close()
    assert len(told) == 1
    assert "referer" not in told[0]
