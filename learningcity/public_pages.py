"""Public pages, made once for everyone who asks within the same half second, and never served a second old.

Nothing is ever thrown out of this cache because something changed: a page lives for LIFE seconds from the moment its
making began, then it is gone. A change that nobody thought of is therefore on the page in time, like all others.
"""

import hashlib
import json
import re
import time
import warnings
from functools import cache, wraps
from typing import NamedTuple

import redis
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpResponse
from django.urls import Resolver404, resolve
from django.utils.cache import get_conditional_response

from .middleware import path_language

FRESH = 0.5  # seconds; then one request makes the page anew while the others still read the old one
LIFE = 0.9  # seconds; the rest of the second is for the way to the reader
LOCK = 1.0  # seconds after which the one who makes a page is given up
PATIENCE, STEP = 0.5, 0.01  # seconds to wait for another's page, in all and between two looks
ANSWER_WITHIN, PAUSE = 0.1, 5.0  # seconds Redis may take; seconds it is left alone after a failure
LONGEST_QUERY = 1000

CACHE_CONTROL = "public, no-cache"  # may be kept, has to be asked about each time
KNOWN = {"", "accept-encoding"}
PERSONAL_COOKIES = {settings.SESSION_COOKIE_NAME, "messages"}
GZIP = re.compile(r"\bgzip\b")  # as GZipMiddleware asks


