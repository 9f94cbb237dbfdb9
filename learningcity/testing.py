"""The pytest plugin of the house: services before the settings, a browser where there is one, a strict world."""

import os
import shutil

import pytest

from learningcity.local import services, throwaway

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def pytest_addoption(parser):
    parser.addoption("--histories", type=int, default=200, help="how many histories of two groups are tried")


# --- Services -------------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config):
    """Before pytest-django reads the settings. Workers of xdist inherit the addresses and share the servers."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        early_config.add_cleanup(throwaway.start())
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")) + 1
    os.environ["REDIS_URL"] = services.numbered(os.environ["REDIS_URL"], number)
    return (yield)


# --- Browser --------------------------------------------------------------------------------------------


def find_chromium():
    """The path of the browser, `CHROMIUM` first, or None."""
    return next(filter(None, map(shutil.which, (os.environ.get("CHROMIUM") or BROWSERS[0], *BROWSERS))), None)


def pytest_runtest_setup(item):
    if item.get_closest_marker("browser") and not find_chromium():
        if os.environ.get("CI"):
            pytest.fail("No Chromium is here, and CI promises one.", pytrace=False)
        pytest.skip("no Chromium here: set CHROMIUM=/path/to/chromium")


def pytest_terminal_summary(terminalreporter):
    unseen = [
        report for report in terminalreporter.stats.get("skipped", []) if "no Chromium here" in str(report.longrepr)
    ]
    if unseen:
        terminalreporter.section("NO BROWSER", red=True, bold=True)
        terminalreporter.line(f"{len(unseen)} browser tests did not run: set CHROMIUM=/path/to/chromium.")
