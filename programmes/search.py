"""Finding courses: one statement understands the words, one gives the page of results and the count of every filter."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db import connection
from psycopg.types.numeric import Int8

from learningcity import clock

from . import facets, spelling
from .models.catalogue import DAY_AT, DAY_BITS, PLACES_BIT

PER_PAGE, MOST_NEAR, MOST_KEPT = 20, 3, 500
PLACES, DATE = "places", "date"  # what comes first: groups with places, or the earliest start
NEARBY = 3  # km
KM_NORTH, KM_EAST = 111.1, 92.7  # of a degree, in Casablanca
RANKS = 62 - DAY_AT - DAY_BITS  # bits of a sort key above the day, without the one that says whether one can enrol
EMPTY = {"q": {"text": ""}, "age": {"age": None}, "pres": {"near": None}, "autour": {"around": False}}


@dataclass(frozen=True)
class Question:
    """Built by `filters.read` alone, so that it holds nothing unknown."""

    text: str = ""
    chosen: dict = field(default_factory=dict, hash=False)  # {name of a group of facets: frozenset of values}
    age: int | None = None
    near: tuple | None = None  # (latitude, longitude)
    around: bool = False  # also the neighbours of the chosen arrondissements
    order: str = PLACES

    def without(self, name, value=None):
        """The same question without a value of a group; without a value: without the group, the words (`q`), the
        `age`, the place (`pres`) or the neighbours (`autour`)."""
        if name in EMPTY:
            return replace(self, **EMPTY[name])
        values = self.chosen.get(name, frozenset()) - {value} if value else None
        chosen = {key: known for key, known in self.chosen.items() if key != name}
        chosen |= {name: values} if values else {}
        return replace(self, chosen=chosen, around=self.around and facets.WHERE in chosen)

    def parts(self):
        """The names of what narrows it, those that `without` takes."""
        said = {"q": self.text, "age": self.age is not None, "pres": self.near}
        return [name for name, is_said in said.items() if is_said] + [
            name for name in facets.NAMES if name in self.chosen
        ]


@dataclass(frozen=True)
class Answer:
    at: datetime = field(compare=False)  # by the clock of the database
    total: int = 0  # courses
    runs: tuple = ()  # of this page: the primary key of the best group of each course
    # {(group, value): courses if it were the only one chosen there}
    counts: dict = field(default_factory=dict, hash=False)
    corrected: dict = field(default_factory=dict, hash=False)  # {typed word: the word taken instead}
    unknown: tuple = ()  # words that nothing resembles
    is_loose: bool = False  # no course has all the words, these have some
    # It stands as long as nothing the search reads is written, and no window of enrolment opens or closes.
    changes: str = field(default="", compare=False)
    until: datetime | None = field(default=None, compare=False)


def ask(question, *, page=1, per_page=PER_PAGE):
    """Three statements at most: the words; the courses that have all of them; when there are none, those with some.
    One when the same was asked before and the answer still stands; then three more when it does not."""
    asked = (question, page, per_page)
    return _asked_before(*asked) or _keep(_ask(question, _understood(question), page, per_page), *asked)


def _understood(question):
    return spelling.understand(spelling.asked(question.text))


def _ask(question, words, page=1, per_page=PER_PAGE):
    understood = [word for word in words if word.lexemes]
    said = {
        "corrected": {word.typed: word.used for word in words if word.used},
        "unknown": tuple(word.typed for word in words if not word.lexemes),
    }
    if words and not understood:
        return Answer(at=clock.now(), counts=_counts(question, b""), **said)
    params = {"first": (max(page, 1) - 1) * per_page, "size": per_page}
    found = first = _answer(question, _all_of(understood), params)
    is_loose = not first.is_there and len(understood) > 1
    if is_loose:
        found = _answer(question, _some_of(understood), params)
    return Answer(
        at=found.at,
        total=found.total,
        runs=tuple(key & (1 << DAY_AT) - 1 for key in found.keys),
        counts=_counts(question, found.bits),
        is_loose=is_loose,
        changes=first.changes,
        until=found.until,
        **said,
    )


def without(question):
    """[(the question without one of its parts, the name of that part, its total)], the way that opens most first."""
    words = _understood(question)
    ways = [(question.without(name), name) for name in question.parts()]
    found = [(wider, name, _ask(wider, words if wider.text else [], per_page=0).total) for wider, name in ways]
    return sorted(found, key=lambda way: -way[2])


def nearest(question):
    """The primary keys of three groups that come near. The words stay as long as something is found: without the one
    filter most in the way, without any; then the filters stay without the words."""
    words = _understood(question)
    filters = [name for name in question.parts() if name != "q"]
    one_less = [_ask(question.without(name), words, per_page=MOST_NEAR) for name in filters]
    if one_less and (best := max(one_less, key=lambda answer: answer.total)).total:
        return best.runs
    for wider, known in ((Question(text=question.text), words), (question.without("q"), []), (Question(), [])):
        if answer := _ask(wider, known, per_page=MOST_NEAR).runs:
            return answer
    return ()


# --- Words --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Words:
    """SQL about an entry: the condition it has to fulfil, and what puts it first, the weightiest at the beginning."""

    condition: str = "TRUE"
    ranks: tuple = ()
    params: dict = field(default_factory=dict)


def _all_of(words):
    """Every telling word; those found in titles come first, then those that fit the others best."""
    if not words:
        return Words()
    telling = [word for word in words if word.is_telling] or words
    others = [word for word in words if word not in telling]
    params = {"title": _tsquery(telling)}
    condition = " AND ".join(_any_way(_ways(word, params, is_alone=len(telling) == 1)) for word in telling)
    ranks = ["course_id IN (SELECT course_id FROM programmes_coursewords WHERE titles @@ %(title)s::tsquery)"]
    ranks += [_any_of(way for word in others for way in _ways(word, params))] if others else []
    return Words(condition, tuple(ranks), params)


def _some_of(words):
    """Any word of what is learned, or any telling one; the others help to order, an earlier word more than a later."""
    weights = {word: (word.is_telling and word.in_courses, word.is_telling) for word in words}
    weighty = sorted(words, key=weights.get, reverse=True)[:RANKS]
    params = {}
    ways = {word: _ways(word, params) for word in weighty}
    enough = [way for word in weighty if weights[word] == weights[weighty[0]] for way in ways[word]]
    return Words(_any_way(enough), tuple(map(_any_of, ways.values())), params)


def _ways(word, params, *, is_alone=False):
    """How a word can be said of an entry, by the course, by the place, by an option of the group: [(column, SQL of the
    values it has to have, or bits)]. A language alone is one to learn, not one to be taught in; an age alone is whom a
    course is about."""
    name, bits = f"word{len(params)}", word.facets
    if is_alone and word.in_courses:
        bits &= ~(facets.LANGUAGES.mask | facets.AGES.mask)
    params[name] = _tsquery([word])
    said = f"words @@ %({name})s::tsquery"
    ways = [("course_id", f"SELECT course_id FROM programmes_coursewords WHERE {said}")] if word.in_courses else []
    ways += [("venue_id", f"SELECT venue_id FROM programmes_placewords WHERE {said}")] if word.in_places else []
    if bits:
        params[f"bits{name}"] = Int8(bits)
        ways.append(("facets", f"%(bits{name})s"))
    return ways


def _any_way(ways):
    """The condition that chooses entries. A way alone is gone by the index, however many courses or places it finds."""
    if len(ways) == 1 and ways[0][0] != "facets":
        return "{} = ANY (ARRAY ({}))".format(*ways[0])
    return _any_of(ways)


def _any_of(ways):
    found = (f"facets & {what} <> 0" if column == "facets" else f"{column} IN ({what})" for column, what in ways)
    return f"({' OR '.join(found) or 'FALSE'})"


def _tsquery(words):
    """Any of the stems. They are letters and digits, and quoted all the same."""
    stems = (lexeme for word in words for lexeme in word.lexemes)
    return " | ".join("'" + stem.replace("\\", "\\\\").replace("'", "''") + "'" for stem in stems)


# --- The statement ----------------------------------------------------------------------------------------------

CHANGES = "(SELECT row(count(*), sum(id))::text FROM programmes_cataloguechange)"
STATEMENT = """
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at), course AS MATERIALIZED (
    SELECT bit_or({bits}) AS bits, min({key}) AS key,
        min(CASE WHEN opens_at > (SELECT at FROM moment) THEN opens_at ELSE closes_at END) AS until
    FROM programmes_catalogueentry
    WHERE closes_at > (SELECT at FROM moment) AND ({words}) AND ({where}) GROUP BY course_id
)
SELECT (SELECT at FROM moment), count(key),
    ARRAY(SELECT key FROM course WHERE key IS NOT NULL ORDER BY key LIMIT %(size)s::int OFFSET %(first)s::int),
    coalesce(string_agg(int8send(bits), ''), ''),
    count(*) > 0 OR EXISTS
        (SELECT FROM programmes_catalogueentry WHERE closes_at > (SELECT at FROM moment) AND ({words})),
    {changes}, min(until)
