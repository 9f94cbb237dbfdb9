"""Courses and groups in the words of schema.org, for the search engines; printed by the tag `data_block`."""

from collections import Counter
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language

from learningcity import clock

from .models import CourseRun
from .models.courses import TeachingLanguage

SCHEMA = "https://schema.org/"
SPOKEN = {  # BCP 47
    TeachingLanguage.DARIJA: ["ary"],
    TeachingLanguage.ARABIC: ["ar"],
    TeachingLanguage.FRENCH: ["fr"],
    TeachingLanguage.BOTH: ["ar", "fr"],
    TeachingLanguage.ENGLISH: ["en"],
    TeachingLanguage.SPANISH: ["es"],
    TeachingLanguage.AMAZIGH: ["zgh"],
}
MODES = {
    CourseRun.Mode.ON_SITE: ("Onsite", "OfflineEventAttendanceMode"),
    CourseRun.Mode.ONLINE: ("Online", "OnlineEventAttendanceMode"),
    CourseRun.Mode.HYBRID: ("Blended", "MixedEventAttendanceMode"),
}
STATUSES = {CourseRun.Decision.CANCELLED: "EventCancelled", CourseRun.Decision.POSTPONED: "EventPostponed"}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def graph(course, runs):
    """A Course with one CourseInstance per group, and one EducationEvent per group. Asks the database nothing when the
    organisation, the runs with their venue and district, and their meetings are loaded."""
    page = settings.SITE_URL + reverse("course", args=[course.slug])
    instances = [_instance(course, run, page) for run in runs]
    return {"@context": SCHEMA, "@graph": [_course(course, instances, page), *(_event(course, r, page) for r in runs)]}


def _course(course, instances, page):
    said = {
        "@type": "Course",
        "@id": f"{page}#course",
        "url": page,
        "name": course.title,
        "description": course.summary or course.title,
        "courseCode": course.code,
        "provider": _organisation(course),
        "offers": _offer(course, page),
        "isAccessibleForFree": not course.fee,
        "inLanguage": SPOKEN.get(course.language),
        "availableLanguage": get_language(),
        "teaches": course.outcome_list,
        "coursePrerequisites": course.prerequisites,
        "educationalLevel": course.cefr_level or course.level,
        "typicalAgeRange": _age_range(course),
        "hasCourseInstance": instances,
    }
    return _without_gaps(said)


def _instance(course, run, page):
    said = {
        "@type": "CourseInstance",
        "@id": f"{page}#{run.code}",
        "name": course.title,
        "courseMode": MODES[run.mode][0],
        "startDate": run.starts_on.isoformat(),
        "endDate": run.ends_on.isoformat(),
        "inLanguage": SPOKEN.get(run.language or course.language),
        "location": _place(run, page),
        "offers": _offer(course, page),
        "courseSchedule": _schedule(run),
        "courseWorkload": f"PT{course.hours}H" if course.hours else None,
    }
    return _without_gaps(said)


def _event(course, run, page):
    meetings = _taking_place(run)
    first, last = (meetings[0], meetings[-1]) if meetings else (None, None)
    said = {
        "@type": "EducationEvent",
        "@id": f"{page}#{run.code}-event",
        "name": course.title,
        "description": course.summary or course.title,
        "url": page,
        "startDate": _instant(first.date, first.starts_at) if first else run.starts_on.isoformat(),
        "endDate": _instant(last.date, last.ends_at) if last else run.ends_on.isoformat(),
        "eventStatus": SCHEMA + STATUSES.get(run.decision, "EventScheduled"),
        "eventAttendanceMode": SCHEMA + MODES[run.mode][1],
        "location": _place(run, page),
        "organizer": _organisation(course),
        "offers": _offer(course, page, run),
        "isAccessibleForFree": not course.fee,
        "inLanguage": SPOKEN.get(run.language or course.language),
        "about": {"@id": f"{page}#course"},
    }
    return _without_gaps(said)


def _schedule(run):
    """A weekly rhythm as it is mostly kept; the meetings themselves stand in the calendar of the group."""
    meetings = _taking_place(run)
    if not meetings:
        return None
    starts_at, ends_at = Counter((meeting.starts_at, meeting.ends_at) for meeting in meetings).most_common(1)[0][0]
    minutes = ends_at.hour * 60 + ends_at.minute - starts_at.hour * 60 - starts_at.minute
    return {
        "@type": "Schedule",
        "startDate": meetings[0].date.isoformat(),
        "endDate": meetings[-1].date.isoformat(),
        "repeatFrequency": "Weekly",
        "repeatCount": len(meetings),
        "byDay": [SCHEMA + DAYS[number] for number in sorted({meeting.date.weekday() for meeting in meetings})],
        "startTime": f"{starts_at:%H:%M}",
        "endTime": f"{ends_at:%H:%M}",
        "duration": f"PT{minutes}M",
        "scheduleTimezone": clock.CASABLANCA.key,
    }


def _taking_place(run):
    return sorted((m for m in run.meetings.all() if m.takes_place), key=lambda m: (m.date, m.starts_at))


def _instant(day, hour):
    return datetime.combine(day, hour, clock.CASABLANCA).isoformat()


def _place(run, page):
    if run.mode == CourseRun.Mode.ONLINE:
        return {"@type": "VirtualLocation", "url": page}
    venue = run.venue
    address = {
        "@type": "PostalAddress",
        "streetAddress": venue.address,
        "addressLocality": "Casablanca",
        "addressRegion": venue.district.name if venue.district else None,
        "addressCountry": "MA",
    }
    return _without_gaps({"@type": "Place", "name": venue.name, "address": _without_gaps(address), "geo": _geo(venue)})


def _geo(venue):
    if venue.latitude is None or venue.longitude is None:
        return None
    return {"@type": "GeoCoordinates", "latitude": venue.latitude, "longitude": venue.longitude}


def _organisation(course):
    return {"@type": "Organization", "name": course.organisation.name}


def _offer(course, page, run=None):
    offer = {
        "@type": "Offer",
        "category": "Paid" if course.fee else "Free",
        "price": float(course.fee),
        "priceCurrency": "MAD",
        "url": page,
    }
    if run:
        offer["availability"] = SCHEMA + ("InStock" if run.places_left else "SoldOut")
        offer["validFrom"] = run.enrolment_opens_at.astimezone(clock.CASABLANCA).isoformat(timespec="seconds")
    return offer


def _age_range(course):
    low, high = course.minimum_age, course.maximum_age
    return None if low is None and high is None else f"{low or 0}-{'' if high is None else high}"


def _without_gaps(said):
    return {name: value for name, value in said.items() if value not in (None, "", [])}
