import contextlib
import gzip
import logging
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier
from types import SimpleNamespace

import pytest
import redis
from django.conf import settings
from django.test import Client

from learningcity import public_pages

from .public_views import PAGE, PERSONAL, made

pytestmark = pytest.mark.urls("learningcity.tests.public_views")  # and no database: whoever asks it fails


@pytest.fixture(autouse=True)
def _kept_pages(settings):
    settings.PAGE_CACHE = True
    made.clear()
    forget()


def shelf():
    return redis.Redis.from_url(settings.REDIS_URL)


def kept():
    with shelf() as client:
        return sorted(client.keys("page:*"))


def forget():
    with shelf() as client:
        client.delete("page:", *client.keys("page:*"))


def somebody_makes_it():
    """Another server has taken the page of this test upon itself."""
    with shelf() as client:
        client.set(f"{kept()[0].decode()}:lock", 1, px=5000)


def later(monkeypatch, seconds):
    clock = SimpleNamespace(**vars(time) | {"time": lambda: time.time() + seconds})
    monkeypatch.setattr(public_pages, "time", clock)


def at_once(number, ask):
    barrier, handler = Barrier(number), Client().handler
    handler.load_middleware()

    def one(_number):
        client = Client()
        client.handler = handler
        barrier.wait()
        return ask(client)

    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(one, range(number)))


# --- Time ---------------------------------------------------------------------------------------------------


def test_a_page_is_served_again_and_never_when_it_is_a_second_old(client, monkeypatch):
    monkeypatch.setattr(public_pages, "PATIENCE", 0.02)
    first = client.get(PAGE).text
    somebody_makes_it()

    assert client.get(PAGE).text == first
    time.sleep(0.55)
    assert client.get(PAGE).text == first, "half a second old while another makes it anew"
    time.sleep(0.36)
    assert client.get(PAGE).text != first


def test_the_life_of_a_page_begins_before_it_is_made(client):
    client.get("/fr/slow/")

    with shelf() as redis_client:
        assert 500 < redis_client.pttl(kept()[0]) <= 850


def test_a_page_that_took_a_second_is_not_kept(client, monkeypatch):
    monkeypatch.setattr(public_pages, "LIFE", 0.04)

    client.get("/fr/slow/")

    assert kept() == []


def test_after_half_a_second_one_request_makes_the_page_anew(client, monkeypatch):
    first = client.get(PAGE).text
    later(monkeypatch, 0.6)

    assert client.get(PAGE).text != first
    assert len(kept()) == 1, "its lock is given back"


@pytest.mark.parametrize("ahead", [-3600, 3600])
def test_a_server_whose_clock_is_wrong_makes_the_page_itself(client, monkeypatch, ahead):
    first = client.get(PAGE).text
    later(monkeypatch, ahead)

    assert client.get(PAGE).text != first


@pytest.mark.parametrize("is_on", [True, False])
def test_twenty_at_once_cost_one_page(settings, is_on):
    settings.PAGE_CACHE = is_on

    answers = at_once(20, lambda client: client.get("/fr/slow/").text)

    assert len(made) == (1 if is_on else 20)
    assert len(set(answers)) == len(made)


def test_twenty_at_once_read_the_old_page_while_one_makes_the_new(client, monkeypatch):
    first = client.get("/fr/slow/").text
    later(monkeypatch, 0.6)

    answers = at_once(20, lambda client: client.get("/fr/slow/").text)

    assert len(made) == 2
    assert set(answers) <= {first, first.replace("1", "2")}


def test_a_page_that_fails_is_made_by_the_next_one(client):
    client.raise_request_exception = False

    assert {client.get("/fr/broken/").status_code for _time in range(2)} == {500}
    assert len(made) == 2
    assert kept() == []


# --- Persons ------------------------------------------------------------------------------------------------


def test_a_page_that_no_view_calls_public_is_kept_by_nobody(client):
    first, second = client.get("/fr/file/"), client.get("/fr/file/")

    assert first.text != second.text
    assert second["Cache-Control"] == "private, no-store"
    assert "ETag" not in second.headers
    assert kept() == []


