"""Who is who on the ground. Roles are memberships: `programmes/permissions.py`. `matrix.yml` lists every answer."""

from allauth.mfa.models import Authenticator


def has_second_factor(user):
    return Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()


def is_technical(user):
    """A superuser looks after the machine and has no everyday access to personal data."""
    return user.is_authenticated and user.is_active and user.is_superuser
