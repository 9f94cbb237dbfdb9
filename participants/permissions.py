"""Who may see and mark whom. Scope comes from memberships, never from the address."""

from programmes.models import CourseRun, Membership
from programmes.permissions import memberships_of

ROLES_WITH_PEOPLE = {
    Membership.Role.TRAINER,
    Membership.Role.MANAGER,
    Membership.Role.DISTRICT_OFFICER,
    Membership.Role.PROGRAMME_OFFICER,
}


def has_desk(user, today):
    """Officials and technical accounts read figures, not people."""
    return memberships_of(user, today).filter(role__in=ROLES_WITH_PEOPLE).exists()


def roles_over(user, run: CourseRun, today):
    """The roles this user holds over this group today."""
    roles = set()
    for membership in memberships_of(user, today):
        over = {
            Membership.Role.PROGRAMME_OFFICER: True,
            Membership.Role.MANAGER: membership.organisation_id == run.course.organisation_id,
            Membership.Role.DISTRICT_OFFICER: membership.district_id == run.venue.district_id,
        }
        if over.get(membership.role):
            roles.add(membership.role)
        if membership.role == Membership.Role.TRAINER and run.trainers.filter(pk=user.pk).exists():
            roles.add(membership.role)
    return roles
