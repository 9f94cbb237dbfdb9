"""What the documents name exists: every `make x`, `manage.py x`, path and variable in backticks."""

import re

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT = settings.BASE_DIR
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("bench/**/*.md")])
FOLDERS = ["learningcity", "programmes", "participants", "indicators", "templates", "static", "docs", "bench", ".ci"]
MADE_ON_THE_WAY = (".local", ".venv", ".env", "staticfiles", "media")
NAMED_BY_OTHERS = {"SECURE_PROXY_SSL_HEADER", "USE_X_FORWARDED_HOST"}  # settings of Django we speak about
PATH = re.compile(rf"(?:{'|'.join(map(re.escape, FOLDERS))})/[\w./*<>{{}},-]*|[\w.-]+\.(?:py|txt|ini|md|yml|toml)")
VARIABLE = re.compile(r"^(?:export )?(?:([A-Z]+_[A-Z0-9_]+)(?:=|$)|([A-Z]{2,})=)")  # `CHECK` alone is a word of SQL


def code_of(text):
    """What stands in backticks and in fenced blocks, one string each."""
    fences = re.findall(r"^ *```[^\n]*\n(.*?)^ *```", text, re.M | re.S)
    rest = re.sub(r"^ *```.*?^ *```", "", text, flags=re.M | re.S)
    return [line for fence in fences for line in fence.splitlines()] + re.findall(r"`([^`\n]+)`", rest)


def make_targets():
    return set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text(), re.M))


def variables():
    """Names the settings, the start and the Makefile read from the environment."""
    read = r"""(?:env\.\w+|environ(?:\.get|\.setdefault)?|getenv)[(\[]\s*["']([A-Z][A-Z0-9_]+)["']"""
    found = set(re.findall(r"^([A-Z][A-Z0-9_]*) *\?=|\$\(([A-Z]+)\)", (ROOT / "Makefile").read_text(), re.M))
    found = {name for pair in found for name in pair if name}
    for source in [*(ROOT / "learningcity").rglob("*.py"), *ROOT.glob("bench/**/*.py")]:
        found |= set(re.findall(read, source.read_text()))
    return found


def wrong_names(text):
    """Sentences about what a document names and nobody has."""
    targets, commands, known = make_targets(), get_commands(), variables()
    for code in code_of(text):
        for target in re.findall(r"\bmake ([a-z][\w-]*)", code):
            if target not in targets:
                yield f"make {target}"
        for command in re.findall(r"manage\.py ([a-z][\w-]*)", code):
            if command not in commands:
                yield f"manage.py {command}"
        for name in filter(None, (name for names in VARIABLE.findall(code) for name in names)):
            if name not in known | NAMED_BY_OTHERS:
                yield f"variable {name}"
        if PATH.fullmatch(code) and not exists(code):
            yield f"path {code}"


def exists(path):
    """Also as a pattern, from the root or inside an app: `services/enrolment.py` is said of participants."""
    if path.startswith(MADE_ON_THE_WAY):
        return True
    pattern = re.sub(r"<\w+>|\{[^}]*\}", "*", path).rstrip("/")
    return any(ROOT.glob(pattern)) or any(any((ROOT / folder).rglob(pattern)) for folder in FOLDERS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.relative_to(ROOT).as_posix())
def test_what_a_document_names_exists(document):
    assert sorted(set(wrong_names(document.read_text()))) == []


def missing_tests(text):
    """The tests that a document names, `file.py::test_name`, and nobody wrote."""
    for path, name in re.findall(r"`([\w/]+\.py)::(\w+)`", text):
        if not (ROOT / path).exists() or f"\ndef {name}(" not in (ROOT / path).read_text():
            yield f"{path}::{name}"


def test_every_criterion_is_proved_by_tests_that_exist():
    text = (ROOT / "docs/criteria.md").read_text()
    rows = {row for first in re.findall(r"^\| ([^|]+) \|", text, re.M) for row in first.split(", ")}

    assert list(missing_tests(text)) == []
    assert {str(number) for number in range(18, 34)} | {"41", "43"} <= rows
    assert {f"UX{number}" for number in (1, 2, 3, *range(5, 19), *range(28, 33))} <= rows
    assert all("::test_" in line for line in re.findall(r"^\| (?:UX)?\d.*", text, re.M))


def test_a_test_that_nobody_wrote_is_missed():
    text = "`learningcity/tests/test_docs.py::test_wrong_names_are_found`, `learningcity/tests/test_docs.py::test_no`"

    assert list(missing_tests(text)) == ["learningcity/tests/test_docs.py::test_no"]


def test_wrong_names_are_found():
    text = """Run `make rnu` or `make run`, then `manage.py up`, `manage.py upp`.
    `learningcity/urls.py`, `learningcity/nothing.py`, `learningcity/nowhere/`, `<app>/tests`.
    `NOBODY_READS`, `DATABASE_URL`.
```
NOT_OURS=1 make runn
```
"""
    wrong = ["make rnu", "make runn", "manage.py upp", "path learningcity/nothing.py", "path learningcity/nowhere/"]
    assert sorted(wrong_names(text)) == [*wrong, "variable NOBODY_READS", "variable NOT_OURS"]
