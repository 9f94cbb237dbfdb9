import random
from datetime import timedelta

import pytest
from django.db import connection

from learningcity import clock
from learningcity.folding import FROM_LETTERS, fold
from learningcity.tests.factories import district

from .. import search
from ..models import Course, CourseRun
from ..search import DATE, Question
from ..services import indexing
from .factories import course, offered, today, venue

pytestmark = pytest.mark.django_db

CORPUS = [
    *["المدرسة", "المدرسه", "مدرسة", "والمدرسة", "المدرّسة", "فالمدرسة", "بالمدرسة", "وال", "الوالدين", "ولد"],
    *["مهارات", "مهارة", "اللغات", "لغات حية", "ذات", "إدارة", "ادارة", "أنفا", "آنفا", "ٱلدار", "مقهى", "مقهي"],
    *["کتاب", "كتاب", "ک ی گ", "مســــجد", "مسجد", "مُحَمَّد", "١٢٣ ۴۵۶ 789", "لا", "ﻻ", "ﷲ", "ه", "ات", "و", "ف"],
    *["École", "école", "ÉCOLE", "e\u0301cole", "cœur", "CŒUR", "æquo", "ÇA", "naïf", "Noël", "l’oie", "l'atelier"],
    *["a-b‑c–d—e", "«guillemets»", '"x"', "a.b,c;d:e!f?g/h", "(a)", "؟،؛", "  deux  mots  ", "", " ", "\t\n", "a\tb"],
    *["½ ² №", "ﬃ", "①", "I İ ı", "straße", "ÿ", "\u00a0x\u00a0", "e\u0301\u0302", "\u0301", "🙂 sourire", "日本語"],
    *["\\", "%", "_", "[a]", "^", "$1", "a'b''c", "\\1", ".*", "(?=ال)"],
]
HOSTILE = [
    *["'", "''", "\\", "\\'", "'''", "a'b", "a\\", "$$", "%", "%s", "%(words)s", "{0}", "_", "\x00", "\ud83d\ude42"],
    *["a & b", "a | b", "!a", "!!", "<->", "a <-> b", "a:*", "a:A", "(a", "a)", "()", ":", "&", "| |", "a:*b & !c"],
    *["...", "؟؟", "ـــ", "\u064b\u064c", "\t\n", "🙂", "🙂🙂 couture", "日本語", "\u202e\u200f", "1e99", "-1", "0x1"],
    *["'; DROP TABLE programmes_course; --", "\\';--", "x" * 10_000, "couture " * 1250, "é" * 500, "9" * 300],
    *["<script>", "http://x.ma/a?b=c", "a@b.ma", "+212 6 12 34 56 78", "C:\\x", "a" * 39 + "'", "وال", "ال", "لل"],
]


# --- Folding ----------------------------------------------------------------------------------------------------


def folded_by_postgres(texts):
    with connection.cursor() as cursor:
        rows = "unnest(%s::text[]) WITH ORDINALITY AS typed (value, n)"
        cursor.execute(f"SELECT city_fold(value) FROM {rows} ORDER BY n", [texts])
        return [row[0] for row in cursor.fetchall()]


def test_both_twins_fold_the_corpus_alike():
    assert dict(zip(CORPUS, folded_by_postgres(CORPUS), strict=True)) == {text: fold(text) for text in CORPUS}


def test_both_twins_fold_random_text_alike():
    chance = random.Random(1912)
    letters = [
        *"aeiouAEIOUyzbé èàçÉÇœŒæï  019\t\n",
        *"ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءآأؤإئـ  والاتهة",
        *(chr(code) for code in range(0x064B, 0x0660)),
        *(chr(code) for code in range(0x0300, 0x0306)),
        *FROM_LETTERS,
    ]
    texts = ["".join(chance.choices(letters, k=chance.randrange(1, 25))) for _ in range(3000)]

    different = [text for text, sql in zip(texts, folded_by_postgres(texts), strict=True) if fold(text) != sql]

    assert different == []


def test_folding_twice_changes_nothing_more():
    once = [fold(text) for text in CORPUS]
    assert [text for text in once if fold(text).split() != text.split()] == []


