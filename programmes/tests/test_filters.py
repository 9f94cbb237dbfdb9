import pytest
from django.http import QueryDict
from django.utils.translation import override

from learningcity.tests.factories import district

from .. import facets, filters, search
from ..search import Question
from .factories import course, offered, venue

pytestmark = pytest.mark.django_db


def read(query):
    return filters.read(QueryDict(query))


@pytest.fixture(autouse=True)
def _districts(db):
    district("Anfa", "أنفا")
    district("Maârif", "المعاريف")


def test_nothing_asked_is_the_whole_catalogue():
    assert read("") == Question()
    assert filters.address(Question()) == "?"


def test_everything_that_can_be_asked():
    question = read(
        "q=couture+à+la+main&arr=maarif&arr=anfa&theme=trade&jour=sam&jour=dim&moment=soir&pour=jeunes&langue=darija"
        "&mode=online&acces-plain-pied=1&garde=1&femmes=1&places=1&age=17&pres=33.57,-7.59&autour=1&tri=date"
    )
    assert question == Question(
        text="couture à la main",
        chosen={
            "arr": {"anfa", "maarif"},
            "theme": {"trade"},
            "jour": {"sam", "dim"},
            "moment": {"soir"},
            "pour": {"jeunes"},
            "langue": {"darija"},
            "mode": {"online"},
            **{name: {"1"} for name in ("acces-plain-pied", "garde", "femmes", "places")},
        },
        age=17,
        near=(33.57, -7.59),
        around=True,
        order="date",
    )
    assert filters.read(QueryDict(filters.address(question).removeprefix("?"))) == question


@pytest.mark.parametrize(
    "query",
    [
        *["arr=paris", "theme=", "theme=trad", "jour=1", "places=on", "langue=both", "mode=ON_SITE", "pour=tous"],
        *["age=-1", "age=111", "age=x", "age=1.5", "age=", "pres=x", "pres=33.57", "pres=33.57,-7.59,1", "pres=nan,1"],
        *["pres=91,0", "pres=0,181", "pres=1e9,1", "autour=1", "autour=2", "tri=prix", "q=", "q=+++", "x=1", "page=2"],
        *["q=%00", "arr=%00", "age=%00", "pres=%00", "tri=%00", "arr[]=anfa", "arr=anfa%20", "arr=ANFA"],
    ],
)
def test_what_is_unknown_is_left_out(query):
    assert read(query) == Question()


def test_known_values_beside_unknown_ones_count():
    assert read("arr=paris&arr=anfa&jour=sam&jour=xx").chosen == {"arr": {"anfa"}, "jour": {"sam"}}


def test_a_position_is_rounded_to_a_kilometre():
    assert read("pres=33.573110,-7.589843").near == (33.57, -7.59)


def test_digits_of_arabic_keyboards_are_digits():
    assert read("age=١٧").age == 17


def test_a_text_is_cut_and_its_spaces_are_single():
    assert read(f"q=++a+++b++{'x' * 500}").text.startswith("a b x")
    assert len(read(f"q={'x' * 500}").text) == 200


def test_the_address_of_a_question_has_one_spelling():
    spellings = ["jour=dim&q=a&arr=maarif&arr=anfa&jour=sam", "arr=anfa&q=++a&arr=maarif&jour=sam&jour=dim&tri=places"]
    assert {filters.address(read(spelling)) for spelling in spellings} == {"?q=a&arr=anfa&arr=maarif&jour=sam&jour=dim"}


def test_pages_are_counted_from_the_second():
    assert filters.address(read("q=a"), page=1) == "?q=a"
    assert filters.address(read("q=a&page=7"), page=2) == "?q=a&page=2"


def test_each_choice_has_a_link_that_takes_only_it_away():
    question = read("q=a&arr=anfa&arr=maarif&jour=sam&age=9&pres=33.57,-7.59&autour=1&tri=date")
    links = filters.links(question)
    whole = filters.address(question)
    parts = ["q=a&", "arr=anfa&", "arr=maarif&", "jour=sam&", "autour=1&", "age=9&", "pres=33.57,-7.59&"]
    assert [link.href for link in links] == [whole.replace(part, "") for part in parts]
    assert [link.label for link in links[:3]] == ["a", "Anfa", "Maârif"]


def test_signs_that_turn_the_writing_are_left_out():
    assert read("q=%E2%80%AEcou%E2%81%A6ture").text == "couture"


def test_the_neighbours_go_with_the_last_district():
    question = read("arr=anfa&autour=1")
    assert filters.address(question, without=("arr", "anfa")) == "?"
    assert filters.address(question, without=("arr", None)) == "?"
    assert filters.address(question, without=("autour", None)) == "?arr=anfa"


def test_labels_are_in_the_language_of_the_page():
    question = read("arr=anfa")
    for language, name in (("ar", "أنفا"), ("fr", "Anfa")):
        with override(language):
            assert filters.links(question)[0].label == name


def test_the_panel_offers_every_option_and_disables_what_leads_nowhere():
    offered(course=course(theme="trade"), venue=venue(district=district("Anfa")))
    question = read("arr=maarif&theme=trade")
    panel = {group["name"]: group for group in filters.panel(question, search.ask(question))}

    assert list(panel) == facets.NAMES
    districts = [
        (shown["value"], shown["count"], shown["checked"], shown["disabled"]) for shown in panel["arr"]["options"]
    ]
    assert districts == [("anfa", 1, False, False), ("maarif", 0, True, False)]
    assert [shown["value"] for shown in panel["theme"]["options"] if not shown["disabled"]] == ["trade"]
    assert panel["arr"]["many"]
    assert not panel["places"]["many"]


def test_the_ways_out_name_what_to_leave_and_what_there_is_then():
    offered(course=course(title_fr="Couture", theme="trade"), venue=venue(district=district("Anfa")))
    assert filters.ways_out(read("q=couture&arr=maarif")) == [
        ("Maârif", "?q=couture", 1),
        ("couture", "?arr=maarif", 0),
    ]
    assert filters.ways_out(read("")) == []
