from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from learningcity import clock
from learningcity.models import Quartier
from learningcity.tests.factories import district

from .. import search
from ..models import CatalogueEntry, CourseRun, CourseWords, PlaceWords, Word
from ..search import Question
from ..services import indexing
from ..services.thesaurus import Thesaurus, lexemes_of, thesaurus
from ..tasks import mend_catalogue
from .factories import course, meeting, offered, run, today, venue

pytestmark = pytest.mark.django_db
NOTHING = {"entries": 0, "gone": 0, "words": 0}


def rows():
    """Everything the search reads."""
    return [
        sorted(model.objects.values_list(*(field.attname for field in model._meta.concrete_fields)))
        for model in (CatalogueEntry, CourseWords, PlaceWords, Word)
    ]


def test_one_by_one_gives_what_everything_at_once_gives():
    made = [offered(course=course(title_fr=title)) for title in ("Couture", "Poterie")]
    before = rows()[:3]
    indexing.index_all()
    assert rows()[:3] == before

    for table in (CatalogueEntry, CourseWords, PlaceWords, Word):
        table.objects.all().delete()
    indexing.index_runs(made)
    assert rows()[:3] == before


def test_repeating_changes_nothing():
    offered()
    indexing.index_all()
    before = rows()
    assert indexing.index_all() == NOTHING
    assert rows() == before
    assert not any(indexing.differences().values())


def change_day(made):
    meeting(made, date=made.starts_on + timedelta(days=1))


def change_seats(made):
    made.entry.facets ^= 1
    made.entry.save()