@pytest.mark.parametrize(
    "spellings",
    [
        ["المدرسة", "المدرسه", "والمدرسة", "المدرّسة", "الـمدرسة"],
        ["مهارات", "مهارة", "مهاره"],
        ["إدارة", "ادارة", "أداره"],
        ["مقهى", "مقهي"],
        ["École", "ecole", "ÉCOLE", "e\u0301cole"],
        ["cœur", "coeur", "CŒUR"],
        ["l’atelier", "l'atelier", "l atelier"],
        ["١٢", "۱۲", "12"],
    ],
)
def test_spellings_of_one_word_meet(spellings):
    assert len({fold(spelling) for spelling in spellings}) == 1


# --- Words ------------------------------------------------------------------------------------------------------


def ask(text="", **question):
    return search.ask(Question(text=text, **question))


def found(text="", **question):
    """The titles that a question finds, in order."""
    titles = dict(CourseRun.objects.values_list("pk", "course__title_fr"))
    return [titles[pk] for pk in ask(text, **question).runs]


@pytest.fixture
def sewing():
    anfa = venue(name_fr="Bibliothèque", name_ar="خزانة", district=district("Anfa", "أنفا"))
    return offered(course=course(title_fr="Couture", title_ar="الخياطة في المدرسة", title_en="Sewing"), venue=anfa)


@pytest.fixture(autouse=True)
def _another(db):
    offered(
        course=course(
            title_fr="Menuiserie",
            title_ar="النجارة",
            title_en="Carpentry",
            summary_fr="Travailler le bois.",
            outcomes_fr="Fabriquer une table",
        )
    )


@pytest.mark.parametrize(
    "words",
    [
        *["couture", "COUTURE", "Couture.", "coût", "cout", "cuture", "coutture", "kouture", "couutre", "coutures"],
        *["خياطة", "الخياطه", "والخياطة", "بالخياطة", "خياتة", "khiyata", "lkhyata", "5iyata", "sewing", "sowing"],
        *["المدرسه", "anfa", "انفا", "أنفا", "آنفا", "je veux apprendre la couture", "بغيت نتعلم الخياطة"],
        *["couture anfa", "الخياطة في أنفا", "couture à la bibliothèque", "cours de couture"],
    ],
)
def test_a_course_is_found_by_any_of_its_words_and_their_usual_mistakes(sewing, words):
    assert found(words) == ["Couture"]


def test_every_word_counts(sewing):
    offered(course=course(title_fr="Couture", title_ar="", title_en="", summary_fr=""))
    assert len(found("couture")) == 2
    assert len(found("couture anfa")) == 1


@pytest.mark.parametrize("words", ["xyzt", "zzzz qqqq", "zzzz"])
def test_words_that_are_like_none_find_nothing_and_are_named(sewing, words):
    answer = ask(words)
    assert (answer.total, answer.runs, answer.unknown) == (0, (), tuple(words.split()))
    assert set(answer.counts.values()) == {0}


def test_an_unknown_word_does_not_hide_what_the_others_find(sewing):
    answer = ask("couture zzzz")
    assert (answer.total, answer.unknown, answer.is_loose) == (1, ("zzzz",), False)


def test_a_corrected_word_is_named_with_the_one_that_was_used(sewing):
    assert ask("coutture").corrected == {"coutture": "couture"}
    assert ask("couture").corrected == {}


def test_when_no_course_has_all_words_those_with_some_are_shown_what_is_learned_before_where(sewing):
    offered(course=course(title_fr="Poterie"), venue=venue(name_fr="Atelier", district=district("Maârif", "المعاريف")))
    answer = ask("couture maarif")
    assert answer.is_loose
    assert found("couture maarif") == ["Couture"]


def test_a_filter_in_the_way_is_not_a_missing_word(sewing):
    answer = ask("couture anfa", chosen={"theme": frozenset({"child"})})
    assert (answer.total, answer.is_loose) == (0, False)


def test_a_word_of_the_title_weighs_more_than_one_of_the_text():
    offered(course=course(title_fr="Poterie", summary_fr="La table et le four."), starts_on=today() + timedelta(days=2))
    offered(course=course(title_fr="Dresser une table"), starts_on=today() + timedelta(days=30))
    assert found("table") == ["Dresser une table", "Poterie", "Menuiserie"]


