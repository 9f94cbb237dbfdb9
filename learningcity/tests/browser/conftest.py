"""A living demo city behind the real web server, and the machine's Chromium in front of it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from types import SimpleNamespace
from urllib.parse import urlsplit

import psycopg
import pytest
from playwright.sync_api import sync_playwright

from learningcity.local.services import CHECKOUT
from learningcity.testing import find_chromium

START_WITHIN = 30  # seconds
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PREPARE = ["migrate -v0", "load_city", "demo", "rollup --all", "collectstatic -v0 --noinput"]
SERVE = "-m gunicorn --threads 8 learningcity.wsgi:application --bind"


@pytest.fixture(scope="session")
def city(tmp_path_factory):
    """`url` of the server, `run(command, *arguments)` for a command of manage.py, `sms()` for the texts sent so far."""
    database, sms = f"browser_{os.getpid()}", tmp_path_factory.mktemp("city") / "sms.log"
    url = urlsplit(os.environ["DATABASE_URL"])
    with psycopg.connect(url.geturl(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {database}")
    port = free_port()
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "learningcity.settings.dev",
        "DATABASE_URL": url._replace(path=f"/{database}").geturl(),
        "PORT": str(port),
        "DEMO": "true",
        "SMS_PROVIDER": "file",
        "SMS_FILE": str(sms),
        "STATIC_ROOT": str(tmp_path_factory.mktemp("static")),
        "LOG_LEVEL": "WARNING",
    }

    def run(*arguments):
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    for command in PREPARE:
        run(*command.split())
    web = [sys.executable, *SERVE.split(), f"127.0.0.1:{port}"]
    with subprocess.Popen(web, cwd=CHECKOUT, env=environment, stderr=subprocess.PIPE, text=True) as server:
        base = f"http://127.0.0.1:{port}"
        wait_for(f"{base}/livez")
        yield SimpleNamespace(url=base, run=run, sms=lambda: sms.read_text() if sms.exists() else "")
        server.terminate()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url):
    end = time.monotonic() + START_WITHIN
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


@pytest.fixture(scope="module")
def chromium():
    # Playwright keeps an event loop in this thread; Django would take it for an asynchronous caller, and give the tests
    # of the next module a second connection.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, city):
    """`open_page(path, width=360, js=True)` gives a Playwright page that has seen nothing wrong, or the test fails.

    Wrong is: a message of the console, a request to another origin, an answer of 500 or more, a sideways scroll.
    """
    contexts, wrong = [], []

    def open_one(path, *, width=360, js=True):
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=js, base_url=city.url, locale="fr-MA"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: refused(message) or wrong.append(f"console: {message.text}"))
        page.on("request", lambda request: request.url.startswith(city.url) or wrong.append(f"request: {request.url}"))
        page.on("response", lambda answer: answer.status < 500 or wrong.append(f"{answer.status} {answer.url}"))
        page.goto(path)
        return page

    yield open_one
    for context in contexts:
        for page in context.pages:
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wrong.append(f"sideways scroll: {page.url}")
        context.close()
    assert wrong == []


def follow(page, control):
    """Activate a link or a button and wait for the page it leads to: a click alone comes back on the page it leaves."""
    with page.expect_navigation():
        control.click()


def refused(message):
    """Chromium itself reports answers of 4xx; a form with errors answers 422 and that is meant."""
    return "the server responded with a status of 4" in message.text
