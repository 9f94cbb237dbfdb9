"""How the words people type are understood: French, Arabic, English, and Darija in both scripts, with their mistakes.

A word is, in this order: one we know by its stem; one we know with و ف ب ل ك or an article in front; the beginning of
known words, or those that sound and look most like it.
"""

import json
import re
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db import connection
from psycopg.types.json import Jsonb

from learningcity.folding import ARABIC, fold

MOST_LETTERS, MOST_WORDS, LONGEST_WORD = 200, 8, 40
SAME = 4  # first letters of two Latin words of one stem: `tennis` has that of `tenir`
MOST_ALIKE = 30  # known words that are looked at more closely
MOST_UNLIKE, OTHER_SCRIPT, UNFINISHED = 99, 2.5, 1
MOST_MEANT = 2  # sounds between which one hesitates; among more, none is meant
ONE_MISTAKE, TWO_MISTAKES = 3, range(6, 16)  # letters of sounds: from this length on, and of these lengths
LAST_LETTER = "\uffff"  # behind those of every word
WORD, IS_ARABIC = re.compile(r"[^\W_]+"), re.compile(f"[{ARABIC}]")

# What one says before naming what one looks for. Dropped, unless nothing else is typed.
STOP_WORDS = """
    a ai aimerais aller alors apprendre apprend au aussi aux avec avoir ce ces cet cette chez cherche chercher comment
    cours d dans de des dois donner du elle en est et etre etudier faire faut fille fils formation formations inscrire
    inscription j je l la le les leur lui m ma me mes moi mon ne niveau nous on ou par pas peu peut peux plus pour
    pourrais pres pris proche proximite qu que quel quelle qui quoi s sa sais savoir se ses si soit son sont sur suis ta
    te tes toi ton tous tout toute trouver tu un une unes veut veux voudrais vous y besoin cherchons souhaite suivre
    stage atelier ateliers classe lecon lecons
    the an and at about by can class classes course courses for from how i in is it learn learning lesson lessons like
    my near need of or please some study take teach that to training want wanna with would you where find
    bghit bghina baghi baghya bagha bghat bgha nt3elem nt3lem nt3alam nta3lam nt3allem n3ref n3raf n3rf nqdar n9der
    ta3allom t3alem t3elem t3lem dyal diyal dial dyali f fi fel fl fin fih m3a mn men 3la 3la li lli wach wash kifach
    kifash chi shi had hada hadi 3afak afak dars drous doros darss takwin khassni khasni kan9elleb kanqelleb n9elleb
    nqelleb kanqalab kan9aleb 9rib qrib hna ana howa hiya kayn kayen kayna w o u b
    في من على الى عن مع او أو ثم هل ما هذا هذه التي الذي كيف كيفاش اريد أريد نريد ابحث أبحث اود بغيت بغينا باغي باغية
    بغا نتعلم نتعلمو تعلم اتعلم أتعلم التعلم تعليم نعرف نقدر ديال ديالي ف فيها فين شي هاد واش درس دروس الدروس دورة
    دورات حصة حصص تكوين التكوين تكوينات كنقلب نقلب كنقلبو قريب قريبة هنا انا أنا كاين كاينة خاصني خصني عافاك و ب ل
    اللي لي يوجد اجل أجل لأجل عندي عندكم تسجيل التسجيل نتسجل
"""
STOP = frozenset(word for text in STOP_WORDS.split() for word in fold(text).split())


def is_arabic(word):
    return bool(IS_ARABIC.search(word))


def words_of(text):
    """The folded words of a text; those nobody would type are left out."""
    return [word for word in WORD.findall(fold(text)) if len(word) <= LONGEST_WORD]


def asked(text):
    """The words of a query that say something, at most eight: 10,000 characters cost no more than a sentence."""
    words = list(dict.fromkeys(words_of(text[:MOST_LETTERS])))
    telling = [word for word in words if word not in STOP and (len(word) > 1 or word.isdigit())]
    return (telling or words)[:MOST_WORDS]


# --- Sound ----------------------------------------------------------------------------------------------------

