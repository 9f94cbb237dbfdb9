import random
import time

import pytest
from django.db import connection

from learningcity.folding import FROM_LETTERS, fold

from ..models import CourseRun
from ..search import MOST_WORDS, matching, words_of
from .factories import course, run

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


def found(text):
    return list(matching(CourseRun.objects.order_by("pk"), text))


@pytest.fixture
def sewing():
    return run(course=course(title_fr="Couture à l’école", title_ar="الخياطة في المدرسة", title_en="Sewing at school"))


@pytest.fixture(autouse=True)
def _another(db):
    run(course=course(title_fr="Menuiserie 100 %", title_ar="النجارة", title_en="Carpentry", summary_fr="Pas_à_pas"))


@pytest.mark.parametrize(
    "words",
    ["couture", "COUTURE", "cout", "ecole", "École couture", "الخياطه", "خياطة", "المدرسه", "والمدرسة", "sewing"],
)
def test_search_finds_a_course_by_any_of_its_words(sewing, words):
    assert found(words) == [sewing]


@pytest.mark.parametrize("words", ["couture piano", "xyz", "الطبخ"])
def test_search_needs_every_word(sewing, words):
    assert found(words) == []


@pytest.mark.parametrize("nothing", ["", "   ", "ـــ", "\u064b\u064c", "...", "\t\n"])
def test_search_for_nothing_finds_everything(sewing, nothing):
    assert len(found(nothing)) == 2


@pytest.mark.parametrize(
    ("words", "count"), [("%", 1), ("_", 1), ("\\", 0), ("100 %", 1), ("c%e", 0), (".*", 0), ("(?=", 0)]
)
def test_signs_of_patterns_mean_themselves(sewing, words, count):
    assert len(found(words)) == count


def test_ten_thousand_characters_cost_no_more_than_a_sentence(sewing):
    started = time.perf_counter()

    assert found("couture " * 1250) == [sewing]
    assert len(words_of("a b c d e f g h i j k")) == MOST_WORDS
    assert time.perf_counter() - started < 0.3
