"""The order of the house, kept by reading the code: who may import whom, how long things are, what they are called."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
APPS = ["learningcity", "programmes", "participants", "indicators"]
DOORS = {"views", "urls", "urls_short", "urls_staff", "tasks", "receivers", "management", "admin", "api", "wsgi"}
DOORS |= {"apps"}  # where receivers are hung on
RECORDS = {"models", "migrations", "translation"}
TOP_LEVEL = {*APPS, "templates", "static", "docs", "bench", "manage.py", "requirements.txt", "pytest.ini", "README.md"}
TOP_LEVEL |= {"Makefile"}
SAME_IN_EVERY_APP = {"views", "services", "models", "tests", "management", "commands", "templatetags"}
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "core", "misc", "manager", "handler"}
FILE, MODELS_FILE, FUNCTION, VIEW = 400, 600, 40, 25
SAFE_BY_HAND = {
    "learningcity/templatetags/city.py",  # what a form renderer has escaped already
    "learningcity/services/accounts.py",  # the QR code of a second factor, drawn here
}
WITHOUT_A_MODULE = {
    "architecture",
    "docs",
    "templates",
    "css",
    "translations",
    "races",  # services/enrolment.py under many people at once
    "bad_inputs",
}


def ours():
    """Files that git knows or would add, so that nothing of this machine is judged."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return sorted(Path(name) for name in listed if (ROOT / name).is_file())


FILES = ours()
CODE = {
    path: ast.parse((ROOT / path).read_text())
    for path in FILES
    if path.suffix == ".py" and path.parts[0] in APPS and "migrations" not in path.parts
}
OWN_CODE = {path: tree for path, tree in CODE.items() if "tests" not in path.parts}


def layer(path):
    """3 for doors, 2 for rules, 1 for records."""
    part = path.parts[1].removesuffix(".py") if len(path.parts) > 1 else ""
    return 3 if part in DOORS else 1 if part in RECORDS else 2


def imports_of(path, tree):
    """Modules of the house that a file imports, as paths without suffix."""
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = list(path.parts[: -node.level]) if node.level else []
            base += node.module.split(".") if node.module else []
            names = [".".join([*base, alias.name]) for alias in node.names]
        yield from (Path(*name.split(".")) for name in names if name.split(".")[0] in APPS)


def functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def takes_a_request(node):
    return bool(node.args.args) and node.args.args[0].arg == "request"


def length(node):
    return node.end_lineno - node.lineno + 1


def upward_apps(path, tree):
    for other in imports_of(path, tree):
        if APPS.index(other.parts[0]) > APPS.index(path.parts[0]):
            yield f"{path} imports {other}"


def upward_layers(path, tree):
    """Inside one app. The ground is wider than an app: its middleware and error pages stand beside its layers."""
    for other in imports_of(path, tree):
        if path.parts[0] == other.parts[0] != "learningcity" and layer(other) > layer(path):
            yield f"{path} imports {other}"


def test_upward_imports_are_found():
    tree = ast.parse(
        "from participants.models import Enrolment\nfrom ..views import public\nfrom ..models import Course"
    )
    path = Path("programmes", "services", "runs.py")

    assert list(upward_apps(path, tree)) == [f"{path} imports participants/models/Enrolment"]
    assert list(upward_layers(path, tree)) == [f"{path} imports programmes/views/public"]
    assert list(upward_layers(Path("programmes/models/runs.py"), tree))
    assert not list(upward_layers(Path("programmes/views/desk.py"), tree))


def test_apps_import_only_downwards():
    judged = {path: tree for path, tree in CODE.items() if "browser" not in path.parts}  # they walk the whole portal
    assert [upward for path, tree in judged.items() for upward in upward_apps(path, tree)] == []


def test_layers_import_only_downwards():
    assert [upward for path, tree in OWN_CODE.items() for upward in upward_layers(path, tree)] == []


