"""Roles and their scope, read from memberships and never from a URL or a form."""

from django.db.models import Q

from learningcity.clock import local_day, now
from learningcity.permissions import only

from .models import Membership

Role = Membership.Role


def memberships_of(user, at=None):
    """The roles in force on the civil day of an instant (default: now). A disabled account has none."""
    if not user.is_authenticated or not user.is_active:
        return Membership.objects.none()
    day = local_day(at or now())
    return Membership.objects.filter(Q(until=None) | Q(until__gte=day), user_id=user.pk, since__lte=day)


def has_role(user, *roles):
    return memberships_of(user).filter(role__in=roles).exists()


def is_trainer(user):
    return has_role(user, Role.TRAINER)


def is_manager(user):
    return has_role(user, Role.MANAGER)


def is_district_officer(user):
    return has_role(user, Role.DISTRICT_OFFICER)


def is_programme_officer(user):
    return has_role(user, Role.PROGRAMME_OFFICER)


def is_official(user):
    return has_role(user, Role.OFFICIAL)


def is_staff(user):
    """Anyone with a role in force."""
    return memberships_of(user).exists()


staff_only = only(is_staff)
officials_only = only(is_official)
programme_officers_only = only(is_programme_officer)