CHANGES = {
    "the day": change_day,
    "the seats": change_seats,
    "the place": lambda made: CourseRun.objects.filter(pk=made.pk).update(venue=venue()),
    "the start": lambda made: CourseRun.objects.filter(pk=made.pk).update(starts_on=today() + timedelta(days=3)),
    "the age": lambda made: type(made.course).objects.filter(pk=made.course_id).update(minimum_age=18),
    "the title": lambda made: type(made.course).objects.filter(pk=made.course_id).update(title_fr="Poterie"),
    "the name of the place": lambda made: type(made.venue).objects.filter(pk=made.venue_id).update(name_fr="Kasbah"),
    "the words": lambda made: Word.objects.filter(text="telephone").delete(),
    "the entry": lambda made: CatalogueEntry.objects.all().delete(),
    "a new group": lambda made: run(),
    "the state": lambda made: CourseRun.objects.filter(pk=made.pk).update(decision="cancelled"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_nobody_told_the_search_is_found_and_mended(change):
    made = offered()
    indexing.index_all()
    change(made)

    assert any(indexing.differences().values())
    assert any(indexing.index_all().values())
    assert not any(indexing.differences().values())


def test_closed_groups_are_no_difference_and_are_cleared_away():
    made = offered()
    indexing.index_all()
    past = clock.now() - timedelta(seconds=1)
    CourseRun.objects.filter(pk=made.pk).update(enrolment_closes_at=past)
    CatalogueEntry.objects.update(closes_at=past)

    assert not any(indexing.differences().values())
    assert indexing.index_all()["gone"] == 1
    assert [table.objects.count() for table in (CatalogueEntry, CourseWords, PlaceWords)] == [0, 0, 0]


def test_a_course_and_a_place_that_change_are_read_anew():
    made = offered(course=course(title_fr="Couture"), venue=venue(district=None))
    made.course.title_fr = "Poterie"
    made.course.save()
    indexing.index_courses([made.course])
    assert search.ask(Question(text="poterie")).runs == (made.pk,)
    assert search.ask(Question(text="couture")).total == 0

    made.venue.name_fr = "Kasbah"
    made.venue.district = district("Anfa")
    made.venue.save()
    indexing.index_venues([made.venue])
    assert search.ask(Question(text="kasbah", chosen={"arr": frozenset({"anfa"})})).runs == (made.pk,)


def test_a_course_that_changes_while_it_has_no_group_is_read_anew():
    made = offered(course=course(title_fr="Couture"))
    CourseRun.objects.filter(pk=made.pk).update(decision="cancelled")
    indexing.index_runs([made])
    made.course.title_fr = "Poterie"
    made.course.save()
    indexing.index_courses([made.course])

    later = offered(course=made.course)

    assert search.ask(Question(text="poterie")).runs == (later.pk,)


def test_a_quartier_is_known_by_its_arabic_name():
    anfa = district("Anfa")
    Quartier.objects.create(district=anfa, name_fr="Derb Ghallef", name_ar="درب غلف")
    made = offered(venue=venue(district=anfa, quartier="Derb Ghallef"))
    assert search.ask(Question(text="درب غلف")).runs == search.ask(Question(text="derb ghalef")).runs == (made.pk,)


def test_a_new_group_of_a_known_course_costs_few_statements(queries_of):
    known = offered()
    made = run(course=known.course, venue=known.venue)
    assert queries_of(indexing.index_runs, [made]) <= 14


def test_a_draft_waits_for_no_writer_of_words(monkeypatch):
    monkeypatch.setattr(indexing, "_lock_words", lambda: pytest.fail("Nothing of it is shown"))
    indexing.index_runs([run(decision="draft")])


def test_the_number_of_statements_does_not_grow_with_the_groups(queries_of):
    def cost(number):
        made = [run() for _ in range(number)]
        return queries_of(indexing.index_runs, made)

    offered()
    assert cost(1) == cost(3)


def test_many_groups_go_in_batches(monkeypatch):
    monkeypatch.setattr(indexing, "BATCH", 2)
    made = [run() for _ in range(5)]
    indexing.index_runs(made)
    assert CatalogueEntry.objects.count() == 5
    CatalogueEntry.objects.all().delete()
    assert indexing.index_all()["entries"] == 5
    assert indexing.index_all() == NOTHING


def test_the_command_says_what_it_did_and_what_differs():
    run()
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("index_catalogue", "--check", stdout=said)
    assert "1 entries: " in said.getvalue()

    call_command("index_catalogue", stdout=said)
    assert "1 entries written" in said.getvalue()

    call_command("index_catalogue", "--check", stdout=said)
    assert "what is on offer" in said.getvalue()


def test_the_task_mends_and_says_so_only_when_it_had_to(caplog):
    caplog.set_level("INFO", logger="programmes.tasks")
    run()
    mend_catalogue()
    assert CatalogueEntry.objects.count() == 1
    assert "1 written" in caplog.text
    caplog.clear()
    mend_catalogue()
    assert caplog.text == ""


# --- Words and synonyms -------------------------------------------------------------------------------------------


def test_arabic_words_have_one_stem_with_and_without_the_article():
    words = ["سيارة", "السيارة", "فرنسية", "الفرنسية", "خياطة", "الخياطة", "للخياطة", "حي", "الحي"]
    stems = lexemes_of(words)
    assert stems["سيارة"] == stems["السيارة"]
    assert stems["فرنسية"] == stems["الفرنسية"]
    assert stems["خياطة"] == stems["الخياطة"] == stems["للخياطة"]
    assert stems["حي"] == stems["الحي"]


def test_words_that_say_nothing_have_no_stem():
    assert lexemes_of(["la", "couture"]).keys() == {"couture"}


def test_a_term_of_several_words_is_a_synonym_only_as_a_whole():
    known = Thesaurus({"trade": [["machine", "a", "coudre"], ["couture"]], "car": [["voiture"]]})
    for text, has_it in (("une machine a coudre", True), ("machine", False), ("coutures", True), ("voile", False)):
        words = text.split()
        assert ("coutur" in known.synonyms(words, lexemes_of(words))) == has_it
    assert known.synonyms(["voitures"], lexemes_of(["voitures"])) == {"voitur"}


def test_every_row_of_the_synonyms_is_read():
    known = thesaurus()
    assert len(known.stems) > 100
    assert all(known.stems.values())
    assert "couture" in known.telling
    assert "debutant" in known.qualities


def test_a_word_knows_where_it_is_said():
    offered(
        course=course(title_fr="Couture", summary_fr="Avec patience.", fee=0),
        venue=venue(name_fr="Centre de couture", district=district("Anfa")),
    )
    words = Word.objects.in_bulk(["couture", "patience", "centre", "anfa", "samedi", "saturday", "khiyata", "gratuit"])
    found = {
        text: (word.in_courses, word.in_places, bool(word.facets), word.is_telling) for text, word in words.items()
    }
    found.pop("samedi", None)  # a word once the label is translated
    assert found == {
        "couture": (True, False, False, True),  # what one learns, though a place is named after it
        "khiyata": (True, False, False, True),
        "patience": (True, False, False, False),
        "centre": (False, True, False, True),
        "anfa": (False, True, False, True),
        "saturday": (False, False, True, True),
        "gratuit": (True, False, False, False),
    }