@pytest.mark.parametrize("view", PERSONAL)
def test_a_public_page_that_is_personal_after_all_fails_in_tests(client, view):
    with pytest.raises(RuntimeWarning, match="A public page depends on "):
        client.get(f"/fr/{view.__name__}/")


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("view", PERSONAL)
def test_a_public_page_that_is_personal_after_all_is_kept_by_nobody(client, view):
    response = client.get(f"/fr/{view.__name__}/")

    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    assert kept() == []


@pytest.mark.parametrize(
    "said",
    [{"cookie": f"{settings.SESSION_COOKIE_NAME}={'x' * 32}"}, {"cookie": "messages=x"}, {"authorization": "Bearer x"}],
    ids=["session", "message", "key"],
)
def test_who_brings_a_session_neither_reads_nor_leaves_a_kept_page(client, said):
    first = client.get(PAGE, headers=said)
    assert first["Cache-Control"] == "private, no-store"
    assert kept() == []

    everyone = client.get(PAGE)
    assert client.get(PAGE, headers=said).text != everyone.text == client.get(PAGE).text


def test_cookies_of_nobody_in_particular_change_nothing(client):
    first = client.get(PAGE)
    client.cookies[settings.CSRF_COOKIE_NAME] = "x" * 32
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "ar"

    assert client.get(PAGE).text == first.text


def test_a_page_of_the_house_is_the_same_for_everyone(client):
    first, second = client.get("/fr/aide/"), client.get("/fr/aide/")

    assert first["Cache-Control"] == "public, no-cache"
    assert not first.cookies
    assert first.content == second.content
    assert len(kept()) == 1


# --- Redis --------------------------------------------------------------------------------------------------


def test_without_redis_pages_are_answered(client, settings):
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"

    assert [client.get(PAGE).text[0] for _time in range(3)] == ["1", "2", "3"]


