"""A city with thousands of courses, all on offer: the fifty of the demo again and again, their texts varied with seeded
words, their groups spread over places, days and seats. Rows go in by COPY; what a field is by default it is here."""

import copy
import random
from datetime import time, timedelta

from django.db import connection, transaction
from django.utils.translation import override

from learningcity import clock
from programmes.models import Course, CourseRun, Meeting, Venue

WEEKS = 7
HOURS = [(9, 11), (10, 12), (14, 16), (16, 18), (18, 20)]
TURNS = [
    ("pas à pas", "خطوة خطوة"),
    ("pour débutants", "للمبتدئين"),
    ("en petit groupe", "في فوج صغير"),
    ("le soir", "في المساء"),
    ("le week-end", "في نهاية الأسبوع"),
    ("pour les familles", "للأسر"),
    ("pour les jeunes", "للشباب"),
    ("près du marché", "قرب السوق"),
    ("avec un atelier", "مع ورشة"),
    ("par la pratique", "بالممارسة"),
    ("pour travailler", "من أجل العمل"),
    ("au quotidien", "في الحياة اليومية"),
]
THINGS = [
    ("fil, aiguille et tissu", "الخيط والإبرة والثوب"),
    ("clavier, souris et écran", "لوحة المفاتيح والشاشة"),
    ("cuisine, pain et gâteaux", "المطبخ والخبز والحلويات"),
    ("lettres, chiffres et mots", "الحروف والأرقام والكلمات"),
    ("jardin, arbres et eau", "الحديقة والأشجار والماء"),
    ("théâtre, musique et danse", "المسرح والموسيقى والرقص"),
    ("budget, banque et épargne", "الميزانية والبنك والادخار"),
    ("santé, sport et repos", "الصحة والرياضة والراحة"),
    ("photo, image et son", "الصورة والصوت"),
    ("bois, fer et peinture", "الخشب والحديد والصباغة"),
]


FLOOR = """
DROP TABLE IF EXISTS bench_offer;
CREATE TABLE bench_offer AS
SELECT r.id, c.slug, c.theme, v.district_id AS district, extract(isodow FROM r.starts_on)::int AS day, r.starts_on,
    r.capacity - r.seats_taken AS places, r.enrolment_closes_at AS closes_at, c.hours, c.minimum_age,
    c.title_fr, c.title_ar, v.name_fr || ', ' || d.name_fr AS place_fr, v.name_ar || '، ' || d.name_ar AS place_ar,
    to_tsvector('simple', lower(concat_ws(' ', c.title_fr, c.title_ar, c.summary_fr, c.summary_ar))) AS words
FROM programmes_courserun r JOIN programmes_course c ON c.id = r.course_id
JOIN programmes_venue v ON v.id = r.venue_id JOIN learningcity_district d ON d.id = v.district_id
WHERE r.decision = 'planned' AND r.enrolment_closes_at > now() AND c.state = 'published';
ALTER TABLE bench_offer ADD PRIMARY KEY (id);
CREATE INDEX ON bench_offer (starts_on, id);
CREATE INDEX ON bench_offer USING gin (words) WITH (fastupdate = off);
"""


def fill(courses, runs):
    """So many regular courses and groups, nothing of the demo among them."""
    chance = random.Random(20_000)
    with override("fr"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
        models = list(Course.objects.filter(kind=Course.Kind.REGULAR).order_by("code"))
        venues = list(Venue.objects.exclude(district=None).order_by("code"))
        made = pour(Course, [varied(models[number % len(models)], number, chance) for number in range(courses)])
        groups = [group(made[number % courses], chance.choice(venues), number, chance) for number in range(runs)]
        pour(CourseRun, groups)
        pour(Meeting, (meeting for run in groups for meeting in meetings(run, chance)))


def lay_floor():
    """The table that the floors read, with the same groups."""
    with connection.cursor() as cursor:
        cursor.execute(FLOOR)
        cursor.execute("VACUUM ANALYZE")


def varied(model, number, chance):
    course = copy.copy(model)
    (turn_fr, turn_ar), (things_fr, things_ar) = chance.choice(TURNS), chance.choice(THINGS)
    course.code, course.slug = f"B{number}", f"{model.slug[:90]}-{number}"
    course.title_fr, course.title_ar = f"{model.title_fr}, {turn_fr}"[:120], f"{model.title_ar}، {turn_ar}"[:120]
    course.summary_fr = f"{model.summary_fr} On y parle aussi de {things_fr}."
    course.summary_ar = f"{model.summary_ar} ونتحدث أيضا عن {things_ar}."
    course.state, course.published_at = Course.State.PUBLISHED, clock.now() - timedelta(days=chance.randrange(200))
    return course


def group(course, venue, number, chance):
    at, starts_in = clock.now(), chance.randint(14, 90)
    starts_on = clock.local_day(at) + timedelta(days=starts_in)
    capacity = chance.choice([12, 20, 25, 30])
    return CourseRun(
        code=f"BG{number}",
        course=course,
        label=chr(ord("A") + number // 2_000 % 26),
        venue=venue,
        women_only=chance.random() < 0.1,
        decision=CourseRun.Decision.PLANNED,
        enrolment_opens_at=at - timedelta(days=chance.randint(-5, 20)),
        enrolment_closes_at=at + timedelta(days=starts_in - 3),
        starts_on=starts_on,
        ends_on=starts_on + timedelta(weeks=WEEKS),
        capacity=capacity,
        seats_taken=chance.choice([capacity, chance.randrange(capacity), 0]),
    )


def meetings(run, chance):
    begin, end = chance.choice(HOURS)
    for week in range(WEEKS):
        day = run.starts_on + timedelta(weeks=week)
        yield Meeting(run=run, date=day, starts_at=time(begin), ends_at=time(end))


def pour(model, rows):
    """COPY the rows with keys given here, in the order of the rows. Returns them when they were a list."""
    table, fields = model._meta.db_table, [field for field in model._meta.concrete_fields if not field.generated]
    columns = ", ".join(field.column for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
        last = cursor.fetchone()[0]
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as into:
            for last, row in enumerate(rows, last + 1):  # noqa: B020 - the key of the last row is what we want
                row.pk = last
                into.write_row([field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields])
        cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, last])
    return rows
