"""Who is who on the ground. Roles are memberships: `programmes/permissions.py`. `matrix.yml` lists every answer."""

from functools import wraps

from allauth.mfa.models import Authenticator
from django.http import Http404


def has_second_factor(user):
    return Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()


def is_technical(user):
    """A superuser looks after the machine and has no everyday access to personal data."""
    return user.is_authenticated and user.is_active and user.is_superuser


def only(test):
    """Who fails the test gets the page of something that does not exist. Goes on views that ask for a sign-in."""

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not test(request.user):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return decorate