def public_page(view):
    """For a view whose page is the same for everyone: it opens no session, prints no CSRF token, sets no cookie."""

    @wraps(view)
    def answer(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        if response.status_code == 200 and request.method in ("GET", "HEAD"):
            response["Cache-Control"] = CACHE_CONTROL
            response["ETag"] = f'"{hashlib.blake2b(response.content, digest_size=16).hexdigest()}"'
        return response

    answer.is_public_page = True
    return answer


class PublicPagesMiddleware:
    """Stands outside of everything that changes an answer, so that a kept page is complete: headers, compression."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.shelf = shelf_at(settings.REDIS_URL)

    def __call__(self, request):
        if is_personal(request):
            return kept_by_nobody(self.get_response(request))
        key = key_of(request)
        page = self.shelf.look(key) if key else None
        if page is None and not (key and asks_for_public_page(request)):
            return conditional(request, same_for_everyone(self.get_response(request)))
        if not (page and page.is_fresh()):
            page = self._wait(key)
        return page.answer(request) if page else conditional(request, self._make(request, key))

    def _wait(self, key):
        """A page that may be served, or None for the one who has to make it."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            is_ours, page = self.shelf.claim(key)
            if page and is_ours and page.is_fresh():  # made between our two looks
                self.shelf.give_back(key)
            if page and (page.is_fresh() or not is_ours):
                return page
            if is_ours:
                return None
            time.sleep(STEP)
        return None

    def _make(self, request, key):
        born, started = time.time(), time.monotonic()
        response = self.get_response(request)
        left = LIFE - (time.monotonic() - started)
        if left > 0.001 and is_public(response) and not differences(response):
            self.shelf.keep(key, Page.of(request, response, born), left)
        else:
            self.shelf.give_back(key)
        return same_for_everyone(response)


def is_personal(request):
    return not PERSONAL_COOKIES.isdisjoint(request.COOKIES) or "HTTP_AUTHORIZATION" in request.META


def key_of(request):
    """Everything a public page may depend on, in 32 letters; None for a request that is always answered anew."""
    said = request.META
    query = said.get("QUERY_STRING", "")
    if not settings.PAGE_CACHE or request.method not in ("GET", "HEAD") or len(query) > LONGEST_QUERY:
        return None
    if said.get("CONTENT_LENGTH") or said.get("CONTENT_TYPE") or not path_language(request.path_info):
        return None  # without a language in the path a cookie may decide it
    try:
        host = request.get_host()
    except DisallowedHost:
        return None
    packed = bool(GZIP.search(said.get("HTTP_ACCEPT_ENCODING", "")))
    parts = repr((request.scheme, host, request.path, query, packed))
    return "page:" + hashlib.blake2b(parts.encode(), digest_size=16).hexdigest()


def asks_for_public_page(request):
    try:
        return hasattr(resolve(request.path_info).func, "is_public_page")
    except Resolver404:
        return False


def is_public(response):
    return response.headers.get("Cache-Control") == CACHE_CONTROL


def differences(response):
    """What the page depends on beyond its key, which only reading a session, a token or a cookie can bring about."""
    names = {name.strip().lower() for name in response.get("Vary", "").split(",")}
    return (names - KNOWN) | set(response.cookies)


def same_for_everyone(response):
    """The answer itself; a public page that is personal after all is kept by nobody, and the tests fail."""
    if is_public(response) and (found := differences(response)):
        kept_by_nobody(response)
        warnings.warn(f"A public page depends on {', '.join(sorted(found))}.", RuntimeWarning, stacklevel=2)
    return response


def kept_by_nobody(response):
    if is_public(response):
        response["Cache-Control"] = "private, no-store"
    return response


def conditional(request, response):
    """304 to who has this page already."""
    if not is_public(response):
        return response
    return get_conditional_response(request, etag=response["ETag"], response=response)


class Route(NamedTuple):
    """What the access line asks of a resolved address."""

    route: str


class Page(NamedTuple):
    born: float  # seconds since 1970 by the clock of the server that made it
    route: str
    headers: dict
    body: bytes

    @classmethod
    def of(cls, request, response, born):
        return cls(born, request.resolver_match.route, dict(response.items()), response.content)

    @classmethod
    def read(cls, kept):
        if kept is None:
            return None
        head, _line, body = kept.partition(b"\n")
        return cls(*json.loads(head), body)

    def written(self):
        return json.dumps(self[:-1]).encode() + b"\n" + self.body

    def is_fresh(self):
        """With clocks that differ a page is made too often or at the end of its life, never served longer."""
        return 0 <= time.time() - self.born < FRESH

    def answer(self, request):
        request.resolver_match = Route(self.route)
        response = HttpResponse(self.body, headers=self.headers)
        return get_conditional_response(request, etag=self.headers["ETag"], response=response)


@cache
def shelf_at(url):
    """One for the process: its connections stay open."""
    return Shelf(url)


class Shelf:
    """The kept pages in Redis, for all processes of all servers. It measures their life, by its own clock.

    When Redis fails or is slow the shelf is empty, takes everything, and does not ask again for PAUSE seconds.
    """

    def __init__(self, url):
        limits = {"socket_timeout": ANSWER_WITHIN, "socket_connect_timeout": ANSWER_WITHIN}
        self.redis = redis.Redis(connection_pool=redis.ConnectionPool.from_url(url, **limits))
        self.alone_until = 0

    def look(self, key):
        return Page.read(self._ask(lambda: self.redis.get(key)))

    def claim(self, key):
        """(whether the page is ours to make now, the page as it is)."""
        questions = self.redis.pipeline(transaction=False)
        questions.set(f"{key}:lock", 1, nx=True, px=round(LOCK * 1000)).get(key)
        is_ours, kept = self._ask(questions.execute) or (True, None)
        return bool(is_ours), Page.read(kept)

    def keep(self, key, page, seconds):
        orders = self.redis.pipeline(transaction=False)
        orders.set(key, page.written(), px=round(seconds * 1000)).delete(f"{key}:lock")
        self._ask(orders.execute)

    def give_back(self, key):
        self._ask(lambda: self.redis.delete(f"{key}:lock"))

    def _ask(self, question):
        now = time.monotonic()
        if now < self.alone_until:
            return None
        if self.alone_until:
            self.alone_until = now + PAUSE  # one request tries, the others go on without
        try:
            answer = question()
        except redis.RedisError:
            self.alone_until = time.monotonic() + PAUSE
            return None
        self.alone_until = 0
        return answer