def test_rules_of_the_ground_never_import_its_doors():
    upward = [
        f"{path} imports {other}"
        for path, tree in OWN_CODE.items()
        if path.parts[:2] in (("learningcity", "services"), ("learningcity", "models"))
        for other in imports_of(path, tree)
        if other.parts[0] == "learningcity" and layer(other) > layer(path)
    ]
    assert upward == []


def test_modules_import_nobody_elses_tests():
    assert [path for path, tree in OWN_CODE.items() for other in imports_of(path, tree) if "tests" in other.parts] == []


def test_files_stay_short():
    limits = {path: MODELS_FILE if "models" in path.parts else FILE for path in CODE}
    lengths = {path: len((ROOT / path).read_text().splitlines()) for path in CODE}
    assert {str(path): lines for path, lines in lengths.items() if lines > limits[path]} == {}


def test_functions_stay_short():
    long = {f"{path} {node.name}": length(node) for path, tree in CODE.items() for node in functions(tree)}
    assert {name: lines for name, lines in long.items() if lines > FUNCTION} == {}


def test_views_only_get_call_and_answer():
    views = {path: tree for path, tree in OWN_CODE.items() if "views" in path.parts or path.name == "views.py"}
    answering = [(path, node) for path, tree in views.items() for node in functions(tree) if takes_a_request(node)]
    assert len(answering) > 10
    assert {f"{path} {node.name}": length(node) for path, node in answering if length(node) > VIEW} == {}


def test_modules_are_called_by_what_they_are():
    parts = {part.removesuffix(".py") for path in OWN_CODE for part in path.parts}
    assert parts & NAMES_THAT_SAY_NOTHING == set()


def test_no_folder_holds_a_single_file():
    folders = {}
    for path in CODE:
        folders.setdefault(path.parent, set())
        if path.name != "__init__.py":
            folders[path.parent].add(path.name)
        for parent in list(path.parents)[1:-1]:
            folders.setdefault(parent, set()).add("a folder")
    lonely = {folder for folder, names in folders.items() if len(names) < 2 and folder.name not in SAME_IN_EVERY_APP}
    assert {str(folder) for folder in lonely} == set()


def test_top_level_is_what_was_agreed():
    seen = {path.parts[0] for path in FILES if not path.parts[0].startswith(".")}
    assert seen - TOP_LEVEL == set()


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"""fields\s*=\s*["']__all__["']""", "a form or serializer names its fields"),
        (r"\.delay\(|\.apply_async\(", "tasks are asked for by name, after the commit"),
        (r"select_for_update\((?!.*\bof=)", "a lock names its table"),
        (r"\bexclude\s*=\s*[\[(]\s*[\"']", "a form names its fields, not what it leaves out"),
    ],
)
def test_code_never_says(pattern, why):
    own = [path for path in OWN_CODE if path.name not in {"strict.py"}]
    found = [str(path) for path in own if re.search(pattern, (ROOT / path).read_text())]
    assert found == [], why


def test_only_named_modules_vouch_for_markup():
    called = {
        path.as_posix()
        for path, tree in OWN_CODE.items()
        for node in ast.walk(tree)
        if "mark_safe" in (getattr(node, "id", ""), getattr(node, "attr", ""))
    }
    assert called - SAFE_BY_HAND == set()
    templates = [path for path in FILES if path.parts[0] == "templates" and path.suffix == ".html"]
    trusting = re.compile(r"\|\s*safe(seq)?\b|autoescape off")
    unescaped = [str(path) for path in templates if trusting.search((ROOT / path).read_text())]
    assert unescaped == []


def test_tests_are_called_after_what_they_try():
    strays = []
    for app in APPS:
        subjects = {part.removesuffix(".py") for path in OWN_CODE if path.parts[0] == app for part in path.parts[1:]}
        for path in CODE:
            if path.parts[0] != app or not path.name.startswith("test_") or "browser" in path.parts:
                continue
            subject = path.stem.removeprefix("test_")
            if subject not in WITHOUT_A_MODULE and not {subject, subject.rpartition("_")[0]} & subjects:
                strays.append(str(path))
    assert strays == []
