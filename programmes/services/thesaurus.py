"""Words as the index sees them: their stems, and the other words that mean the same (`programmes/data/synonyms.csv`).

Synonyms are added to a text when it is indexed, so that a query needs to know nothing of them.
"""

import csv
from functools import cache
from pathlib import Path

from django.db import connection

from ..spelling import STOP, is_arabic, to_stem, words_of

SYNONYMS = Path(__file__).parents[1] / "data" / "synonyms.csv"
LANGUAGES = ("fr", "ar", "darija", "en")
STEMS = """
    SELECT word, (tsvector_to_array(to_tsvector('city', read)))[1]
    FROM unnest(%s::text[], %s::text[]) AS said (word, read)
    WHERE to_tsvector('city', word) <> '' AND to_tsvector('city', read) <> ''
"""
WHOLE = 4  # shorter words are compared as they are: their stems say too little
# For whom, how well, at what price: such words order what the others find.
QUALITIES = {"beginner", "free", "children", "youth", "women", "girls", "elderly", "disability", "diploma"}


def lexemes_of(words):
    """{word: its stem in the configuration `city`}; words that say nothing (le, في) have none and are missing."""
    words = list(set(words))
    with connection.cursor() as cursor:
        cursor.execute(STEMS, [words, [to_stem(word) for word in words]])
        return dict(cursor.fetchall())


class Thesaurus:
    """`concepts`: {name: terms}, a term being one or more words in a row."""

    def __init__(self, concepts):
        self.lexemes = lexemes_of(word for terms in concepts.values() for term in terms for word in term)
        self.telling, self.qualities = set(), set()
        self.stems, self.beginnings = {}, {}
        for name, terms in concepts.items():
            self.stems[name] = {self.lexemes[word] for term in terms for word in term if self._says_something(word)}
            alone = {term[0] for term in terms if len(term) == 1}
            (self.qualities if name in QUALITIES else self.telling).update(alone)
            for term in terms:
                keys = [self._key(word, self.lexemes) for word in term]
                self.beginnings.setdefault(keys[0], []).append((keys, name))

    def synonyms(self, words, lexemes):
        """The stems of every concept that has a term in this row of words."""
        keys = [self._key(word, lexemes) for word in words]
        concepts = {
            name
            for place, key in enumerate(keys)
            for term, name in self.beginnings.get(key, ())
            if keys[place : place + len(term)] == term
        }
        return set().union(*(self.stems[name] for name in concepts))

    def _says_something(self, word):
        return word in self.lexemes and word not in STOP

    @staticmethod
    def _key(word, lexemes):
        return lexemes.get(word, word) if len(word) > WHOLE or is_arabic(word) else word


@cache
def thesaurus():
    with SYNONYMS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    terms = {row["concept"]: [words_of(term) for name in LANGUAGES for term in row[name].split(";")] for row in rows}
    return Thesaurus({concept: [term for term in known if term] for concept, known in terms.items()})
