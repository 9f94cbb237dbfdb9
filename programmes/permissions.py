"""Roles and their scope, read from memberships and never from a URL or a form."""

from learningcity.clock import local_day, now
from learningcity.models import AuditEntry

from .models import Course, CourseRun, Membership, Organisation, Venue

Role = Membership.Role
WRITERS = (Role.MANAGER, Role.PROGRAMME_OFFICER)
READERS = (*WRITERS, Role.DISTRICT_OFFICER, Role.TRAINER)


def memberships_of(user, today=None):
    """The roles in force on a civil day (default: this one). A disabled account has none."""
    if not user.is_authenticated or not user.is_active:
        return Membership.objects.none()
    return Membership.objects.current(today or local_day(now())).filter(user_id=user.pk)


def is_official(user):
    return memberships_of(user).filter(role=Role.OFFICIAL).exists()


def is_programme_officer(user, today):
    return memberships_of(user, today).filter(role=Role.PROGRAMME_OFFICER).exists()


# --- Courses ------------------------------------------------------------------------------------------------


def has_courses(user, today):
    """Whether the staff pages about courses exist for this user."""
    return memberships_of(user, today).filter(role__in=READERS).exists()


def organisations_of(user, today):
    """The organisations in whose name this user may write a course."""
    roles = memberships_of(user, today)
    if roles.filter(role=Role.PROGRAMME_OFFICER).exists():
        return Organisation.objects.all()
    return Organisation.objects.filter(pk__in=roles.filter(role=Role.MANAGER).values("organisation"))


def may_edit(user, course, today):
    return Course.objects.editable_by(user, today).filter(pk=course.pk).exists()


def may_decide(user, course, today):
    """Whether this user is a second reader of the course: of the city, or of a district where it has a group."""
    districts = CourseRun.objects.filter(course=course).values("venue__district")
    roles = memberships_of(user, today)
    return (
        roles.filter(role=Role.PROGRAMME_OFFICER).exists()
        or roles.filter(role=Role.DISTRICT_OFFICER, district__in=districts).exists()
    )


def may_publish(user, course, today):
    """A draft: the programme officer. A course in review: a second reader who is not the one who submitted it."""
    if course.state == Course.State.DRAFT:
        return is_programme_officer(user, today)
    if course.state != Course.State.IN_REVIEW or submitter_of(course) == user.pk:
        return False
    return may_decide(user, course, today)


def may_archive(user, course, today):
    """What the public can see is taken back by the programme officer; the rest also by its organisation."""
    if course.state == Course.State.PUBLISHED:
        return is_programme_officer(user, today)
    return course.state != Course.State.ARCHIVED and may_edit(user, course, today)


def submitter_of(course):
    """Primary key of the user who last asked for the review of this course, or None."""
    subject = f"{course._meta.label_lower}:{course.pk}"
    asked = AuditEntry.objects.filter(subject=subject, action="submit course").order_by("-pk")
    return asked.values_list("by", flat=True).first()


# --- Groups -------------------------------------------------------------------------------------------------


def may_schedule(user, run, today):
    """Whether this user may change the group and its meetings."""
    return CourseRun.objects.schedulable_by(user, today).filter(pk=run.pk).exists()


# --- Places -------------------------------------------------------------------------------------------------


def has_places(user, today):
    """Whether the staff pages about places exist for this user."""
    return memberships_of(user, today).filter(role__in=(*WRITERS, Role.DISTRICT_OFFICER)).exists()


def places_kept_by(user, today):
    """The places whose facts, rooms and closures this user may change: those of the district, or all."""
    roles = memberships_of(user, today)
    if roles.filter(role=Role.PROGRAMME_OFFICER).exists():
        return Venue.objects.all()
    return Venue.objects.filter(district__in=roles.filter(role=Role.DISTRICT_OFFICER).values("district"))


def places_open_to(user, today):
    """The places whose staff page this user may read: managers plan in any place of the city."""
    if memberships_of(user, today).filter(role=Role.MANAGER).exists():
        return Venue.objects.all()
    return places_kept_by(user, today)


# --- Conventions --------------------------------------------------------------------------------------------


def may_read_conventions(user, today):
    """The programme officer writes them too."""
    return memberships_of(user, today).filter(role__in=(Role.PROGRAMME_OFFICER, Role.OFFICIAL)).exists()
