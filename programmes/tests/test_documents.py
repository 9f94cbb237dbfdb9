import re
from ctypes import create_string_buffer

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import zxingcpp
from django.conf import settings
from django.test import Client

from .. import documents
from ..models import Course, CourseRun
from . import factories

pytestmark = pytest.mark.django_db
DPI = 150
MILLIMETRES = {"a4": (210, 297), "a5": (148.5, 210)}


@pytest.fixture
def sheet():
    """`sheet(pdf)`: its only page, which stays open until the test ends."""
    opened = []

    def read(pdf):
        document = pypdfium2.PdfDocument(pdf)
        opened.append(document)
        assert len(document) == 1
        return document[0]

    yield read
    for document in opened:
        document.close()


def poster(course, size="a4"):
    runs = list(course.runs.for_reading().order_by("pk"))
    return documents.poster(course, runs, size)


def codes(page):
    """What a camera reads from the sheet at 150 dpi: [(text, width in millimetres)]."""
    picture = page.render(scale=DPI / 72, grayscale=True)
    grey = memoryview(bytes(picture.buffer)).cast("B", shape=(picture.height, picture.stride))
    found = zxingcpp.read_barcodes(grey)
    picture.close()
    return [(code.text, (code.position.top_right.x - code.position.top_left.x) / DPI * 25.4) for code in found]


def words(page):
    text = page.get_textpage()
    said = text.get_text_range()
    text.close()
    return " ".join(said.split())


def fonts(page):
    """Names of the fonts of every piece of text, without the mark of a subset."""
    names = set()
    for piece in page.get_objects([pdfium.FPDF_PAGEOBJ_TEXT]):
        font = pdfium.FPDFTextObj_GetFont(piece)
        length = pdfium.FPDFFont_GetBaseFontName(font, None, 0)
        name = create_string_buffer(length)
        pdfium.FPDFFont_GetBaseFontName(font, name, length)
        names.add(name.value.decode().partition("+")[2])
    return names


@pytest.mark.parametrize("size", documents.SIZES)
def test_a_camera_reads_the_short_link_from_the_printed_sheet(sheet, size):
    course = factories.course(code="C017")
    factories.run(course=course)

    ((text, width),) = codes(sheet(poster(course, size)))

    assert text == f"{settings.SITE_URL}/c/C017"
    assert width >= (59.5 if size == "a4" else 42)


@pytest.mark.parametrize("size", documents.SIZES)
def test_the_sheet_has_the_size_of_its_paper(sheet, size):
    points = sheet(poster(factories.course(), size)).get_size()
    assert [round(side / 72 * 25.4) for side in points] == [round(side) for side in MILLIMETRES[size]]


def test_the_sheet_says_what_where_and_whom_to_call_in_both_languages(sheet):
    run = factories.run(course=factories.course(code="C017", minimum_age=16))

    said = words(sheet(poster(run.course)))

    for text in (run.course.title_fr, run.venue.name_fr, "10 h 30", "16 ans", "Gratuit", "05 22 00 00 00", "/c/C017"):
        assert text in said.replace("\u00a0", " ")
    assert "10:30" in said
    arabic = documents.in_words(run.course, [run], "ar")
    assert arabic["title"] == run.course.title_ar
    assert run.venue.name_ar in arabic["facts"][0]["lines"][0][1]
    letters = set(arabic["title"] + run.venue.name_ar) - {" "}
    assert letters <= set(said)  # shaped letters come in the order of their drawing, so words cannot be compared


def test_the_longest_texts_fit_on_one_sheet(sheet):
    course = factories.course(
        code="C" * 20, title_fr="Administration électronique " * 4, title_ar="الإجراءات الإدارية " * 6
    )
    venue = factories.venue(name_fr="Maison de quartier " * 8, name_ar="دار الحي التشارك " * 9, childcare=True)
    for _number in range(5):
        factories.run(course=course, venue=venue, women_only=True, meetings=3)

    for size in documents.SIZES:
        page = sheet(poster(course, size))
        assert [text for text, _width in codes(page)] == [f"{settings.SITE_URL}/c/{course.code}"]
        assert "05 22 00 00 00" in words(page).replace("\u00a0", " ")


def test_every_letter_comes_from_the_font_that_comes_with_us(sheet):
    run = factories.run()
    assert {name.partition("-")[0] for name in fonts(sheet(poster(run.course)))} == {"NotoSansArabic"}


def test_a_sheet_is_tagged_for_those_who_listen(sheet):
    pdf = poster(factories.run().course)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert pdfium.FPDFCatalog_IsTagged(sheet(pdf).pdf)
    assert b"/StructTreeRoot" in pdf
    assert b"/Alt" in pdf


@pytest.mark.parametrize("title", ["Emoji 📱", "ⵜⴰⵎⴰⵣⵉⵖⵜ", "#strong[x] $x^2$ @a <b> `x` \\", 'a "b" \x0b c', ""])
def test_no_title_breaks_the_sheet(sheet, title):
    course = factories.course(title_fr=title)
    assert codes(sheet(poster(course)))


def test_a_title_is_words_and_never_a_command(sheet):
    course = factories.course(title_fr='#read("/manage.py") *gras*')
    assert '#read("/manage.py") *gras*' in words(sheet(poster(course)))


def test_the_same_sheet_is_the_same_bytes():
    course = factories.run().course
    assert poster(course) == poster(course)


def test_a_course_without_groups_still_has_its_sheet(sheet):
    assert codes(sheet(poster(factories.course())))


def test_the_colours_are_those_of_the_pages():
    tokens = set(re.findall(r"#[0-9a-f]{6}", (settings.BASE_DIR / "static/css/app.css").read_text()))
    drawn = documents.POSTER.read_text() + documents.ICON
    assert set(re.findall(r"#[0-9a-fA-F]{6}", drawn)) <= tokens


# --- At its address -----------------------------------------------------------------------------------


def test_the_sheet_is_at_its_address_and_not_sent_twice():
    run = factories.run()
    path = f"/ar/cours/{run.course.slug}/affiche-a5.pdf"

    first = Client().get(path)

    assert first.status_code == 200
    assert first["Content-Type"] == "application/pdf"
    assert first["Content-Disposition"] == f'inline; filename="{run.course.code}-a5.pdf"'
    assert "public" in first["Cache-Control"]
    assert Client().get(path, headers={"if-none-match": first["ETag"]}).status_code == 304


def test_only_what_is_on_offer_is_printed(page, sheet):
    course = factories.course()
    run = factories.run(course=course)
    cancelled = factories.run(course=course, decision=CourseRun.Decision.CANCELLED)

    said = words(sheet(page(f"/cours/{course.slug}/affiche-a4.pdf").content))

    assert run.venue.name_fr in said
    assert cancelled.venue.name_fr not in said


@pytest.mark.parametrize("size", ["a3", "a", "A4"])
def test_there_is_no_sheet_of_another_size(page, size):
    page(f"/cours/{factories.course().slug}/affiche-{size}.pdf", status=404)


def test_there_is_no_sheet_of_a_course_that_is_not_published(page):
    page(f"/cours/{factories.course(state=Course.State.DRAFT).slug}/affiche-a4.pdf", status=404)


def test_a_sheet_costs_the_same_whatever_the_number_of_groups(page, queries_of):
    def path(groups):
        course = factories.course()
        for _number in range(groups):
            factories.run(course=course, meetings=2)
        return f"/cours/{course.slug}/affiche-a4.pdf"

    assert queries_of(page, path(1)) == queries_of(page, path(3)) <= 5
