"""Who is who on the ground. Roles are memberships: `programmes/permissions.py`. `matrix.yml` lists every answer."""

from allauth.mfa.models import Authenticator


def has_second_factor(user):
    return Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()


def for_residents(view):
    """A page of the passport: it asks residents to sign in, and does not exist for staff."""
    view.for_residents, view.login_url = True, "passport-sign-in"
    return view


def is_technical(user):
    """A superuser looks after the machine and has no everyday access to personal data."""
    return user.is_authenticated and user.is_active and user.is_superuser