ARABIC_SOUNDS = str.maketrans(
    "بپتطثجچحهخدضظذرزسصشعغفڤقكڭلمنويةءا",
    "bbtttjchhxddddrssscagffkkglmnuiaaa",
)
LATIN_SOUNDS = [  # in this order; capitals are done with
    (r"(?<=\D)2|2(?=\D)", ""),
    (r"^3|3(?=\D)|(?<=\D)3", "a"),
    (r"5|kh", "X"),
    (r"7|8", "h"),
    (r"9", "k"),
    (r"sch|ch|sh", "C"),
    (r"ph|v", "f"),
    (r"th|6", "t"),
    (r"gh", "G"),
    (r"qu(?=[aeiouy])|q|ck", "k"),
    (r"gu(?=[eiy])", "G"),
    (r"gn", "ni"),
    (r"g(?=[eiy])", "j"),
    (r"g", "G"),
    (r"c(?=[eiy])", "s"),
    (r"c", "k"),
    (r"z", "s"),
    (r"x", "ks"),
    (r"tion", "sion"),
    (r"(?<=\w{2})(es|ent|[estdpx])$", ""),
    (r"(?<=\w{3})[td]$", ""),
    (r"eau|au|ou|oo|w", "u"),
    (r"oi", "ua"),
    (r"(?:ai|ei|ay|ey)(?![aeiouy])|oeu|eu", "e"),
    (r"p", "b"),
    (r"m(?=b)", "n"),
    (r"ee|y", "i"),
    (r"o", "u"),
    (r"X", "x"),
]
LATIN_SOUNDS = [(re.compile(pattern), sound) for pattern, sound in LATIN_SOUNDS]
VOWELS = re.compile(r"(?<=.)[ae]")
TWICE, LONG = re.compile(r"(.)\1+"), re.compile(r"([iu])\1+")
JOINED = re.compile("^(?:[وفبك]?ال|لل)(?=..)")


def sound(word):
    """One romanisation of both scripts, in which letters that are taken for each other are the same and the vowels
    that Arabic does not write are missing. The word is folded."""
    if word.isdigit():
        return word
    if is_arabic(word):
        heard = word.translate(ARABIC_SOUNDS)
        heard = heard[2:] if word.startswith("ال") and len(word) > 4 else heard
    else:
        heard = word
        for pattern, letters in LATIN_SOUNDS:
            heard = pattern.sub(letters, heard)
        heard = heard.lower()
    heard = TWICE.sub(r"\1", re.sub("^[aei]+", "a", heard))
    return LONG.sub(r"\1", VOWELS.sub("", heard))


def forms_of(word):
    """The word, then what is left of it without what is written together with it."""
    if is_arabic(word):
        bare = re.sub("^[وفبلك]?(?:ال|لل)|^[وفبلك]", "", word)
        shorter = [bare, re.sub("^ال", "", word)]
    else:
        shorter = [re.sub("^(?:l|el|al|le|la|d)", "", word), re.sub(r"^(?:f|b|w)l?", "", word)]
    return [word, *(form for form in dict.fromkeys(shorter) if form != word and len(form) >= 3)]


def to_stem(word):
    """A word as the stemmer has to read it. Without ال it takes the first letter of سيارة or فرنسية for a particle."""
    bare = JOINED.sub("", word)
    return f"ال{bare}" if is_arabic(word) and len(bare) > 2 else bare


def mistakes_in(word):
    """How many letters of it may be wrong."""
    return (len(word) > 3) + (len(word) > 5) + (len(word) > 8)


def traces(word, *sounds):
    """What is left of a word and of its sounds without a letter, or two letters of a sound that is long: {str}. Words
    of which one becomes the other by so many mistakes have a trace in common."""
    most = mistakes_in(word)
    likely = [(len(heard) >= ONE_MISTAKE) + (len(heard) in TWO_MISTAKES) for heard in sounds]
    left = [_without(heard, min(most, letters)) for heard, letters in zip(sounds, likely, strict=True)]
    spelled = {f"_{each}" for each in _without(word, min(most, 1))}  # not to be taken for a sound
    return spelled.union(*left) - {""}


def _without(text, letters):
    """The text without up to so many of its letters: {str}."""
    left = {text}
    for _letter in range(letters):
        left |= {each[:place] + each[place + 1 :] for each in left for place in range(len(each))}
    return left


# --- Understanding ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Understood:
    """What a typed word stands for: any of these stems, found in texts of courses, in names of places or in both, and
    any of these options of `facets`. A word that is not telling only helps to order what the others find."""

    typed: str
    lexemes: tuple = ()
    used: str = ""  # the word taken instead, when what was typed is not a word
    in_courses: bool = False
    in_places: bool = False
    facets: int = 0
    is_telling: bool = False


