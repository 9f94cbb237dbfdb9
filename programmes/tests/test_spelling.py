import pytest

from learningcity.folding import fold

from ..models import Word
from ..spelling import LONGEST_WORD, MOST_WORDS, asked, forms_of, mistakes_in, sound, traces, understand, unlike


@pytest.mark.parametrize(
    "spellings",
    [
        ["خياطة", "خياتة", "الخياطة", "khiyata", "khyata", "5iyata", "5yata"],
        ["couture", "cuture", "coutture", "kouture", "kuture"],
        ["informatique", "enformatik", "informatik"],
        ["pâtisserie", "patiserie", "patisri"],
        ["حلاقة", "حلاقه", "7la9a", "hlaqa"],
        ["قفطان", "9eftan", "caftan", "qaftan"],
        ["القراية", "9raya", "qraya"],
        ["بورطابل", "portable", "bortabl"],
        ["ثقافة", "تقافة", "ta9afa", "thaqafa"],
        ["الذاتي", "الداتي"],
        ["anglais", "anglé", "anglès"],
        ["théâtre", "téatre", "teatr"],
        ["كوافور", "coiffure", "kwafur"],
    ],
)
def test_spellings_that_are_taken_for_each_other_sound_alike(spellings):
    assert len({sound(fold(spelling)) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    "words", [["couture", "broderie"], ["danse", "droit"], ["خياطة", "طبخ"], ["permis", "budget"], ["sante", "jardin"]]
)
def test_different_words_sound_different(words):
    assert len(set(map(sound, words))) == 2


def test_a_number_sounds_like_itself():
    assert sound("2026") == "2026"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("je veux apprendre la couture", ["couture"]),
        ("Je voudrais m’inscrire à un cours de français", ["francais"]),
        ("بغيت نتعلم الخياطة", ["الخياطة"]),
        ("bghit nt3lem khiyata", ["khiyata"]),
        ("I want to learn English", ["english"]),
        ("cours", ["cours"]),
        ("je veux apprendre", ["je", "veux", "apprendre"]),
        ("couture couture COUTURE", ["couture"]),
        ("niveau 2", ["2"]),
        ("a_b", ["a", "b"]),
        ("...", []),
    ],
)
def test_words_that_say_nothing_are_left_out_unless_there_are_no_others(text, words):
    assert asked(text) == words


def test_long_texts_are_cut():
    assert len(asked(" ".join(f"mot{number}" for number in range(500)))) == MOST_WORDS
    assert asked("x" * 10_000) == []


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("والخياطة", "خياطة"),
        ("بالفرنسية", "فرنسية"),
        ("للنساء", "نساء"),
        ("وخياطة", "خياطة"),
        ("lkhiyata", "khiyata"),
        ("elkhiyata", "khiyata"),
        ("flkhiyata", "khiyata"),
    ],
)
def test_what_is_written_together_with_a_word_is_tried_off(word, form):
    assert forms_of(word)[0] == word
    assert form in forms_of(word)


def test_little_is_left_of_a_short_word():
    assert forms_of("وال") == ["وال"]


@pytest.mark.parametrize(("word", "most"), [("bac", 0), ("danse", 1), ("couture", 2), ("informatique", 3)])
def test_longer_words_may_have_more_mistakes(word, most):
    assert mistakes_in(word) == most


def test_letters_that_changed_places_are_one_mistake_and_sound_counts_less_than_letters():
    changed = unlike("coutrue", "couture", "kutur", 2, 2)
    assert 0 < changed < unlike("coutrue", "coutume", "kutum", 2, 2)
    assert unlike("enformatik", "informatique", "anfurmtik", 0, 4) < unlike("enformatik", "infini", "anfini", 3, 6)


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("coutrue", "couture"),  # two letters changed places
        ("cuture", "couture"),
        ("coutture", "couture"),
        ("cousure", "couture"),
        ("enterprenariat", "entrepreneuriat"),  # two mistakes, and one that is not heard
        ("khiyata", "خياطة"),
        ("تاسس", "تاسيس"),
    ],
)
def test_words_that_are_taken_for_each_other_leave_the_same_traces(typed, known):
    assert traces(typed, sound(typed)) & traces(known, sound(known))
    assert not traces(typed, sound(typed)) & traces("menuiserie", sound("menuiserie"))


def test_the_longest_words_leave_some_two_hundred_traces():
    words = ["abcdefghijklmnopqrstuvwxyz"[:length] * 2 for length in range(1, LONGEST_WORD // 2 + 1)]
    assert max(len(traces(word, sound(word))) for word in words) < 250


# --- With the words of a catalogue ------------------------------------------------------------------------------


@pytest.fixture
def _words(db):
    from ..services.indexing import WORDS
    from ..services.thesaurus import lexemes_of

    texts = ["couture", "couturiere", "broderie", "budget", "سيارات", "خياطة", "فرنسية", "permis", "bac"]
    said = {"in_courses": True, "in_places": False, "facets": 0, "is_telling": True}
    WORDS.write(
        (text, lexeme, sound(text), traces(text, sound(text)), *said.values())
        for text, lexeme in lexemes_of(texts).items()
    )


def lexeme(text):
    return Word.objects.get(text=text).lexeme


@pytest.mark.usefixtures("_words")
@pytest.mark.parametrize(
    ("typed", "meant", "is_corrected"),
    [
        ("couture", "couture", False),
        ("coutures", "couture", False),  # by its stem
        ("brod", "broderie", False),  # by its beginning
        ("bud", "budget", False),
        ("السيارات", "سيارات", False),
        ("سيارة", "سيارات", False),
        ("وبالفرنسية", "فرنسية", False),
        ("والخياطة", "خياطة", False),
        ("بالفرنسية", "فرنسية", False),
        ("خياتة", "خياطة", True),
        ("khiyata", "خياطة", True),
        ("brodrie", "broderie", True),
        ("budjet", "budget", True),
        ("bugdet", "budget", True),
        ("bermi", "permis", True),
    ],
)
def test_a_word_is_understood(typed, meant, is_corrected):
    [word] = understand([fold(typed)])
    assert lexeme(meant) in word.lexemes
    assert bool(word.used) == is_corrected
    assert word.in_courses
    assert word.is_telling


@pytest.mark.usefixtures("_words")
@pytest.mark.parametrize("typed", ["xyz", "bic", "zoologie", "9876", "٩", "permanent", "日本語"])
def test_a_word_like_none_is_not_understood(typed):
    [word] = understand([fold(typed)])
    assert (word.typed, word.lexemes, word.used) == (fold(typed), (), "")


@pytest.mark.usefixtures("_words")
def test_words_keep_their_order_and_cost_one_statement(queries_of):
    words = ["budjet", "zzzz", "couture"]
    assert [word.typed for word in understand(words)] == words
    assert queries_of(understand, words) == 1
    assert queries_of(understand, []) == 0


@pytest.mark.usefixtures("_words")
def test_only_the_last_word_may_be_three_letters_short():
    first, last = understand(["bud", "bro"])
    assert (bool(first.lexemes), bool(last.lexemes)) == (False, True)
