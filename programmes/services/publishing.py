"""A course from its first words to the public and back: what it lacks, who decided, what follows.

Who may decide is asked of `permissions` by whoever calls; here stands what holds for everyone: the order of the states,
the texts, and that nobody approves what they submitted.
"""

from decimal import Decimal
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learningcity import clock
from learningcity.services import audit

from ..models import Course, CourseRun
from ..permissions import submitter_of
from . import indexing, once, runs, scheduling
from .once import new_key
from .stale import refuse_stale

State = Course.State
TEXTS = ("title", "summary", "outcomes", "level", "prerequisites", "to_bring")
LANGUAGES = ("fr", "ar", "en")
FACTS = (
    *("programme", "theme", "cefr_level", "digcomp_level", "isced_field", "language", "minimum_age", "maximum_age"),
    *("hours", "fee", "certificate_share", "is_sensitive"),
)
WRITTEN = (*(f"{text}_{language}" for language in LANGUAGES for text in TEXTS), *FACTS)
COPY_OF = {"fr": "%s (copie)", "ar": "%s (نسخة)", "en": "%s (copy)"}
NEEDED = {
    ("title", "fr"): gettext_lazy("Write the title in French"),
    ("title", "ar"): gettext_lazy("Write the title in Arabic"),
    ("summary", "fr"): gettext_lazy("Write the summary in French"),
    ("summary", "ar"): gettext_lazy("Write the summary in Arabic"),
    ("outcomes", "fr"): gettext_lazy("Write in French what people will be able to do"),
    ("outcomes", "ar"): gettext_lazy("Write in Arabic what people will be able to do"),
    ("level", "fr"): gettext_lazy("Write the level in French, or choose a level of CEFR or DigComp"),
    ("level", "ar"): gettext_lazy("Write the level in Arabic, or choose a level of CEFR or DigComp"),
    ("language", ""): gettext_lazy("Choose the language of teaching"),
    ("minimum_age", ""): gettext_lazy("Write the youngest or the oldest age, or tick “All ages”"),
    ("certificate_share", ""): gettext_lazy("Write what share of attendance gives the certificate"),
}


class Gap(NamedTuple):
    """What a course lacks. `anchor` is the id of the input in the editor; `language` is fr, ar or empty."""

    field: str
    language: str
    sentence: str
    anchor: str


class NewGroup(NamedTuple):
    """`facts` are fields of a CourseRun, `rule` a scheduling.Rule, `trainer` a user or None. With `settle_later` a
    meeting whose room or trainer is taken is made without them."""

    facts: dict
    rule: object
    trainer: object = None
    settle_later: bool = False


class PublishingRefused(Exception):
    """A sentence for the person who asked, and what is missing when that is why."""

    def __init__(self, sentence, gaps=()):
        super().__init__(sentence)
        self.sentence, self.gaps = sentence, gaps


def missing(course):
    """What the public would miss, in the order of the editor. A course needs no group to be published; `minimum_age` 0
    alone says that all ages are welcome."""
    return [
        Gap(field, language, str(sentence), "_".join(filter(None, ["id", field, language])))
        for (field, language), sentence in NEEDED.items()
        if not answered(course, field, language)
    ]


def answered(course, field, language):
    if field == "minimum_age":
        return course.minimum_age is not None or course.maximum_age is not None
    if field == "certificate_share":
        return 1 <= course.certificate_share <= 100
    if field == "level" and (course.cefr_level or course.digcomp_level):
        return True
    return bool((getattr(course, f"{field}_{language}" if language else field) or "").strip())


# --- Decisions ----------------------------------------------------------------------------------------------
#
# `version` is the course as the one who decides has read it; None is not asked.


@transaction.atomic
def submit(course, *, by, version=None):
    """Ask for a second reader."""
    course = lock(course, State.DRAFT, version=version)
    refuse_gaps(course)
    return decide(course, State.IN_REVIEW, "submit course", by=by, review_note="")


@transaction.atomic
def publish(course, *, by, version=None):
    """Show the course to everyone, with its groups that have dates; also one that was published before it was archived.
    Raises PublishingRefused."""
    again = [State.ARCHIVED] if course.published_at else []
    course = lock(course, State.DRAFT, State.IN_REVIEW, *again, version=version)
    if course.state == State.IN_REVIEW and by and submitter_of(course) == by.pk:
        raise PublishingRefused(_("Someone else has to read what you submitted."))
    refuse_gaps(course)
    first = {} if course.published_at else {"slug": address_of(course)}
    course = decide(course, State.PUBLISHED, "publish course", by=by, review_note="", published_at=clock.now(), **first)
    for run in course.runs.filter(decision=CourseRun.Decision.DRAFT).order_by("pk"):
        if not runs.missing(run):
            runs.announce(run, by=by)
    return course


@transaction.atomic
def send_back(course, *, by, note, version=None):
    """Back to its writers, with what the second reader asks for."""
    course = lock(course, State.IN_REVIEW, version=version)
    return decide(course, State.DRAFT, "send back course", by=by, review_note=note)


@transaction.atomic
def archive(course, *, by):
    """Take the course off the offer; its address keeps answering. Refused while people count on one of its groups."""
    course = lock(course, State.DRAFT, State.IN_REVIEW, State.PUBLISHED)
    coming = Q(decision=CourseRun.Decision.PLANNED, ends_on__gte=clock.local_day(clock.now()))
    if course.runs.filter(coming | Q(decision=CourseRun.Decision.POSTPONED)).exists():
        raise PublishingRefused(_("A group of this course is not over. Cancel it first, or wait for its end."))
    return decide(course, State.ARCHIVED, "archive course", by=by)


