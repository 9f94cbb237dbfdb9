"""What a page is that anyone may read: no sign-in, only read, the same for everyone."""

from django.contrib.auth.decorators import login_not_required
from django.views.decorators.http import require_safe

from learningcity.public_pages import public_page


def public(view):
    return login_not_required(require_safe(public_page(view)))
