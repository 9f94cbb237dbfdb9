"""What the frame of the staff pages knows: which of its pages exist for this person."""

from django.utils.functional import SimpleLazyObject

from .models import Membership
from .permissions import memberships_of

Role = Membership.Role


def desk(request):
    """Asked only by pages that use it: the others read no session."""
    return {"desk": SimpleLazyObject(lambda: pages_of(request.user))}


def pages_of(user):
    roles = set(memberships_of(user).values_list("role", flat=True))
    return {
        "groups": bool(roles - {Role.OFFICIAL}),
        "conventions": bool(roles & {Role.PROGRAMME_OFFICER, Role.OFFICIAL}),
        "pathways": Role.PROGRAMME_OFFICER in roles,
    }
