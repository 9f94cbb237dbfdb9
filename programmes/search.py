"""Finding courses by the words people use."""

from learningcity.folding import fold

MOST_WORDS = 8


def words_of(text):
    """The folded words of a query, at most eight; 10,000 characters cost no more than a sentence."""
    return fold(text[:200]).split()[:MOST_WORDS]


def matching(runs, text):
    """The runs whose course speaks of every word."""
    for word in words_of(text):
        runs = runs.filter(course__folded__contains=word)
    return runs
