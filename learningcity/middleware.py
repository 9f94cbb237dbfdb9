"""What every request goes through before a view: a number, a language, the refusal of nonsense, the staff's session."""

import logging
import re
import time
from codecs import lookup
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpResponseNotAllowed, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import patch_vary_headers

from .logs import request_id, route_of
from .permissions import has_second_factor
from .services.accounts import SEEN_AT, SIGNED_IN_AT
from .services.sign_in_codes import OWN_DEVICE
from .views.errors import error_page

access_log = logging.getLogger("learningcity.access")

METHODS = ("GET", "HEAD", "POST", "OPTIONS")
LONGEST_URL = 4096
MOST_PARAMETERS = 600
SECOND_FACTOR_PAGES = {"account_reauthenticate", "mfa_activate_totp"}
ASKED_LANGUAGE = re.compile(rf"(?:^|&)langue=({'|'.join(code for code, _ in settings.LANGUAGES)})(?:&|\Z)")


class RequestIdMiddleware:
    """Numbers the request, says so in `X-Request-ID`, and writes one line: its route, never path, query or person."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        started = time.perf_counter()
        request_id.set(uuid4().hex)
        response = self.get_response(request)
        response["X-Request-ID"] = request_id.get()
        milliseconds = (time.perf_counter() - started) * 1000
        method = request.method if request.method in METHODS else "OTHER"
        access_log.info("%s %s %d %d ms", method, route_of(request), response.status_code, milliseconds)
        return response


class PrivateByDefaultMiddleware:
    """Nothing is kept by a cache unless its view said so."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class LanguageMiddleware:
    """The language of the path. Short links have none: there `?langue=ar`, then the cookie, then French; the browser's
    own wish is never asked, so that one address always shows one page."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        from_path = path_language(request.path_info)
        language = from_path or chosen_language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        if not from_path:
            patch_vary_headers(response, ("Cookie",))
        response.headers.setdefault("Content-Language", language)
        return response


def path_language(path):
    first = path.lstrip("/").partition("/")[0]
    return first if first in dict(settings.LANGUAGES) else None


def chosen_language(request):
    if asked := ASKED_LANGUAGE.search(request.META.get("QUERY_STRING", "")):
        return asked[1]
    kept = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    return kept if kept in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class BadInputMiddleware:
    """Refuses what no page can mean, in the person's language, before any view has to think of it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        status = bad_envelope(request) or bad_path(request.path_info) or bad_form(request)
        if status == 405:
            return not_allowed(request, ", ".join(METHODS))
        if status:
            return error_page(request, status)
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed):
            return not_allowed(request, response["Allow"])
        return response


def not_allowed(request, methods):
    response = error_page(request, 405)
    response["Allow"] = methods
    return response


def bad_envelope(request):
    """What can be refused without decoding anything; the order matters, each line protects the next."""
    query = request.META.get("QUERY_STRING", "")
    if request.method not in METHODS:
        return 405
    if len(request.path) + len(query) > LONGEST_URL or query.count("&") >= MOST_PARAMETERS:
        return 414
    if not is_utf8(request.content_params.get("charset", "utf-8")):
        return 415
    if body_size(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return 413
    return 400 if "%00" in query or "\0" in query else None


def bad_path(path):
    if "\0" in path:
        return 400
    return 404 if any(letter.isdigit() and not letter.isascii() for letter in path) else None


def bad_form(request):
    if request.method != "POST":
        return None
    try:
        fields = request.POST.lists()
    except RequestDataTooBig:
        return 413
    except (BadRequest, SuspiciousOperation, MultiPartParserError, UnreadablePostError):
        return 400
    typed = (text for name, values in fields for text in (name, *values))
    return 422 if any("\0" in text for text in typed) else None


def is_utf8(charset):
    try:
        return lookup(charset).name == "utf-8"
    except (LookupError, ValueError):
        return False


def body_size(request):
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


class StaffMiddleware(LoginRequiredMiddleware):
    """Every page asks for a sign-in unless its view says it is public; public pages never open the session, so that
    caches may keep them. Staff have eight hours in all, thirty minutes idle, and nothing but its own set-up while they
    have no second factor. Pages of staff do not exist for residents, nor those of residents for staff."""

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not getattr(view_func, "login_required", True):
            return None
        if not request.user.is_authenticated:
            return super().process_view(request, view_func, view_args, view_kwargs)
        if session_is_over(request.session):
            logout(request)
            return redirect_to_login(request.get_full_path(), self.get_login_url(view_func))
        is_residents_page = getattr(view_func, "for_residents", False)
        if is_residents_page != request.user.is_resident:
            raise Http404
        if is_residents_page:
            return None
        if request.resolver_match.url_name in SECOND_FACTOR_PAGES or has_second_factor(request.user):
            return None
        return redirect("mfa_activate_totp")


def session_is_over(session):
    """True past its life or its idle time; otherwise notes, once a minute, that the person is there. A session opened
    without a sign-in (tests) is never prolonged and ends with its cookie age; a resident's own phone has a life of its
    own."""
    now = int(time.time())
    if SIGNED_IN_AT not in session:
        return False
    if session.get(OWN_DEVICE):
        return now - session[SIGNED_IN_AT] > settings.OWN_DEVICE_SESSION
    if (
        now - session[SIGNED_IN_AT] > settings.STAFF_SESSION_LIFE
        or now - session[SEEN_AT] > settings.STAFF_SESSION_IDLE
    ):
        return True
    if now - session[SEEN_AT] > 60:
        session[SEEN_AT] = now
    return False