FROM course
"""


class Found(NamedTuple):
    """What STATEMENT gives: sort keys of the page, the bits of every course, whether the words alone are found."""

    at: datetime
    total: int
    keys: list
    bits: bytes
    is_there: bool
    changes: str
    until: datetime | None


def _answer(question, words, params):
    params = params | words.params
    masks = []
    for number, (group, mask) in enumerate(_masks(question)):
        masks.append((f"facets & %(any{number})s <> 0", f"facets & %(all{number})s"))
        params |= {f"any{number}": Int8(mask), f"all{number}": Int8(group.mask)}
    bits, key, where = _counted(masks), _key(question, words), _where(question, params)
    if masks:
        key = f"CASE WHEN {' AND '.join(fits for fits, _bits in masks)} THEN {key} END"
    if len(masks) > 1:
        where += f" AND {bits} <> 0"
    with connection.cursor() as cursor:
        text = STATEMENT.format(bits=bits, key=key, words=words.condition, where=where, changes=CHANGES)
        cursor.execute(text, params)
        return Found(*cursor.fetchone())


def _counted(masks, counted="facets"):
    """SQL: the bits with which a group of learners is counted. One that misses no chosen filter counts with all, one
    that misses a single filter with those of that filter, as if it were not set; one that misses more not at all.
    `masks` are SQL: [(whether it fits a filter, its bits in the group of the filter)]."""
    if not masks:
        return counted
    (fits, bits), *others = masks
    if_missing = _counted(others, bits) if counted == "facets" else "0"
    return f"CASE WHEN {fits} THEN {_counted(others, counted)} ELSE {if_missing} END"


def _masks(question):
    """[(group, the bits of which a group of learners needs one)] for what is chosen."""
    chosen = []
    for group in facets.groups():
        values = question.chosen.get(group.name, ())
        if values:
            mask = reduce(or_, (_reach(question, group, value) for value in values))
            chosen.append((group, mask))
    return chosen


def _reach(question, group, value):
    """The bits that fulfil an option: its own, and with `around` those of the neighbours."""
    near = facets.neighbours()[value] if question.around and group.name == facets.WHERE else ()
    return group.bits[value] | sum(group.bits[other] for other in near)


def _where(question, params):
    where = "TRUE"
    if question.age is not None:
        params["age"] = question.age
        where += " AND %(age)s::int BETWEEN low_age AND high_age"
    if question.near:
        params["latitude"], params["longitude"] = question.near
        where += f""" AND venue_id = ANY (ARRAY (SELECT id FROM programmes_venue
            WHERE (latitude - %(latitude)s::float) ^ 2 * {KM_NORTH**2}
            + (longitude - %(longitude)s::float) ^ 2 * {KM_EAST**2} <= {NEARBY**2}))"""
    return where


def _key(question, words):
    """SQL of the sort key of a group, one number whose lowest bits are its primary key: its order among all."""
    later = f"(CASE WHEN facets & {PLACES_BIT} <> 0 AND opens_at <= (SELECT at FROM moment) THEN 0 ELSE 1 END)"
    if question.order == DATE:
        return f"((rank >> {DAY_AT} << {DAY_AT + 1}) | ({later}::bigint << {DAY_AT}) | run_id)"
    parts = [(later, DAY_AT + DAY_BITS)]
    for place, condition in enumerate(reversed(words.ranks), DAY_AT + DAY_BITS + 1):
        parts.append((f"(CASE WHEN {condition} THEN 0 ELSE 1 END)", place))
    return " | ".join(["rank", *(f"({value}::bigint << {bit})" for value, bit in parts)])


def _counts(question, bits):
    """`bits` are 8 bytes per course. All courses are counted at once: one big number, one lane of 64 bits for each."""
    lanes = int.from_bytes(bits)
    ones = int.from_bytes(b"\0\0\0\0\0\0\0\1" * (len(bits) // 8))
    counts = {}
    for group in facets.groups():
        for value in group.bits:
            found, reach = 0, _reach(question, group, value)
            while reach:
                found |= lanes >> (reach & -reach).bit_length() - 1 & ones
                reach &= reach - 1
            counts[group.name, value] = found.bit_count()
    return counts


EVERY_RUN = """
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at)
SELECT run_id FROM programmes_catalogueentry WHERE closes_at > (SELECT at FROM moment) AND {fits} ORDER BY {key}
"""


def every_run(question):
    """The primary keys of all groups that fit and have all the words, not only the best of each course, best first."""
    typed = _understood(question)
    words = _all_of([word for word in typed if word.lexemes])
    if typed and not words.params:
        return []  # nothing is known by any of these words
    masks = {f"any{n}": Int8(mask) for n, (_group, mask) in enumerate(_masks(question))}
    params = words.params | masks
    fits = [f"({words.condition})", _where(question, params), *(f"facets & %({name})s <> 0" for name in masks)]
    with connection.cursor() as cursor:
        cursor.execute(EVERY_RUN.format(fits=" AND ".join(fits), key=_key(question, words)), params)
        return [pk for (pk,) in cursor.fetchall()]


# --- Asked before -----------------------------------------------------------------------------------------------

LOOK = f"SELECT clock_timestamp(), {CHANGES}"


def _asked_before(question, page, per_page):
    """What was answered, if it would be answered again, or None."""
    kept = _kept().get((question, page, per_page))
    if kept is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(LOOK)
        at, changes = cursor.fetchone()
    return replace(kept, at=at) if kept.changes == changes and not (kept.until and kept.until <= at) else None


def _keep(answer, *asked):
    """Not near a point: a place that moves is no change of an entry."""
    question, kept = asked[0], _kept()
    if answer.total and not question.near:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[asked] = answer
    return answer


@facets.remembered()
def _kept():
    """{(question, page, per_page): Answer}"""
    return {}
