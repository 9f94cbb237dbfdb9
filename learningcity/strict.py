"""The strict world of the tests, a pytest plugin: what a person or a database would forgive fails here.

Undefined template variables fail by pytest-django's `--fail-on-template-vars`, warnings by `filterwarnings`.
"""

import json
import random
import re
import socket
from itertools import pairwise

import html5lib
import pytest
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext

from learningcity import drawing

READS = ("GET", "HEAD")
WRITE = re.compile(r"""\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE|MERGE\s+INTO)\s+(?:ONLY\s+)?"?(\w+)""", re.I)
QUOTED = re.compile(r"'(?:[^']|'')*'")
LOCK = re.compile(r"\bFOR\s+(?:NO\s+KEY\s+)?UPDATE\b", re.I)
WRITTEN_WHILE_READING = {
    "learningcity_auditentry",  # reading a person's file leaves a trace
    "django_session",  # when the person was last seen
    "mfa_authenticator",  # recovery codes remember that they were shown
}
OF_A_GROUP = {"dt", "dd"}  # of a dl
RANDOM_VALUE = re.compile(r'(?<=name="csrfmiddlewaretoken" value=")\w+|(?<=name="form_key" value=")\w+')
DATA_BLOCK = "application/ld+json"
known_good = set()

# --- Queries ------------------------------------------------------------------------------------------------


def shuffled(fetch):
    """Rows that nobody ordered come in any order: PostgreSQL may, so the tests do."""

    def fetch_all(queryset):
        fresh = queryset._result_cache is None
        fetch(queryset)
        if fresh and not queryset.ordered:
            random.shuffle(queryset._result_cache)

    return fetch_all


def refuse_writes(execute, sql, params, many, context):
    text = LOCK.sub("", QUOTED.sub("''", str(sql)))
    for table in WRITE.findall(text):
        if table.lower() not in WRITTEN_WHILE_READING:
            pytest.fail(f"A GET wrote to {table}: {sql}", pytrace=False)
    return execute(sql, params, many, context)


# --- Pages --------------------------------------------------------------------------------------------------


def strict(send):
    """A test client that refuses a writing GET and reads every page it receives."""

    def request(client, **environ):
        if environ.get("REQUEST_METHOD", "GET") not in READS:
            response = send(client, **environ)
        else:
            with connection.execute_wrapper(refuse_writes):
                response = send(client, **environ)
        if response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming:
            read_page(response)
        return response

    return request


def read_page(response):
    if response.headers.get("Content-Encoding") or not response.content:
        return
    text = RANDOM_VALUE.sub("", response.content.decode())
    if (key := hash(text)) in known_good:
        return
    if problems := problems_of(text):
        pytest.fail(f"{response.request['PATH_INFO']}: " + "; ".join(problems), pytrace=False)
    known_good.add(key)


def problems_of(text):
    """What is wrong with a page, as sentences. Wrong for every page, whatever it is about."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(text)
    elements = [element for element in tree.iter() if isinstance(element.tag, str)]
    problems = [f"{code} {details} at line {place[0]}" for place, code, details in parser.errors]
    problems += frame_problems(tree, elements)
    problems += order_problems(elements)
    ids = [element.get("id") for element in elements if element.get("id") is not None]
    problems += [f"id {name!r} is there twice" for name in {name for name in ids if ids.count(name) > 1}]
    return problems + [problem for element in elements for problem in inline_problems(element)]


def frame_problems(page, elements):
    language = page.get("lang")
    if language not in dict(settings.LANGUAGES):
        yield f"lang is {language!r}"
    if page.get("dir") != ("rtl" if language == "ar" else "ltr"):
        yield f"dir is {page.get('dir')!r}"
    if (count := sum(element.tag == "h1" for element in elements)) != 1:
        yield f"{count} h1"
    if not "".join(page.find("head/title").itertext()).strip():
        yield "no title"


def order_problems(elements):
    """What a reader of headings and lists stumbles over, and a validator of HTML refuses."""
    levels = [1, *(int(element.tag[1]) for element in elements if re.fullmatch("h[1-6]", element.tag))]
    skipped = [f"h{after} follows h{before}" for before, after in pairwise(levels) if after > before + 1]
    groups = [group for element in elements if element.tag == "dl" for group in element.findall("div")]
    strangers = [child.tag for group in groups for child in group if child.tag not in OF_A_GROUP]
    return skipped + [f"{tag} in a group of dl" for tag in strangers]


def inline_problems(element):
    """What our Content-Security-Policy would block without a word."""
    if element.tag == "script" and element.get("type") == DATA_BLOCK:
        yield from data_problems(element.text)
    elif element.tag == "style" or (element.tag == "script" and not element.get("src")):
        yield f"inline {element.tag}"
    for name, value in element.attrib.items():
        if name == "style" or name.startswith("on"):
            yield f"attribute {name} of {element.tag}"
        if name in ("href", "src", "action") and value.strip().lower().startswith(("javascript:", "data:")):
            yield f"{name} of {element.tag} is {value[:40]}"


def data_problems(text):
    """Of a block that browsers do not run, and the policy does not mind: it has to be what it says."""
    try:
        json.loads(text or "")
    except ValueError as problem:
        yield f"{DATA_BLOCK}: {problem}"


# --- Network ------------------------------------------------------------------------------------------------


def local_only(connect):
    def guarded(sock, address):
        is_unix = sock.family == socket.AF_UNIX
        if not is_unix and not str(address[0]).startswith(("127.", "::1", "localhost")):
            sock.close()
            pytest.fail(f"A test called {address}.", pytrace=False)
        return connect(sock, address)

    return guarded


# --- Put together -------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _strict_world(monkeypatch):
    drawing.forget()
    monkeypatch.setattr(QuerySet, "_fetch_all", shuffled(QuerySet._fetch_all))
    monkeypatch.setattr(Client, "request", strict(Client.request))
    monkeypatch.setattr(socket.socket, "connect", local_only(socket.socket.connect))


@pytest.fixture
def page(client):
    """`page("/cours/", "ar", user=trainer)`: the answer to a GET, which has to be a 200 unless `status` says."""

    def get(path, language="en", *, user=None, status=200, **data):
        if user:
            client.force_login(user)
        response = client.get(f"/{language}{path}", data)
        assert response.status_code == status
        return response

    return get


@pytest.fixture
def queries_of():
    """`queries_of(page, "/cours/")`: how many statements the call sent to the database."""

    def count(call, *args, **options):
        with CaptureQueriesContext(connection) as captured:
            call(*args, **options)
        return len(captured)

    return count
