"""The rows the search reads, derived from courses, venues and groups. Everything here can be repeated at any time.

Services call `index_runs`, `index_courses` or `index_venues` in the transaction that changes an offer; `index_all`
mends what was forgotten and clears away what is over.
"""

from datetime import date

from django.db import connection, transaction
from django.db.models import Prefetch
from django.db.models.functions import ExtractIsoWeekDay

from learningcity import clock

from .. import facets
from ..models import CatalogueChange, CatalogueEntry, Course, CourseRun, CourseWords, Meeting, PlaceWords, Word
from ..models.catalogue import DAY_AT, DAY_BITS, PLACES_BIT
from ..spelling import sound, traces
from .derived import Derived, batches
from .texts import Texts
from .thesaurus import thesaurus

BATCH = 500
MOST_CHANGES = 200  # notes of what was written: some, so that a reader sees the next one as new
WORDS_LOCK = 20_260_920  # of PostgreSQL's advisory locks, held by one writer of words until the end of its transaction
FIRST_DAY = date(2000, 1, 1)
ENTRIES = Derived(
    CatalogueEntry,
    {"run_id": "bigint", "course_id": "bigint", "venue_id": "bigint", "facets": "bigint"}
    | {"low_age": "smallint", "high_age": "smallint", "opens_at": "timestamptz", "closes_at": "timestamptz"}
    | {"rank": "bigint"},
)
COURSES = Derived(CourseWords, {"course_id": "bigint", "titles": "tsvector", "words": "tsvector"})
PLACES = Derived(PlaceWords, {"venue_id": "bigint", "words": "tsvector"})
WORDS = Derived(
    Word,
    {"text": "text", "lexeme": "text", "sound": "text", "traces": "tsvector"}
    | {"in_courses": "boolean", "in_places": "boolean", "facets": "bigint", "is_telling": "boolean"},
)


def index_runs(runs):
    """Bring the entries of these groups up to date; groups that are not on offer lose theirs."""
    _index([run.pk for run in runs])


def index_courses(courses):
    _index(CourseRun.objects.filter(course__in=courses).values_list("pk", flat=True), courses=courses)


def index_venues(venues):
    _index(CourseRun.objects.filter(venue__in=venues).values_list("pk", flat=True), venues=venues)


@transaction.atomic
def _index(pks, *, courses=(), venues=()):
    """Entries, and the words of these courses and venues and of those that have none yet."""
    pks = list(pks)
    for batch in _batches(pks):
        _write_entries(batch)
    shown = set(CatalogueEntry.objects.filter(run__in=pks).values_list("course", "venue"))
    if not (shown or courses or venues):
        return
    _lock_words()
    course_pks = _unread(CourseWords, {course for course, _venue in shown}, courses)
    venue_pks = _unread(PlaceWords, {venue for _course, venue in shown}, venues)
    if course_pks or venue_pks:
        words = _Words()
        COURSES.write(words.of_courses(course_pks))
        PLACES.write(words.of_places(venue_pks))
        WORDS.write(words.added(words.rows_read()))


def _unread(table, shown, changed):
    """Of what is shown, what has no words yet; and what has changed, if it has words."""
    changed = {item.pk for item in changed}
    known = set(table.objects.filter(pk__in=shown | changed).values_list("pk", flat=True))
    return (shown - known) | (changed & (known | shown))


