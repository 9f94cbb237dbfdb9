"""Roles and their scope, read from memberships and never from a URL or a form."""

from django.db.models import Q

from learningcity.clock import local_day, now
from learningcity.models import AuditEntry

from .models import Course, CourseRun, Membership, Organisation, Programme, Venue

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


def programmes_for(user, today):
    """The programmes in which this user may write a course: of the own organisations or the city, those in which they
    give courses already, those of the models that the city shares."""
    if is_programme_officer(user, today):
        return Programme.objects.all()
    ours = organisations_of(user, today)
    courses = Course.objects.filter(Q(organisation__in=ours) | Q(pk__in=shared_models().values("pk")))
    owner = Q(organisation__in=ours) | Q(organisation__sector=Organisation.Sector.MUNICIPAL)
    return Programme.objects.filter(owner | Q(pk__in=courses.values("programme")))


def shared_models():
    """What everyone who writes courses may start from."""
    return Course.objects.templates().filter(state=Course.State.PUBLISHED)


def may_edit(user, course, today):
    """Whether this user writes this course and adds its groups, in some of its states."""
    return Course.objects.editable_by(user, today).filter(pk=course.pk).exists()


def may_write(user, course, today):
    """Whether this user may change the texts as the course stands now: what the public reads, the programme officer
    alone."""
    if is_read(course):
        return is_programme_officer(user, today)
    return course.state != Course.State.ARCHIVED and may_edit(user, course, today)


def is_read(course):
    """Whether the public can read the course, archived or not."""
    return course.state == Course.State.PUBLISHED or course.published_at is not None


def may_decide(user, course, today):
    """Whether this user is a second reader of the course: of the city, or of a district where it has a group."""
    districts = CourseRun.objects.filter(course=course).values("venue__district")
    roles = memberships_of(user, today)
    return (
        roles.filter(role=Role.PROGRAMME_OFFICER).exists()
        or roles.filter(role=Role.DISTRICT_OFFICER, district__in=districts).exists()
    )


def may_publish(user, course, today):
    """A draft, and one that was published before it was archived: the programme officer. A course in review: a second
    reader who is not the one who submitted it."""
    if course.state == Course.State.DRAFT or (course.state == Course.State.ARCHIVED and is_read(course)):
        return is_programme_officer(user, today)
    if course.state != Course.State.IN_REVIEW or submitter_of(course) == user.pk:
        return False
    return may_decide(user, course, today)


def archivable_by(user, today):
    """What the public can see is taken back by the programme officer; the rest also by its organisation."""
    courses = Course.objects.editable_by(user, today).exclude(state=Course.State.ARCHIVED)
    return courses if is_programme_officer(user, today) else courses.exclude(state=Course.State.PUBLISHED)


def may_archive(user, course, today):
    return archivable_by(user, today).filter(pk=course.pk).exists()


def submitter_of(course):
    """Primary key of the user who last asked for the review of this course, or None."""
    subject = f"{course._meta.label_lower}:{course.pk}"
    asked = AuditEntry.objects.filter(subject=subject, action="submit course").order_by("-pk")
    return asked.values_list("by", flat=True).first()


# --- Groups -------------------------------------------------------------------------------------------------


def may_schedule(user, run, today):
    """Whether this user may change the group and its meetings."""
    return CourseRun.objects.schedulable_by(user, today).filter(pk=run.pk).exists()


def may_cancel(user, run, today):
    """Whether this user may cancel the group for good, and copy it."""
    return CourseRun.objects.owned_by(user, today).filter(pk=run.pk).exists()


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
