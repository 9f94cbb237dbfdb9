"""A form that is sent twice is done once.

Every form carries a number beside its CSRF token (`{% csrf_token %}` draws both). The number and what the form does are
one transaction: who sends the same again meanwhile waits for its end, and is led to the same place. A form that was
refused or failed has done nothing, so its number is free again. What is no number of ours is refused; what is sent
without one is done as often as it comes, as by programs that have seen no form.
"""

import hashlib
import re
from datetime import timedelta

from django.core.exceptions import BadRequest
from django.db import OperationalError, transaction
from django.db.models.functions import Now
from django.shortcuts import redirect, render
from django.utils.crypto import salted_hmac
from psycopg.errors import LockNotAvailable

from .models import SentForm

FIELD = "form_key"
KEY = re.compile(r"[0-9a-f]{32}")
KEPT = timedelta(hours=72)


class StillBusy(Exception):
    """The first sending has not ended within the lock timeout."""


def own_key(view):
    """For what is safe to repeat by itself: it keeps another key, or all it does is in the session of this browser."""
    view.has_own_key = True
    return view


class IdempotencyMiddleware:
    """Stands last, so that whoever may not send a form is refused before."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.method != "POST" or FIELD not in request.POST or getattr(view, "has_own_key", False):
            return None
        if not KEY.fullmatch(request.POST[FIELD]):
            raise BadRequest("The number of the form is none of ours.")
        try:
            with transaction.atomic():
                return once(request, lambda: view(request, *args, **kwargs))
        except StillBusy:
            return render(request, "sent_twice.html", {"status": 409, "location": ""}, status=409)


def once(request, answer):
    """The answer of the first sending. 422 when another form has this number."""
    typed = digest_of(request)
    sent, is_new = take(key_of(request), typed)
    if is_new:
        response = answer()
        settle(sent, response)
        return response
    if sent.digest != typed:
        return render(request, "sent_twice.html", {"status": 422, "location": sent.location}, status=422)
    return redirect(sent.location)


def take(key, typed):
    """(the row of this number, whether it is new). The unique key makes a second one wait for the first."""
    try:
        return SentForm.objects.get_or_create(key=key, defaults={"digest": typed})
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise StillBusy from error
        raise


def settle(sent, response):
    """Keep where it led to. What led nowhere has changed nothing."""
    if response.status_code in (302, 303):
        sent.location = response["Location"]
        sent.save(update_fields=["location"])
    else:
        sent.delete()


def key_of(request):
    """Of this person, on this page: the number alone opens nothing to anybody else."""
    return digest(request.POST[FIELD], request.path, str(request.user.pk))


def digest_of(request):
    """Of all that was typed; it cannot be guessed back without the number, which is not kept."""
    typed = [(name, value) for name, values in sorted(request.POST.lists()) for value in values]
    files = [(name, file.name, print_of(file)) for name, files in sorted(request.FILES.lists()) for file in files]
    return digest(*(str(part) for part in typed if part[0] != "csrfmiddlewaretoken"), *map(str, files))


def print_of(file):
    """Of its contents; it is left as if nobody had read it."""
    contents = hashlib.sha256()
    for chunk in file.chunks():
        contents.update(chunk)
    file.seek(0)
    return contents.hexdigest()


def digest(*parts):
    return salted_hmac("sent form", "\0".join(parts), algorithm="sha256").hexdigest()


def forget():
    """Delete what is older than KEPT; how many."""
    return SentForm.objects.filter(at__lt=Now() - KEPT).delete()[0]