def test_a_silent_redis_costs_one_short_wait_then_none(client, settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        answers = [client.get(PAGE).status_code for _time in range(20)]

        assert answers == [200] * 20
        assert len(list(callers(silent))) == 1


def callers(server):
    server.settimeout(0)
    with contextlib.suppress(BlockingIOError):
        while True:
            connection, address = server.accept()
            connection.close()
            yield address


def test_redis_is_asked_again_after_a_while_by_one_request(settings, monkeypatch):
    shelf = public_pages.Shelf("unix:///nowhere/valkey.sock")
    tries, seconds = count(), [100.0]
    monkeypatch.setattr(public_pages, "time", SimpleNamespace(**vars(time) | {"monotonic": lambda: seconds[0]}))
    monkeypatch.setattr(shelf.redis, "get", lambda key: ask(shelf, tries))

    def ask(shelf, tries):
        if next(tries) == 1:
            assert shelf.look("page:") is None, "the others go on without while one tries"
        raise redis.ConnectionError

    for seconds[0] in (100.0, 101.0, 104.9, 105.1, 106.0):
        shelf.look("page:")

    assert next(tries) == 2


# --- HTTP ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("packing", ["gzip", ""])
@pytest.mark.parametrize("method", ["get", "head"])
def test_who_has_the_page_is_told_so(client, packing, method):
    headers = {"accept-encoding": packing}
    tag = client.get(PAGE, headers=headers)["ETag"]
    assert tag.startswith("W/" if packing else '"')

    for _kept_or_new in range(2):
        response = getattr(client, method)(PAGE, headers=headers | {"if-none-match": tag})
        assert response.status_code == 304
        assert response.content == b""
        assert {name: response[name] for name in ("ETag", "Cache-Control")} == {
            "ETag": tag,
            "Cache-Control": "public, no-cache",
        }
        assert response["Vary"] == "Accept-Encoding"
        made.clear()  # the same text once more
        forget()


def test_a_page_that_changed_is_sent_again(client):
    tag = client.get(PAGE)["ETag"]
    forget()

    assert client.get(PAGE, headers={"if-none-match": tag}).status_code == 200


def test_head_says_what_get_would(client):
    got, head = client.get(PAGE), client.head(PAGE)

    assert head.content == b""
    assert head["Content-Length"] == str(len(got.content))
    assert head["ETag"] == got["ETag"]
    assert len(made) == 1

    forget()
    assert client.head(PAGE)["Content-Length"] == client.get(PAGE)["Content-Length"]
    assert len(made) == 2, "a HEAD leaves the page for the next GET"


def test_packed_pages_go_to_those_who_can_unpack_them(client):
    plain, packed = client.get(PAGE), client.get(PAGE, headers={"accept-encoding": "br, gzip"})
    again = client.get(PAGE, headers={"accept-encoding": "gzip"})

    assert "Content-Encoding" not in plain.headers
    assert packed["Content-Encoding"] == again["Content-Encoding"] == "gzip"
    assert again.content == packed.content
    assert gzip.decompress(again.content).decode() == packed_text(plain)
    assert again["Content-Length"] == str(len(again.content))
    assert client.get(PAGE).text == plain.text


def packed_text(plain):
    """The second page made, since a packed page is another one."""
    return plain.text.replace("1", "2")


def test_each_question_is_a_page_of_its_own(client):
    for query in ("?a=1&b=2", "?b=2&a=1", "?a=1", "?a=1&b=2"):
        client.get(PAGE + query)
    assert len(made) == 3

    long = PAGE + "?q=" + "x" * public_pages.LONGEST_QUERY
    assert client.get(long).text != client.get(long).text


def test_hosts_share_nothing_and_strange_ones_get_nothing(client, settings):
    settings.ALLOWED_HOSTS = ["city.example", "ville.example"]

    pages = [client.get(PAGE, headers={"host": host}).text for host in settings.ALLOWED_HOSTS * 2]
    strange = client.get(PAGE, headers={"host": "evil.example"})

    assert len(set(pages)) == 2
    assert strange.status_code == 400
    assert len(kept()) == 2


def test_a_kept_page_does_not_spare_the_way_to_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    client = Client()
    page = client.get(PAGE, secure=True)

    assert client.get(PAGE, secure=True).text == page.text
    assert client.get(PAGE)["Location"] == f"https://testserver{PAGE}"
    assert len(kept()) == 1


def test_a_kept_answer_is_complete_and_has_a_number_of_its_own(client, caplog):
    with caplog.at_level(logging.INFO, logger="learningcity.access"):
        first, second = client.get(PAGE), client.get(PAGE)

    numbers = {response.headers.pop("X-Request-ID") for response in (first, second)}
    assert len(numbers) == 2
    assert dict(second.items()) == dict(first.items())
    assert {"Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options"} <= second.headers.keys()
    assert second["Content-Language"] == "fr"
    lines = [record.getMessage() for record in caplog.records if record.name == "learningcity.access"]
    assert all(re.fullmatch(r"GET fr/places/ 200 \d+ ms", line) for line in lines)
    assert len(lines) == 2


@pytest.mark.parametrize("path", ["/fr/away/", "/fr/missing/", "/fr/nowhere/", "/fr/places"])
def test_only_pages_are_kept(client, path):
    response = client.get(path)

    assert response.status_code in (301, 302, 404)
    assert response["Cache-Control"] == "private, no-store"
    assert kept() == []


def test_a_short_link_whose_language_a_cookie_decides_is_not_shared(client):
    first, second = client.get("/court/"), client.get("/court/")

    assert first.text != second.text
    assert "Cookie" in second["Vary"]
    assert client.get("/court/", headers={"if-none-match": "*"}).status_code == 304


def test_a_kept_page_does_not_answer_what_would_be_refused(client):
    client.get(PAGE)

    assert client.get(PAGE, CONTENT_TYPE="text/plain; charset=hex").status_code == 415
    assert client.post(PAGE).status_code == 405