def _lock_words():
    """After the locks of groups, which others hold while they wait for this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WORDS_LOCK])


def index_all():
    """How much was not as it should be and now is: {"entries": written, "gone": closed or withdrawn, "words": …}."""
    facets.forget_districts()
    entries = sum(_write_entries(batch) for batch in _batches(_differing_entries()))
    gone = CatalogueEntry.objects.exclude(run__in=_on_offer()).delete()[0]
    words = _Words()
    courses = [row for batch in _batches(_courses()) for row in words.of_courses(batch)]
    places = words.of_places(_venues())
    written = _write_words(words, courses, places)
    old = CatalogueChange.objects.order_by("-pk").values("pk")[MOST_CHANGES:]
    CatalogueChange.objects.filter(pk__in=old).delete()
    return {"entries": entries, "gone": gone, "words": written}


@transaction.atomic
def _write_words(words, courses, places):
    """Texts were read without keeping anyone waiting: those of which the index now says something else, or nothing, are
    read again, and so are those that came on offer meanwhile."""
    _lock_words()
    courses = _courses() - {pk for pk, *_ in courses} | set(COURSES.differing(courses))
    places = _venues() - {pk for pk, *_ in places} | set(PLACES.differing(places))
    changed = COURSES.write(words.of_courses(courses)) + PLACES.write(words.of_places(places))
    changed += WORDS.write(words.rows()) + Word.objects.exclude(pk__in=words.known()).delete()[0]
    CourseWords.objects.exclude(course__in=_courses()).delete()
    PlaceWords.objects.exclude(venue__in=_venues()).delete()
    return changed


def differences():
    """{kind of row: keys of those missing or wrong}. What belongs to groups that have closed does no harm."""
    words = _Words()
    courses = [pk for batch in _batches(_courses()) for pk in COURSES.differing(words.of_courses(batch))]
    places = PLACES.differing(words.of_places(_venues()))
    withdrawn = CatalogueEntry.objects.filter(closes_at__gt=clock.now()).exclude(run__in=_on_offer())
    said = WORDS.differing(words.added(words.rows()))
    entries = [*_differing_entries(), *withdrawn.values_list("pk", flat=True)]
    return {"entries": entries, "courses": courses, "places": places, "words": said}


def _on_offer():
    return CourseRun.objects.on_offer(clock.now())


def _courses():
    return set(_on_offer().values_list("course", flat=True))


def _venues():
    return set(_on_offer().values_list("venue", flat=True))


def _batches(keys):
    return batches(sorted(keys), BATCH)


# --- Groups -----------------------------------------------------------------------------------------------------


def _differing_entries():
    missing = list(_on_offer().filter(entry=None).values_list("pk", flat=True))
    batches = _batches(_on_offer().exclude(entry=None).values_list("pk", flat=True))
    wrong = (ENTRIES.differing(_entries(CourseRun.objects.filter(pk__in=pks))) for pks in batches)
    return missing + [pk for pks in wrong for pk in pks]


@transaction.atomic
def _write_entries(pks):
    """The groups are locked: a seat taken meanwhile waits, then finds the entry and sets its bit."""
    locked = CourseRun.objects.filter(pk__in=pks).order_by("pk").select_for_update(of=("self",), no_key=True)
    rows = _entries(locked.public().filter(decision=CourseRun.Decision.PLANNED))
    gone = CatalogueEntry.objects.filter(run__in=pks).exclude(run__in=[pk for pk, *_ in rows]).delete()[0]
    return ENTRIES.write(rows) + gone


def _entries(runs):
    courses = Course.objects.only("theme", "language", "minimum_age", "maximum_age")
    runs = list(runs.prefetch_related(Prefetch("course", courses), "venue"))
    sittings = _sittings(runs)
    return [_entry(run, facets.bits_of(run, sittings.get(run.pk, ()))) for run in runs]


def _entry(run, bits):
    bits |= PLACES_BIT if run.places_left else 0
    ages = facets.ages_of(run.course)
    day = min(max(0, (run.starts_on - FIRST_DAY).days), (1 << DAY_BITS) - 1)
    window = (run.enrolment_opens_at, run.enrolment_closes_at)
    return (run.pk, run.course_id, run.venue_id, bits, *ages, *window, day << DAY_AT | run.pk)


def _sittings(runs):
    """{run pk: {(ISO weekday, local start)}}, each once however many weeks it is repeated."""
    held = Meeting.objects.taking_place().filter(run__in=runs).order_by()
    found = {}
    for pk, weekday, start in held.values_list("run", ExtractIsoWeekDay("date"), "starts_at").distinct():
        found.setdefault(pk, set()).add((weekday, start))
    return found


# --- Words ----------------------------------------------------------------------------------------------------


class _Words:
    """Rows of COURSES, PLACES and, for what was read of them, of WORDS."""

    def __init__(self):
        self.texts = Texts()
        self.titles, self.courses, self.names, self.ground = set(), set(), set(), set()
        self.options = self.texts.options()

    def of_courses(self, pks):
        stems = self.texts.courses(pks)
        self.titles.update(*(titles for titles, _words in stems.values()))
        self.courses.update(*(words for _titles, words in stems.values()))
        return [(pk, *vectors) for pk, vectors in stems.items()]

    def of_places(self, pks):
        stems = self.texts.places(pks)
        self.names.update(*(name for name, _around in stems.values()))
        self.ground.update(*(around for _name, around in stems.values()))
        return [(pk, name | around) for pk, (name, around) in stems.items()]

    def known(self):
        return thesaurus().lexemes | self.texts.lexemes

    def rows(self):
        """Every word, when all courses and places were read."""
        self.texts.learn_ground()
        return [self._row(word, lexeme) for word, lexeme in sorted(self.known().items())]

    def rows_read(self):
        """The words of what was read."""
        read = self.courses | self.names | self.ground | self.options.keys()
        return [self._row(word, lexeme) for word, lexeme in sorted(self.known().items()) if lexeme in read]

    @staticmethod
    def added(rows):
        """Rows together with what is already known of their words: others may say them too."""
        known = Word.objects.in_bulk([text for text, *_ in rows])
        return [_added(row, known[row[0]]) if row[0] in known else row for row in rows]

    def _row(self, word, lexeme):
        """A word of titles means what one learns, though a place may be named after it."""
        synonyms = thesaurus()
        is_telling = word not in synonyms.qualities and (word in synonyms.telling or word in self.texts.telling)
        in_places = lexeme in self.ground or (lexeme in self.names and lexeme not in self.titles)
        bits = self.options.get(lexeme, 0)
        heard = sound(word)[:60]
        return (word, lexeme, heard, traces(word, heard), lexeme in self.courses, in_places, bits, is_telling)


def _added(row, said):
    *word, in_courses, in_places, bits, is_telling = row
    said_in = (in_courses or said.in_courses, in_places or said.in_places)
    return (*word, *said_in, bits, is_telling or said.is_telling)
