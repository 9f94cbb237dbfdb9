"""Who of the staff has read about a person, for her to know: when, what, in which role, why. Not by name."""

from collections import defaultdict

from django.db.models import Q

from learningcity import clock
from learningcity.models import AuditEntry, User
from programmes.models import CourseRun, Meeting, Membership

from ..models import Enrolment, EnrolmentEvent, Participant
from ..models.enrolments import ON_ROSTER, State

READ = Q(action__startswith="read ") | Q(action="compare people")
LISTS = {"read roster": (*ON_ROSTER, State.WAITING, State.OFFERED), "read register": ON_ROSTER}  # who stands on them


def of(records, places):
    """The latest first: {"at", "what", "group", "roles": [{"role", "organisation", "district"}], "reason"}, in plain
    values. `places` are those of the records."""
    subjects, states = subjects_of(records, places), states_of(places)
    found = AuditEntry.objects.filter(READ, Q(subject__in=subjects) | in_doubles(records)).exclude(by=None)
    entries = [each for each in found.order_by("-at", "-pk") if is_about(each, subjects.get(each.subject), states)]
    roles = roles_of({entry.by_id for entry in entries})
    return [told(entry, subjects.get(entry.subject), roles[entry.by_id]) for entry in entries]


def subject(model, pk):
    """As `audit.note` writes it."""
    return f"{model._meta.label_lower}:{pk}"


def subjects_of(records, places):
    """{what may have been read: her places there}"""
    found = defaultdict(list, {subject(Participant, record.pk): [] for record in records})
    for place in places:
        found[subject(Enrolment, place.pk)].append(place)
        found[subject(CourseRun, place.run_id)].append(place)
    for meeting in Meeting.objects.filter(run__in={place.run_id for place in places}):
        found[subject(Meeting, meeting.pk)] = [place for place in places if is_expected(place, meeting)]
    return dict(found)


def is_expected(place, meeting):
    return place.run_id == meeting.run_id and place.confirmed_on is not None and place.confirmed_on <= meeting.date


def in_doubles(records):
    """The list of possible doubles is about whom it names."""
    staff, named = Membership.objects.order_by().values_list("user", flat=True).distinct(), Q()
    for record in records:
        named |= Q(detail__participants__contains=record.pk)
    return Q(named, action="read doubles", subject__in=[subject(User, pk) for pk in staff])


def states_of(places):
    """{enrolment: [(since when, state)]}, in order."""
    found = defaultdict(list)
    events = EnrolmentEvent.objects.filter(enrolment__in=places).order_by("run", "number")
    for pk, *change in events.values_list("enrolment", "at", "to_state"):
        found[pk].append(change)
    return found


def is_about(entry, places, states):
    """A list is about who stood on it then, anything else about her alone."""
    on_list = LISTS.get(entry.action)
    return on_list is None or any(state_at(states[place.pk], entry.at) in on_list for place in places)


def state_at(changes, at):
    return next((state for since, state in reversed(changes) if since <= at), None)


def roles_of(users):
    """{user: [Membership]}"""
    found = defaultdict(list)
    for each in Membership.objects.filter(user__in=users).select_related("organisation", "district").order_by("pk"):
        found[each.user_id].append(each)
    return found


def told(entry, places, memberships):
    day = clock.local_day(entry.at)
    held = [each for each in memberships if each.since <= day and (each.until is None or day <= each.until)]
    return {
        "at": entry.at,
        "what": entry.action,
        "group": places[0].run.code if places else "",
        "roles": [role_of(each) for each in held],
        "reason": entry.reason,
    }


def role_of(membership):
    organisation, district = membership.organisation, membership.district
    return {
        "role": membership.role,
        "organisation": organisation and organisation.name,
        "district": district and district.name,
    }
