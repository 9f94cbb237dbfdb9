"""The habits of the templates: nothing a strict content policy would refuse, one vocabulary, one form pack."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.cookie import CookieStorage
from django.template import engines
from django.template.loader import get_template, render_to_string
from django.utils import translation

from learningcity.statuses import STATUSES, tag_for

TEMPLATES = Path(settings.BASE_DIR) / "templates"
ALL = sorted(TEMPLATES.rglob("*.html"))
COMPONENTS = sorted([*(TEMPLATES / "components").rglob("*.html"), *(TEMPLATES / "city").rglob("*.html")])
REFUSED = re.compile(
    r"""<style|\sstyle\s*=|\son[a-z]+\s*=\s*["']|javascript:|["'(]data:|hx-on|<script(?![^>]*\bsrc=)""", re.I
)
REFUSED_SAMPLES = ['<p style="x">', "<style>", '<a onclick="x">', "<script>x", 'src="data:x"', 'href="javascript:x"']
BROWSER_CHECKS = re.compile(r"<(?:input|select|textarea)[^>]*\s(?:required|pattern)\b", re.I)


def name_of(path):
    return str(path.relative_to(TEMPLATES))


def source(path):
    """The markup without comments."""
    text = re.sub(r"\{%\s*comment.*?endcomment\s*%\}", "", path.read_text(encoding="utf-8"), flags=re.S)
    return re.sub(r"\{#.*?#\}", "", text)


def rendered(text, **context):
    return engines["django"].from_string(text).render(context)


class Shape(HTMLParser):
    """Start tags in order: [(name, attributes)]."""

    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


class Enquiry(forms.Form):
    name = forms.CharField(label="Name", help_text="As you wish")
    phone = forms.CharField(label="Phone", widget=forms.TextInput({"type": "tel"}))
    who = forms.ChoiceField(label="Who", choices=[("me", "Me"), ("child", "Child")], widget=forms.RadioSelect)
    needs = forms.MultipleChoiceField(
        label="Needs", choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple, required=False
    )
    born = forms.SplitDateTimeField(label="Born")
    agree = forms.BooleanField(label="Agree")


# --- Every template -------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", REFUSED_SAMPLES)
def test_the_search_for_refused_markup_finds_it(bad):
    assert REFUSED.search(bad)


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_nothing_inline(path):
    assert REFUSED.findall(source(path)) == []


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_no_form_is_checked_by_the_browser(path):
    text = source(path)
    assert [tag for tag in re.findall(r"<form\b[^>]*>", text) if "novalidate" not in tag] == []
    assert BROWSER_CHECKS.findall(text) == []


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_every_template_can_be_read(path):
    get_template(name_of(path))


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_nothing_from_another_site(path):
    links = re.findall(r"""<(?:script|link|img|iframe|source)[^>]*(?:src|href)=["']https?:[^"']*""", source(path))
    assert links == []


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_components_are_included_with_only(path):
    includes = re.findall(r'\{%\s*include\s+"components/[^%]*%\}', source(path))
    assert [tag for tag in includes if not re.search(r"\bonly\s*%\}$", tag)] == []


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_only_known_statuses_are_shown(path):
    text = source(path)
    named = re.findall(r'\{%\s*status\s+"(\w+)"', text) + re.findall(r'\{%\s*include[^%]*\bstatus="(\w+)"', text)
    assert set(named) - set(STATUSES) == set()


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_only_drawn_icons_are_shown(path):
    drawn = set(re.findall(r'<symbol id="(\w+)"', (TEMPLATES.parent / "static/img/icons.svg").read_text()))
    text = source(path)
    assert set(re.findall(r'\{%\s*icon\s+"(\w+)"', text) + re.findall(r'\bicon="(\w+)"', text)) - drawn == set()
    assert {status.icon for status in STATUSES.values()} - drawn == set()


@pytest.mark.parametrize("path", COMPONENTS, ids=name_of)
def test_every_component_says_what_it_needs(path):
    assert re.match(r"\{# .{12,} #\}", path.read_text(encoding="utf-8").splitlines()[0])


# --- Statuses -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", STATUSES)
def test_a_status_is_words_icon_and_colour(code):
    html = rendered("{% status code n=4 date='x' deadline='y' hours=24 %}", code=code)
    assert 'class="icon' in html
    assert re.search(r"</svg>\s*\w", html)
    assert "%(" not in html


