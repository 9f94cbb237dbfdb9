"""Who may see and mark whom. Scope comes from memberships, never from the address."""

from datetime import timedelta

from django.db.models import Exists, OuterRef

from programmes.models import CourseRun, Membership
from programmes.permissions import is_programme_officer, memberships_of

from .models import Enrolment, Participant

ROLES_WITH_PEOPLE = {
    Membership.Role.TRAINER,
    Membership.Role.MANAGER,
    Membership.Role.DISTRICT_OFFICER,
    Membership.Role.PROGRAMME_OFFICER,
}
KEEPERS = ROLES_WITH_PEOPLE - {Membership.Role.TRAINER}
OF_ORGANISATIONS = {Membership.Role.TRAINER, Membership.Role.MANAGER}
ORGANISATIONS_SEE = timedelta(days=60)  # who was in a group, after its end


def may_move_people(user, run: CourseRun, today):
    """Trainers see who comes; they do not give places."""
    return bool(KEEPERS & roles_over(user, run, today))


def may_merge(user, today):
    """Whether the pages about possible doubles exist for this user."""
    return memberships_of(user, today).filter(role__in=KEEPERS).exists()


def people_kept_by(user, today):
    """The people whose every place is in a group this user keeps; the whole city for the programme officer."""
    people = Participant.objects.surviving()
    if is_programme_officer(user, today):
        return people
    places = Enrolment.objects.filter(participant=OuterRef("pk"))
    elsewhere = places.exclude(run__in=CourseRun.objects.schedulable_by(user, today).values("pk"))
    return people.filter(Exists(places), ~Exists(elsewhere))


def has_desk(user, today):
    """Officials and technical accounts read figures, not people."""
    return memberships_of(user, today).filter(role__in=ROLES_WITH_PEOPLE).exists()


def roles_over(user, run: CourseRun, today):
    """The roles this user holds over the people of this group today. Organisations are left with the counts some time
    after its end."""
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
    return roles - OF_ORGANISATIONS if today > run.ends_on + ORGANISATIONS_SEE else roles
