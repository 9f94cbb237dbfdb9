import ast
import re

from django.conf import settings

BASE = settings.BASE_DIR / "learningcity" / "settings" / "base.py"
EXAMPLE = settings.BASE_DIR / ".env.example"


def read_by_the_settings():
    """The first argument of every call on `env`, whatever the type it asks for."""
    calls = [node for node in ast.walk(ast.parse(BASE.read_text())) if isinstance(node, ast.Call)]
    asked = [
        node
        for node in calls
        if isinstance(node.func, ast.Attribute | ast.Name) and ast.unparse(node.func).split(".")[0] == "env"
    ]
    return sorted(node.args[0].value for node in asked)


def test_the_example_names_exactly_the_variables_that_the_settings_read():
    named = re.findall(r"^(\w+)=", EXAMPLE.read_text(), re.MULTILINE)
    assert sorted(named) == read_by_the_settings()


def test_every_variable_of_the_example_has_one_comment_line_above_it():
    header, body = EXAMPLE.read_text().split("\n\n", 1)
    assert header.startswith("# ")
    assert re.fullmatch(r"(# \S.*\n[A-Z_]+=.*\n)+", body)


def test_the_settings_read_the_environment_in_one_way_only():
    assert not re.findall(r"os\.environ|getenv", BASE.read_text())