def test_words_about_the_person_order_and_do_not_exclude(sewing):
    offered(course=course(title_fr="Couture", level_fr="débutant"), starts_on=today() + timedelta(days=50))
    assert [CourseRun.objects.get(pk=pk).course.level for pk in ask("couture débutant").runs] == ["débutant", ""]


def test_a_day_is_a_word(sewing):
    other = offered(course=course(title_fr="Couture"), starts_on=sewing.starts_on + timedelta(days=1))
    assert ask(f"couture {other.starts_on:%A}").runs == (other.pk,)


def test_a_language_is_one_to_learn_before_it_is_one_of_teaching(sewing):
    offered(course=course(title_fr="Français", language="french"))
    offered(course=course(title_fr="Poterie", language="french"))
    assert found("français") == ["Français"]


@pytest.mark.parametrize("nothing", ["", "   ", "ـــ", "\u064b\u064c", "...", "\t\n", "🙂"])
def test_a_search_for_nothing_finds_everything(sewing, nothing):
    assert len(found(nothing)) == 2


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:20])
def test_whatever_is_typed_is_only_words(sewing, text):
    assert ask(text).total in (0, 1, 2)
    assert Course.objects.count() == 2


# --- What is on offer -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hidden",
    [
        {"decision": "draft"},
        {"decision": "cancelled"},
        {"decision": "postponed"},
        {"course": {"state": "draft"}},
        {"course": {"state": "in_review"}},
        {"course": {"state": "archived", "published_at": None}},
        {"course": {"kind": "template"}},
        {"course": {"kind": "practice"}},
    ],
    ids=str,
)
def test_what_is_not_public_and_planned_is_never_found(hidden):
    made = offered()
    assert ask().total == 2
    for field, value in hidden.items():
        if field == "course":
            Course.objects.filter(pk=made.course_id).update(**value)
        else:
            CourseRun.objects.filter(pk=made.pk).update(**{field: value})

    indexing.index_runs([made])

    assert made.pk not in ask().runs
    assert ask().total == 1


def test_a_group_whose_enrolment_closes_is_gone_the_same_moment():
    made = offered(enrolment_closes_at=clock.now() + timedelta(hours=1))
    assert made.pk in ask().runs
    past = clock.now() - timedelta(seconds=1)
    CourseRun.objects.filter(pk=made.pk).update(enrolment_closes_at=past)
    made.entry.closes_at = past
    made.entry.save()
    assert made.pk not in ask().runs


def test_the_last_seat_is_seen_by_the_next_search():
    made = offered(capacity=2, seats_taken=1)
    places = {"places": frozenset({"1"})}
    assert ask(chosen=places).total == 2

    assert CourseRun.objects.get(pk=made.pk).take_seat()

    answer = ask(chosen=places)
    assert (answer.total, made.pk in answer.runs, answer.counts["places", "1"]) == (1, False, 1)


def test_a_course_is_shown_by_its_best_group():
    kept = course(title_fr="Poterie")
    full = offered(course=kept, capacity=1, seats_taken=1, starts_on=today() + timedelta(days=3))
    later = offered(course=kept, starts_on=today() + timedelta(days=9))
    offered(course=kept, starts_on=today() + timedelta(days=20))
    assert ask("poterie").runs == (later.pk,)
    assert ask("poterie", order=DATE).runs == (full.pk,)


def test_places_come_first_then_the_earliest_start():
    far = offered(course=course(title_fr="Loin"), starts_on=today() + timedelta(days=40))
    full = offered(course=course(title_fr="Plein"), capacity=1, seats_taken=1, starts_on=today() + timedelta(days=2))
    soon = offered(
        course=course(title_fr="Bientôt"),
        starts_on=today() + timedelta(days=4),
        enrolment_opens_at=clock.now() + timedelta(days=1),
    )
    assert found() == ["Menuiserie", "Loin", "Plein", "Bientôt"]
    assert ask(order=DATE).runs[:2] == (full.pk, soon.pk)
    assert ask(order=DATE).runs[-1] == far.pk


