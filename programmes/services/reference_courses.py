"""The courses of the reference data: those that partners are reported to give, with our texts, and four of our own:
three models to start a course from, and the one on which people practise enrolling."""

from collections import Counter
from datetime import UTC, date, datetime, time
from pathlib import Path

from django.utils.text import slugify

from learningcity import clock
from learningcity.services.reference import DATA, rows_of

from ..models import Course, CourseRun, Organisation, Programme, Venue

TEXTS = Path(__file__).parents[1] / "data"
WRITTEN = ["title", "summary", "outcomes"]
PRACTICE, PRACTICE_VENUE = "ESSAI", "V062"
PRACTICE_DAY = date(2099, 1, 3)  # never comes, so that the group is always open


def ids(rows):
    return dict(rows.values_list("code", "pk"))


def in_three(field, phrase):
    return {f"{field}_{language}": phrase[language] for language in ("fr", "ar", "en")}


def read_phrases():
    rows = {(row["kind"], row["key"]): row for row in rows_of(TEXTS / "phrases.csv")}
    return rows | {("before", ""): {"fr": "", "ar": "", "en": ""}}


def real_courses():
    titles = {row["course_id"]: row for row in rows_of(DATA / "courses.csv")}
    texts, offered = course_texts(), offers()
    for row in rows_of(TEXTS / "courses.csv"):
        title = titles[row["code"]]
        yield {
            "slug": slugify(title["title_fr"])[:110],
            "title_fr": title["title_fr"],
            "title_ar": title["title_ar_proposed"],
            "title_en": title["title_en"],
            **texts[row["code"]],
            "is_sensitive": bool(row["is_sensitive"]),
            **offered(row),
        }


def our_courses():
    offered = offers()
    for row in rows_of(TEXTS / "own_courses.csv"):
        texts = {f"{name}_{language}": row[f"{name}_{language}"] for name in WRITTEN for language in ("fr", "ar", "en")}
        texts |= {name: text.replace("|", "\n") for name, text in texts.items()}
        yield {"kind": row["kind"], "slug": row["slug"], **texts, **offered(row)}


def offers():
    """A function from a row to what the rows of both files have in common."""
    programme_ids, organisation_ids = ids(Programme.objects), ids(Organisation.objects)
    phrases, at = read_phrases(), clock.now()

    def offered(row):
        return {
            "code": row["code"],
            "programme_id": programme_ids[row["programme"]],
            "organisation_id": organisation_ids[row["organisation"]],
            "theme": row["theme"],
            **in_three("level", phrases["level", row["level"]]),
            **in_three("to_bring", phrases["bring", row["bring"]]),
            **in_three("prerequisites", phrases["before", row["before"]]),
            "cefr_level": row["cefr"],
            "digcomp_level": whole(row["digcomp"]),
            "isced_field": row["isced"],
            "language": row["language"],
            "minimum_age": whole(row["minimum_age"]),
            "maximum_age": whole(row["maximum_age"]),
            "hours": whole(row["hours"]),
            "state": Course.State.PUBLISHED,
            "published_at": at,
        }

    return offered


def whole(text):
    return int(text) if text else None


def course_texts():
    """{code: {summary_fr: …, outcomes_fr: one per line, summary_ar: …}}."""
    texts = {}
    for row in rows_of(TEXTS / "course_texts.csv"):
        outcomes = "\n".join(row[f"outcome_{place}"] for place in (1, 2, 3))
        text = {f"summary_{row['language']}": row["summary"], f"outcomes_{row['language']}": outcomes}
        texts.setdefault(row["code"], {}).update(text)
    return texts


def practice_group():
    """The one group of the practice course, with its meeting. Returns counts as `put` does."""
    course = Course.objects.get(code=PRACTICE)
    if course.runs.exists():
        return Counter(created=0, changed=0, unchanged=1)
    run = CourseRun.objects.create(
        code=f"{PRACTICE}-A",
        label="A",
        course=course,
        venue=Venue.objects.get(code=PRACTICE_VENUE),
        decision=CourseRun.Decision.PLANNED,
        capacity=20,
        enrolment_opens_at=datetime(2024, 1, 1, tzinfo=UTC),
        enrolment_closes_at=datetime.combine(PRACTICE_DAY, time(0), UTC),
        starts_on=PRACTICE_DAY,
        ends_on=PRACTICE_DAY,
    )
    run.meetings.create(date=PRACTICE_DAY, starts_at=time(10, 30), ends_at=time(12))
    return Counter(created=1, changed=0, unchanged=0)
