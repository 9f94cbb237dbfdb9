"""A check that cannot fail is a defect: each rule of the strict world is broken here once."""

import socket

import pytest
from django.http import HttpResponse
from django.template import engines
from django.test import Client, RequestFactory
from django.urls import path

from learningcity import strict
from learningcity.models import AuditEntry, District, Holiday

from . import factories

pytestmark = pytest.mark.django_db
PAGE = '<!doctype html><html lang="{lang}" dir="{dir}"><head><title>t</title>{head}</head><body>{body}</body></html>'


def html(body="<h1>One</h1>", head="", lang="fr", dir="ltr"):
    return PAGE.format(body=body, head=head, lang=lang, dir=dir)


def test_good_page_has_no_problem():
    assert strict.problems_of(html()) == []
    assert strict.problems_of(html(lang="ar", dir="rtl")) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (html(lang="de"), "lang is 'de'"),
        (html(lang="ar"), "dir is 'ltr'"),
        (html("<p>none</p>"), "0 h1"),
        (html("<h1>One</h1><h1>Two</h1>"), "2 h1"),
        (html().replace("<title>t</title>", "<title> </title>"), "no title"),
        (html("<h1 id='a'>One</h1><p id='a'>"), "id 'a' is there twice"),
        (html(head="<style>p{}</style>"), "inline style"),
        (html(head="<script>go()</script>"), "inline script"),
        (html("<h1 style='color:red'>One</h1>"), "attribute style of h1"),
        (html("<h1 onclick='go()'>One</h1>"), "attribute onclick of h1"),
        (html("<h1><a href='JavaScript:go()'>One</a></h1>"), "href of a is JavaScript:go()"),
        (html("<h1><img alt='' src='data:,x'></h1>"), "src of img is data:,x"),
        (html("<h1>One</h1><h3>Two</h3>"), "h3 follows h1"),
        (html("<h1>One</h1><dl><div><p>A</p><dt>a</dt><dd>b</dd></div></dl>"), "p in a group of dl"),
    ],
)
def test_page_with_one_problem_is_told(text, problem):
    assert strict.problems_of(text) == [problem]


@pytest.mark.parametrize(
    "body", ["<h1>One</h2>", "<h1>One</h1><p><ul></ul></p>", "<h1 id=a id=b>One</h1>", "<h1>One</h1></div>"]
)
def test_markup_that_a_browser_mends_is_told(body):
    assert strict.problems_of(html(body))


# --- The client ---------------------------------------------------------------------------------------------


def writes_a_holiday(request):
    Holiday.objects.create(date="2026-01-01", name_fr="Nouvel an")
    return HttpResponse(html())


def leaves_a_trace(request):
    District.objects.select_for_update(of=("self",)).first()
    AuditEntry.objects.create(action="read roster", subject="update programmes.courserun:1")
    return HttpResponse(html())


def says(text):
    return lambda request: HttpResponse(text)


def says_undefined(request):
    return HttpResponse(engines["django"].from_string("{% if missing %}{% endif %}{{ missing }}").render({}))


urlpatterns = [
    path("fr/writes/", writes_a_holiday),
    path("fr/trace/", leaves_a_trace),
    path("fr/bad/", says(html("<p>no heading</p>"))),
    path("fr/undefined/", says_undefined),
]


@pytest.fixture
def _open_pages(settings):
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []


@pytest.mark.usefixtures("_open_pages")
def test_get_that_writes_fails():
    with pytest.raises(pytest.fail.Exception, match="A GET wrote to learningcity_holiday"):
        Client().get("/fr/writes/")
    with pytest.raises(pytest.fail.Exception, match="A GET wrote to learningcity_holiday"):
        Client().head("/fr/writes/")
    assert Client().post("/fr/writes/").status_code == 200


@pytest.mark.usefixtures("_open_pages")
def test_get_may_leave_a_trace_and_take_a_lock():
    assert Client().get("/fr/trace/").status_code == 200
    assert AuditEntry.objects.count() == 1


@pytest.mark.usefixtures("_open_pages")
def test_every_page_is_read():
    with pytest.raises(pytest.fail.Exception, match="/fr/bad/: 0 h1"):
        Client().get("/fr/bad/")


@pytest.mark.usefixtures("_open_pages")
def test_undefined_variable_fails_outside_an_if():
    with pytest.raises(pytest.fail.Exception, match="Undefined template variable 'missing'"):
        says_undefined(RequestFactory().get("/"))


# --- Queries and network ------------------------------------------------------------------------------------


def test_rows_nobody_ordered_come_in_any_order():
    for day in range(1, 29):
        Holiday.objects.create(date=f"2026-01-{day:02}", name_fr="Fête")

    unordered = [list(Holiday.objects.order_by()) for _ in range(3)]

    assert unordered[0] != unordered[1] or unordered[1] != unordered[2]
    assert list(Holiday.objects.order_by("date")) == list(Holiday.objects.order_by("date"))


def test_nobody_is_called():
    with pytest.raises(pytest.fail.Exception, match="A test called"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_factories_make_the_same_district_once():
    assert factories.district() == factories.district()
    assert factories.district("Anfa").number != factories.district().number
