"""The shapes in which the offer leaves as JSON: names and codes, three languages side by side, nothing about people."""

from datetime import date, datetime, time

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from ninja import Field, Schema

from learningcity import clock

from .models import CourseRun


class Texts(Schema):
    fr: str
    ar: str
    en: str = Field(description="Empty where nobody has translated it.")

    @classmethod
    def of(cls, record, field):
        return cls(**{code: getattr(record, f"{field}_{code}") or "" for code, _name in settings.LANGUAGES})


class Pages(Schema):
    """Addresses of the page about it."""

    fr: str
    ar: str
    en: str

    @classmethod
    def of(cls, name, *values):
        return cls(**{code: address_in(code, name, *values) for code, _name in settings.LANGUAGES})


def address_in(language, name, *values):
    with translation.override(language):
        return settings.SITE_URL + reverse(name, args=values)


class OrganisationShape(Schema):
    code: str
    name: Texts


class CourseShape(Schema):
    code: str
    slug: str
    title: Texts
    summary: Texts
    theme: str
    programme: str = Field(description="Code of the programme it belongs to.")
    family: str = Field(description="NFE non-formal education, VOC vocational training, DIG digital skills.")
    organisation: OrganisationShape
    teaching_language: str
    level: Texts
    cefr_level: str
    digcomp_level: int | None
    isced_field: str = Field(description="Narrow field of ISCED-F 2013.")
    minimum_age: int | None
    maximum_age: int | None
    hours: int | None
    fee: float = Field(description="Dirhams; 0 is free.")
    certificate_share: int = Field(description="Percent of the hours to attend for a certificate.")
    published_at: datetime | None
    pages: Pages

    @classmethod
    def of(cls, course, **more):
        names = ("code", "slug", "theme", "cefr_level", "digcomp_level", "isced_field", "minimum_age", "maximum_age")
        plain = {name: getattr(course, name) for name in (*names, "hours", "certificate_share")}
        return cls(
            **plain,
            **{name: Texts.of(course, name) for name in ("title", "summary", "level")},
            programme=course.programme.code,
            family=course.programme.family,
            organisation={"code": course.organisation.code, "name": Texts.of(course.organisation, "name")},
            teaching_language=course.language,
            fee=float(course.fee),
            published_at=course.published_at,
            pages=Pages.of("course", course.slug),
            **more,
        )


class RunShape(Schema):
    code: str
    course: str = Field(description="Code of the course.")
    place: str = Field(description="Code of the place.")
    label: str
    mode: str
    teaching_language: str
    women_only: bool
    status: str = Field(description="What people are told: soon, open, few, full_wait, full, closed, running, …")
    starts_on: date
    ends_on: date
    enrolment_opens_at: datetime
    enrolment_closes_at: datetime
    places_left: int
    waiting: int

    @classmethod
    def of(cls, run, at, **more):
        names = ("code", "label", "mode", "women_only", "starts_on", "ends_on", "places_left")
        return cls(
            **{name: getattr(run, name) for name in names},
            course=run.course.code,
            place=run.venue.code,
            teaching_language=run.language or run.course.language,
            status=run.status(at, clock.local_day(at)),
            enrolment_opens_at=run.enrolment_opens_at.astimezone(clock.CASABLANCA),
            enrolment_closes_at=run.enrolment_closes_at.astimezone(clock.CASABLANCA),
            waiting=run.waiting_count,
            **more,
        )


class MeetingShape(Schema):
    date: date
    starts_at: time = Field(description="Local wall time.")
    ends_at: time
    zone: str
    start: datetime = Field(description="The same as an instant.")
    end: datetime
    state: str
    takes_place: bool

    @classmethod
    def of(cls, meeting, run):
        names = ("date", "starts_at", "ends_at", "zone", "state")
        return cls(
            **{name: getattr(meeting, name) for name in names},
            start=datetime.combine(meeting.date, meeting.starts_at, clock.CASABLANCA),
            end=datetime.combine(meeting.date, meeting.ends_at, clock.CASABLANCA),
            takes_place=meeting.takes_place and run.decision == CourseRun.Decision.PLANNED,
        )


class CourseWithRuns(CourseShape):
    outcomes: Texts = Field(description="One per line.")
    prerequisites: Texts
    to_bring: Texts
    runs: list[str] = Field(description="Codes of its groups that are not over.")


class RunWithMeetings(RunShape):
    meetings: list[MeetingShape]


class PlaceShape(Schema):
    code: str
    slug: str
    name: Texts
    kind: str
    district: str | None = Field(description="Slug of the arrondissement.")
    quartier: str
    address: Texts
    latitude: float | None
    longitude: float | None
    phone: str
    is_open: bool
    step_free: bool | None = Field(description="Like the other features of access: null when nobody checked.")
    adapted_toilet: bool | None
    hearing_loop: bool | None
    childcare: bool | None
    women_space: bool | None
    transport: Texts
    hours: Texts
    pages: Pages

    @classmethod
    def of(cls, venue):
        names = ("code", "slug", "kind", "quartier", "latitude", "longitude", "phone", "is_open")
        features = ("step_free", "adapted_toilet", "hearing_loop", "childcare", "women_space")
        return cls(
            **{name: getattr(venue, name) for name in (*names, *features)},
            **{name: Texts.of(venue, name) for name in ("name", "address", "transport", "hours")},
            district=venue.district.slug if venue.district else None,
            pages=Pages.of("place", venue.slug),
        )


# --- Lists --------------------------------------------------------------------------------------------


class Listed(Schema):
    count: int = Field(description="Of the whole list.")
    page: int
    next: str | None
    previous: str | None


class CourseList(Listed):
    items: list[CourseShape]


class RunList(Listed):
    items: list[RunShape]


class PlaceList(Listed):
    items: list[PlaceShape]


class Problem(Schema):
    """RFC 9457, in the language that `?langue=` asks for, French otherwise."""

    type: str
    title: str
    status: int
    detail: str
    fields: list[str] = Field(default=[], description="Names of the values that cannot be read.")