@transaction.atomic
def reopen(course, *, by, version=None):
    """An archived course becomes a draft again, if the public has never read it: what has an address keeps it."""
    course = lock(course, State.ARCHIVED, version=version)
    if course.published_at:
        raise PublishingRefused(_("The public knows this course: publish it again, or make a copy of it."))
    return decide(course, State.DRAFT, "reopen course", by=by, review_note="")


def lock(course, *states, version=None):
    """The course as it stands now, held until the end of the transaction; refused in any other state or version."""
    course = runs.lock_course(course.pk)
    if course.state not in states:
        said = _("This course is now: %(state)s. Load the page again.") % {"state": course.get_state_display()}
        raise PublishingRefused(said)
    if version not in (None, version_of(course)):
        raise PublishingRefused(_("Someone changed this course while you were reading it. Read it again."))
    return course


def refuse_gaps(course):
    if gaps := missing(course):
        raise PublishingRefused(_("This course is not complete."), gaps)


def decide(course, state, action, *, by, **changes):
    before, course.state = course.state, state
    for name, value in changes.items():
        setattr(course, name, value)
    course.save(update_fields=["state", *changes])
    audit.note(action, course, by=by, count=0, detail={"from": before, "to": state})
    indexing.index_courses([course])
    return course


def address_of(course):
    """Readable, and never that of another course."""
    return f"{slugify(course.title_fr)[:90]}-{course.code}".strip("-").lower()


# --- Words and facts ----------------------------------------------------------------------------------------


def version_of(course):
    """Changes whenever one of the written texts or facts does."""
    values = [getattr(course, course._meta.get_field(name).attname) for name in WRITTEN if name != "fee"]
    return once.digest(course.state, *values, f"{Decimal(course.fee):.2f}")


@transaction.atomic
def create(course, *, key, by, group=None, like=None):
    """Save a new course as a draft, with its first group when there is one. The same key gives the same course: KeyUsed
    when the rest is not the same. `like` is the course of which this one is a copy, whatever that says by now.

    Raises RunRefused and TimetableRefused, and then nothing is saved.
    """
    sent = once.sent(key, by, course.kind, *([like] if like else [course.organisation, version_of(course), group]))
    course.code = course.slug = f"c-{key}"
    course.state = State.DRAFT
    try:
        with transaction.atomic():
            course.save(force_insert=True)
    except IntegrityError:
        return once.made([Course.objects.get(code=course.code)], "create course", sent)
    audit.note("create course", course, by=by, count=0, detail={"code": course.code} | sent.detail)
    if group:
        add_group(course, group, by=by)
    return course


@transaction.atomic
def add_group(course, group, *, by, key=None):
    """A draft group with its meetings. The same key gives the same group: KeyUsed when the rest is not the same. Raises
    RunRefused and TimetableRefused."""
    sent = once.sent(key, by, group) if key else None
    if run := runs.made_of(runs.lock_course(course.pk), sent):
        return run
    run = runs.create(course, by=by, sent=sent, **group.facts)
    meetings = scheduling.sketch(run, group.rule, room=run.room, trainer=group.trainer)
    for clash in scheduling.clashes(meetings) if group.settle_later else ():
        if clash.kind == "trainer":
            clash.meeting.trainer = None
        elif clash.kind in ("room", "buffer"):
            clash.meeting.room, clash.meeting.buffer_minutes = None, 0
    scheduling.add(run, meetings, by=by)
    return run


@transaction.atomic
def change(course, values, *, version, by):
    """Set some of WRITTEN. Raises Stale when the course is no longer the one of this version, PublishingRefused when a
    published course would lose what the public needs."""
    course = runs.lock_course(course.pk)
    refuse_stale(course, version_of, version)
    had = missing(course)
    for name, value in values.items():
        setattr(course, name, value)
    if course.state == State.PUBLISHED and (lost := [gap for gap in missing(course) if gap not in had]):
        raise PublishingRefused(_("A published course keeps its texts."), lost)
    course.save(update_fields=[*values, "title"])
    audit.note("change course", course, by=by, count=0, detail={"code": course.code})
    indexing.index_courses([course])
    return course


def from_template(template):
    """An unsaved draft with the words and facts of another course."""
    return Course(
        kind=Course.Kind.REGULAR,
        organisation_id=template.organisation_id,
        **{name: getattr(template, name) for name in WRITTEN},
    )


def named_copy(course):
    """An unsaved draft like this one, whose titles say that it is a copy."""
    copy = from_template(course)
    for language, pattern in COPY_OF.items():
        if title := getattr(course, f"title_{language}"):
            room = Course._meta.get_field("title").max_length - len(pattern) + 2
            setattr(copy, f"title_{language}", pattern % title[:room])
    return copy


@transaction.atomic
def duplicate(course, *, by, kind=Course.Kind.REGULAR, key=None):
    """A draft with the same words and facts and no group: another course, or with `kind` a model to start from."""
    copy = from_template(course) if kind == Course.Kind.TEMPLATE else named_copy(course)
    copy.kind = kind
    return create(copy, key=key or new_key(), by=by, like=course)
