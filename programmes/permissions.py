"""Roles and their scope, read from memberships and never from a URL or a form."""

from learningcity.clock import local_day, now
from learningcity.permissions import only

from .models import Membership

Role = Membership.Role


def memberships_of(user, at=None):
    """The roles in force on the civil day of an instant (default: now). A disabled account has none."""
    if not user.is_authenticated or not user.is_active:
        return Membership.objects.none()
    return Membership.objects.current(local_day(at or now())).filter(user_id=user.pk)


def has_role(user, *roles):
    return memberships_of(user).filter(role__in=roles).exists()


def is_programme_officer(user):
    return has_role(user, Role.PROGRAMME_OFFICER)


def is_official(user):
    return has_role(user, Role.OFFICIAL)


programme_officers_only = only(is_programme_officer)
officials_only = only(is_official)
