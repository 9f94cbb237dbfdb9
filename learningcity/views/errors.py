"""Refusals and failures, each a page in the person's language; what the server cannot do needs no database to say."""

import sys

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

UNAVAILABLE = (OperationalError, InterfaceError, RedisConnectionError, RedisTimeoutError)
RETRY_AFTER = 60  # seconds
TEMPLATES = {415: "400.html", 422: "400.html"}


def error_page(request, status):
    return render(request, TEMPLATES.get(status, f"{status}.html"), {"status": status}, status=status)


def bad_request(request, exception=None):
    return error_page(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def forbidden(request, exception=None):
    return error_page(request, 403)


def not_found(request, exception=None):
    return error_page(request, 404)


def too_many(request):
    return error_page(request, 429)


def csrf_failure(request, reason=""):
    """The page stayed open too long. What was typed is offered again, except to who is signed in or was signing in:
    a page elsewhere must not have its words sent in their name."""
    resend = is_of_this_site(reason) and not request.user.is_authenticated and "password" not in request.POST
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if resend and name != "csrfmiddlewaretoken"
    ]
    return render(request, "403_csrf.html", {"fields": fields, "status": 403}, status=403)


def is_of_this_site(reason):
    """Django names the token or its cookie, not the origin. The browser sends no session along with the form of another
    site, so that one looks signed out: sent once more from here, it would be signed in."""
    return reason.startswith("CSRF")


def server_error(request):
    """503 when the database or Valkey does not answer or a lock took too long, 500 for our own mistakes."""
    status = 503 if isinstance(sys.exc_info()[1], UNAVAILABLE) else 500
    headers = {"Retry-After": str(RETRY_AFTER)} if status == 503 else {}
    return HttpResponse(render_to_string(f"{status}.html"), status=status, headers=headers)
