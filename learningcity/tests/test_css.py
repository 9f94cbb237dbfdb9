"""The habits of the stylesheets, scripts and pictures: both writing directions, one palette, small files."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings

STATIC = Path(settings.BASE_DIR) / "static"
SHEETS = sorted((STATIC / "css").glob("*.css"))
LAYERS = ["reset", "tokens", "base", "layout", "components", "pages"]
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right|top|bottom)(?:-\w+)?"
    r"|left|right|top|bottom|(?:min-|max-)?(?:width|height))\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)\b"
    r"|border-(?:top|bottom)-(?:left|right)-radius"
)


def read(path):
    return re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)


def without_media_conditions(text):
    return re.sub(r"@media[^{]*", "@media ", text)


def selectors(text):
    return [part.strip() for part in re.findall(r"(?:^|[{};])([^{};]+)\{", text)]


def weight(path):
    return len(gzip.compress(path.read_bytes(), 9))


def layer(text, name):
    """The content of `@layer name { … }`, braces counted."""
    start = text.index(f"@layer {name} {{") + len(f"@layer {name} {{")
    depth, end = 1, start
    while depth:
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        end += 1
    return text[start : end - 1]


@pytest.mark.parametrize("line", ["margin-left: 0", "a{left:0}", "min-width: 3px", "text-align: right"])
def test_the_search_for_physical_properties_finds_them(line):
    assert PHYSICAL.search(line)


@pytest.mark.parametrize("line", ["margin-inline-start: 0", "inline-size: 3px", "text-align: end", "stroke-width: 2"])
def test_the_search_for_physical_properties_lets_logical_ones_pass(line):
    assert not PHYSICAL.search(line)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_no_physical_property(sheet):
    assert PHYSICAL.findall(without_media_conditions(read(sheet))) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_raw_colours_stand_only_among_the_tokens(sheet):
    text = read(sheet)
    if sheet.name == "app.css":
        text = text.replace(layer(text, "tokens"), "")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch|lab)a?\(", text) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_nothing_is_important_and_no_id_is_styled(sheet):
    text = read(sheet)
    assert "!important" not in text
    assert [selector for selector in selectors(text) if "#" in selector] == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_nothing_comes_from_elsewhere(sheet):
    assert re.findall(r"@import|@font-face|data:|https?://", read(sheet)) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_every_colour_used_is_a_token(sheet):
    known = set(re.findall(r"(--[\w-]+)\s*:", read(STATIC / "css" / "app.css")))
    assert set(re.findall(r"var\((--[\w-]+)", read(sheet))) - known == set()


def test_layers_come_in_their_order_and_hold_everything():
    text = read(STATIC / "css" / "app.css")
    assert re.findall(r"@layer (\w+) \{", text) == LAYERS
    assert text.lstrip().startswith(f"@layer {', '.join(LAYERS)};")
    outside = text.split(";", 1)[1]
    for name in LAYERS:
        outside = outside.replace(f"@layer {name} {{{layer(outside, name)}}}", "")
    assert outside.strip() == ""


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_arabic_is_never_spaced_slanted_or_cut(sheet):
    assert re.findall(r"letter-spacing|text-transform|text-overflow|italic|:\s*justify\b", read(sheet)) == []


def test_buttons_keep_their_focus_ring():
    """`clip-path` would cut it; only texts for screen readers may use it."""
    for sheet in SHEETS:
        for body in re.findall(r"\{([^{}]*clip-path[^{}]*)\}", read(sheet)):
            assert "inline-size: 1px" in body


def test_residents_load_little():
    assert weight(STATIC / "css" / "app.css") <= 14_000
    assert weight(STATIC / "js" / "app.js") <= 4_000
    assert weight(STATIC / "img" / "icons.svg") <= 6_000
    assert sum(weight(STATIC / "img" / name) for name in ("icons.svg", "zellige.svg", "logo.svg")) <= 8_000


def test_staff_and_observatory_add_little():
    assert weight(STATIC / "css" / "desk.css") <= 6_000
    assert weight(STATIC / "css" / "observatory.css") <= 4_000