def test_pages_follow_each_other_and_the_one_after_the_last_is_empty():
    for number in range(4):
        offered(starts_on=today() + timedelta(days=20 + number))
    question = Question()
    everything = search.ask(question).runs
    pages = [search.ask(question, page=number, per_page=2) for number in (1, 2, 3, 4)]
    assert [run for page in pages for run in page.runs] == list(everything)
    assert [page.total for page in pages] == [5] * 4
    assert pages[3].runs == ()


def test_an_age_finds_the_groups_that_take_it():
    offered(course=course(title_fr="Contes", minimum_age=6, maximum_age=11))
    assert set(found(age=6)) == set(found(age=11)) == {"Contes", "Menuiserie"}
    assert found(age=5) == found(age=12) == ["Menuiserie"]


def test_near_is_within_three_kilometres():
    offered(course=course(title_fr="Ici"), venue=venue(latitude=33.5750, longitude=-7.6000))
    offered(course=course(title_fr="Là-bas"), venue=venue(latitude=33.5750, longitude=-7.5600))
    assert found(near=(33.57, -7.60)) == ["Ici"]


def test_around_takes_the_neighbours_along_and_counts_them():
    def square(west):
        return [[west, 0], [west + 1, 0], [west + 1, 1], [west, 1], [west, 0]]

    for place, name in enumerate(["Ouest", "Milieu", "Est"]):
        offered(course=course(title_fr=name), venue=venue(district=district(name, outline=square(place))))
    chosen = {"arr": frozenset({"ouest"})}

    assert found(chosen=chosen) == ["Ouest"]
    answer = ask(chosen=chosen, around=True)

    assert answer.total == 2
    assert [answer.counts["arr", name] for name in ("ouest", "milieu", "est")] == [2, 3, 2]


# --- Cost -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("groups", [1, 3])
@pytest.mark.parametrize(("text", "statements"), [("", 1), ("table", 2), ("tabel", 2), ("table xyzt", 2)])
def test_a_search_takes_as_many_statements_for_one_group_as_for_three(queries_of, groups, text, statements):
    for _ in range(groups):
        offered()
    ask()
    chosen = {"theme": frozenset({"digital"}), "jour": frozenset({"sam", "lun"})}
    assert queries_of(ask, text, chosen=chosen, age=20, near=(33.57, -7.6)) == statements


def test_three_statements_are_the_most(sewing, queries_of):
    offered(venue=venue(district=district("Maârif", "المعاريف")))
    assert queries_of(ask, "couture maarif") == 3


def test_words_are_looked_up_in_indexes_alone(sewing):
    asked = []

    def keep(execute, sql, params, many, context):
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        ask("couture", chosen={"theme": frozenset({"digital"})})
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # a table this small is read whole otherwise
        cursor.execute(f"EXPLAIN {asked[-1][0]}", asked[-1][1])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Only Scan using entry_narrow" in plan
    assert "Bitmap Index Scan on course_words" in plan
    assert "Seq Scan" not in plan


def test_the_server_plans_a_search_once(sewing):
    for words in ("couture", "bois", "coutture"):
        ask(words)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%coalesce(%%programmes_word%%'"
        )
        assert cursor.fetchone() == (1,)


# --- Ways out -----------------------------------------------------------------------------------------------------


def test_each_choice_says_what_leaving_it_out_would_find(sewing):
    question = Question(text="couture", chosen={"theme": frozenset({"trade"}), "mode": frozenset({"on_site"})}, age=30)
    assert search.ask(question).total == 0
    ways = [(name, total) for _wider, name, total in search.without(question)]
    assert ways == [("theme", 1), ("q", 0), ("age", 0), ("mode", 0)]


def test_what_comes_near_keeps_the_words_before_the_filters(sewing):
    assert search.nearest(Question(text="couture", chosen={"theme": frozenset({"trade"})})) == (sewing.pk,)


def test_what_comes_near_without_the_words_keeps_the_filters(sewing):
    near = search.nearest(Question(text="zzzz", chosen={"arr": frozenset({"anfa"})}))
    assert near == (sewing.pk,)


def test_something_comes_near_whatever_was_asked(sewing):
    assert len(search.nearest(Question(text="zzzz", chosen={"theme": frozenset({"job"})}, age=99))) == 2