def test_an_unknown_status_is_an_error():
    with pytest.raises(KeyError):
        tag_for("nearly_full")


def test_every_tone_has_a_colour():
    sheet = (TEMPLATES.parent / "static/css/app.css").read_text()
    assert [status.tone for status in STATUSES.values() if status.tone and f".tag-{status.tone} " not in sheet] == []


# --- The template pack ----------------------------------------------------------------------------------


def pack(form):
    return rendered("{% load crispy_forms_tags %}{{ form|crispy }}", form=form)


def test_the_pack_never_asks_the_browser_to_check():
    html = pack(Enquiry())
    assert " required" not in html
    assert "pattern=" not in html
    assert "style=" not in html


def test_every_field_has_a_label_or_a_legend():
    shape = Shape(pack(Enquiry()))
    labelled = {attrs.get("for") for attrs in shape.all("label")}
    loose = [a for a in shape.all("input") if a["type"] not in ("radio", "checkbox") and a.get("id") not in labelled]
    assert loose == []
    assert len(shape.all("legend")) == 3


def test_an_error_is_named_beside_its_field():
    shape = Shape(pack(Enquiry({})))
    name = next(attrs for attrs in shape.all("input") if attrs["name"] == "name")
    assert name["aria-invalid"] == "true"
    ids = {attrs.get("id") for _tag, attrs in shape.tags}
    assert name["aria-describedby"].split() == ["id_name_helptext", "id_name_error"]
    assert set(name["aria-describedby"].split()) <= ids
    for fieldset in shape.all("fieldset"):
        assert set((fieldset.get("aria-describedby") or "").split()) <= ids


def test_the_error_summary_leads_to_every_wrong_field():
    form = Enquiry({})
    page = Shape(render_to_string("components/error_summary.html", {"form": form}))
    targets = [attrs["href"].removeprefix("#") for attrs in page.all("a")]
    ids = {attrs.get("id") for _tag, attrs in Shape(pack(form)).tags}
    assert len(targets) == 5
    assert set(targets) <= ids
    assert page.tags[0][1]["tabindex"] == "-1"


def test_typed_values_survive_and_are_escaped():
    html = pack(Enquiry({"name": '"><b>Ya</b>', "who": "child"}))
    assert "&quot;&gt;&lt;b&gt;Ya" in html
    assert next(a for a in Shape(html).all("input") if a.get("value") == "child").get("checked", "no") != "no"


def test_names_follow_their_own_direction_and_phones_do_not():
    inputs = {attrs["name"]: attrs for attrs in Shape(pack(Enquiry())).all("input")}
    assert inputs["name"]["dir"] == "auto"
    assert inputs["phone"]["dir"] == "ltr"
    assert inputs["phone"]["inputmode"] == "tel"


def test_the_menu_at_the_foot_leads_to_every_way_in():
    with translation.override("fr"):
        links = Shape(render_to_string("components/footer.html", {"site": {"name": "x"}})).all("a")

    ways = {"cours", "lieux", "parcours", "me-prevenir", "aide", "aide/s-entrainer", "observatoire"}
    assert {f"/fr/{way}/" for way in ways} <= {link["href"] for link in links}


# --- Pages that must always show ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["500.html", "503.html"])
def test_the_page_of_a_broken_server_needs_nothing(name):
    html = get_template(name).render()
    assert [a.get("lang") for _tag, a in Shape(html).tags if a.get("lang")][:1] == ["fr"]
    assert {"ar", "en"} <= {a.get("lang") for _tag, a in Shape(html).tags}
    assert f"tel:{settings.HELP_PHONE}" in html


@pytest.mark.parametrize(("language", "direction"), [("fr", "ltr"), ("ar", "rtl"), ("en", "ltr")])
@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "405", "413", "414", "429"])
def test_error_pages_say_one_thing_in_the_right_direction(rf, name, language, direction):
    with translation.override(language):
        html = render_to_string(f"{name}.html", {}, request=_anonymous(rf.get(f"/{language}/nowhere/")))
    shape = Shape(html)
    assert shape.all("html") == [{"lang": language, "dir": direction}]
    assert len(shape.all("h1")) == 1
    assert len(shape.all("main")) == 1
    assert settings.HELP_PHONE in html


def _anonymous(request):
    """A request as the middleware leaves it, without a database."""
    request.user = AnonymousUser()
    request._messages = CookieStorage(request)
    return request
