"""Roles and their scope, read from memberships and never from a URL or a form."""

from learningcity.clock import local_day, now

from .models import Membership


def memberships_of(user, today=None):
    """The roles in force on a civil day (default: this one). A disabled account has none."""
    if not user.is_authenticated or not user.is_active:
        return Membership.objects.none()
    return Membership.objects.current(today or local_day(now())).filter(user_id=user.pk)


def is_official(user):
    return memberships_of(user).filter(role=Membership.Role.OFFICIAL).exists()