# Each word is looked up by the first way that finds something; a way that is not needed is not gone.
KNOWN = "jsonb_build_array(text, sound, lexeme, in_courses, in_places, facets, is_telling"
LOOK_UP = f"""
SELECT coalesce(
    (SELECT jsonb_agg({KNOWN}, 0, 0)) FROM programmes_word
        WHERE lexeme = (tsvector_to_array(to_tsvector('city', typed.stems[1])))[1]
            AND (left(text, {SAME}) = left(word, {SAME}) OR word ~ '[^a-z]')),
    (SELECT jsonb_agg({KNOWN}, 0, 0)) FROM programmes_word WHERE lexeme = ANY
        (SELECT (tsvector_to_array(to_tsvector('city', stem)))[1] FROM unnest(typed.stems[2:]) AS stem)),
    (SELECT jsonb_agg({KNOWN}, far, differs) ORDER BY place) FROM
        (SELECT *, row_number() OVER (ORDER BY NOT begins, far + differs, length(text), text) AS place FROM
            (SELECT *, length(word) >= beginning AND starts_with(text, word) AS begins,
                least(levenshtein(sound, heard), levenshtein(sound, bare)) AS far, levenshtein(text, word) AS differs
                FROM (
                    SELECT * FROM programmes_word WHERE traces @@ typed.traces::tsquery
                    UNION SELECT * FROM programmes_word
                    WHERE length(word) >= beginning AND text ~>=~ word AND text ~<~ (word || '{LAST_LETTER}')
                ) AS near
            ) AS alike ORDER BY place LIMIT {MOST_ALIKE}) AS most_alike))
FROM jsonb_to_recordset(%s) AS typed (n int, word text, stems text[], heard text, bare text, traces text, beginning int)
ORDER BY n
"""


def understand(words):
    """One `Understood` per word, without lexemes for a word that is like none. One statement for all."""
    if not words:
        return []
    with connection.cursor() as cursor:
        cursor.execute(LOOK_UP, [Jsonb([_question(n, word, len(words)) for n, word in enumerate(words)])])
        found = [json.loads(row[0] or "[]") for row in cursor.fetchall()]
    return [_understood(word, candidates) for word, candidates in zip(words, found, strict=True)]


def _question(n, word, count):
    forms = forms_of(word)
    heard, bare = sound(word), sound(forms[-1])
    return {
        "n": n,
        "word": word,
        "stems": [to_stem(form) for form in forms],
        "heard": heard,
        "bare": bare,
        "traces": " | ".join(f"'{trace}'" for trace in traces(word, heard, bare)),
        "beginning": 3 if n == count - 1 else 4,  # the last word may be unfinished
    }


def _understood(word, candidates):
    """From the rows of KNOWN and two distances: how many letters of the sound and of the word are different."""
    likely = [(unlike(word, *row[:2], *row[-2:]), row[:-2]) for row in candidates]
    least = min((distance for distance, _row in likely), default=MOST_UNLIKE)
    alike = [row for distance, row in likely if distance == least]
    if least >= MOST_UNLIKE or (least > UNFINISHED and len({row[1] for row in alike}) > MOST_MEANT):
        return Understood(word)
    alike = [row for row in alike if any(row[3:6])] or alike  # what is on offer is meant rather than what is not
    texts, _sounds, lexemes, in_courses, in_places, bits, is_telling = zip(*alike, strict=True)
    used = texts[0] if least and not texts[0].startswith(word) else ""
    lexemes = tuple(dict.fromkeys(lexemes))
    return Understood(word, lexemes, used, any(in_courses), any(in_places), reduce(or_, bits), any(is_telling))


def unlike(typed, text, heard, far, differs):
    """How little a known word and its sound resemble a typed one, 0 for the same. Letters that changed places are one
    mistake."""
    most = mistakes_in(typed)
    if not differs:
        return 0
    if text.startswith(typed):
        return UNFINISHED
    if is_arabic(typed) != is_arabic(text):
        return 2 * far + OTHER_SCRIPT if _may_be_written_in_both(typed, heard, far) else MOST_UNLIKE
    if sorted(typed) == sorted(text):
        return 1.5
    if far == 0 and (differs == 1 or len(heard) > 2):
        return min(differs, most + 1.5)
    return far + differs if differs <= most and far + differs <= most + 1 else MOST_UNLIKE


def _may_be_written_in_both(typed, heard, far):
    """Short sounds are shared by chance, and only French leaves the last letters unspoken."""
    if len(heard) < 3 or (not is_arabic(typed) and sound(typed) != sound(f"{typed}e")):
        return False
    return far < max(1, mistakes_in(sound(typed)))
