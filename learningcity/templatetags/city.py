"""Tags and filters of every template (a builtin: nothing to load)."""

import json
import textwrap
from functools import cache
from uuid import uuid4

from django import forms, template
from django.conf import settings
from django.template import loader
from django.template.defaulttags import CsrfTokenNode
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from learningcity import i18n
from learningcity.context import spoken_phone
from learningcity.statuses import tag_for

register = template.Library()

OUT_OF_MARKUP = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&\u2028\u2029"}
MIRRORED_ICONS = {"arrow", "back", "moved"}
TYPED_LEFT_TO_RIGHT = {"tel", "email", "url", "password", "number"}

register.filter("long_date", i18n.long_date)
register.filter("short_date", i18n.short_date)
register.filter("day_month", i18n.day_month)
register.filter("weekday", i18n.weekday)
register.filter("time_of", i18n.time_of)
register.filter("phone", spoken_phone)


@register.filter
def number(value, decimals=0):
    return i18n.number(value, decimals)


@register.filter
def at(items, position):
    """The item of a list at a position counted from 0."""
    return items[position]


@register.filter
def page_numbers(page):
    """The first page, the last, and those beside this one, with the paginator's ELLIPSIS for what lies between."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@register.filter
def ltr(value):
    """Codes, phones and hours keep their order inside Arabic sentences."""
    return format_html('<bdi dir="ltr">{}</bdi>', value)


@register.filter
def shorten(text, most):
    """At most so many letters, cut between two words."""
    return textwrap.shorten(str(text), most, placeholder="…")


@register.simple_tag
def data_block(data):
    """Data for search engines (JSON-LD). Browsers never run it, so the content policy lets it be."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(OUT_OF_MARKUP)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))


@register.simple_tag
def help_phone():
    """The help line as a link; needs no context, so that the page of a broken server can show it."""
    number = settings.HELP_PHONE
    return format_html('<a class="link" href="tel:{}"><bdi dir="ltr">{}</bdi></a>', number, spoken_phone(number))


@register.simple_tag
@cache
def icon(name):
    """A symbol of icons.svg, hidden from screen readers: a word always stands beside it."""
    markup = (
        '<svg class="{}" width="24" height="24" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>'
    )
    return format_html(markup, "icon icon-mirror" if name in MIRRORED_ICONS else "icon", static("img/icons.svg"), name)


@register.inclusion_tag("components/tag.html")
def status(code, **values):
    """The tag of a status: `few n=`, `soon date=`, `waiting n=`, `offered deadline=`, `completed hours=`."""
    return tag_for(code, **values)


@register.inclusion_tag("components/bullet_bar.html")
def bullet(value, maximum, target=None, label=""):
    """A bar against its target on a scale from 0 to `maximum`, beside the printed figures."""

    def percent(part):
        return f"{max(0, min(100, 100 * part / maximum)):.1f}" if maximum else "0"

    return {"bar": percent(value), "target": None if target is None else percent(target), "label": label}


@register.simple_block_tag
def chart(content, title, subtitle, source):
    """The frame of every chart: `{% chart title=… subtitle=… source=… %}<svg …> and its table{% endchart %}`."""
    return loader.render_to_string(
        "components/chart.html", {"title": title, "subtitle": subtitle, "source": source, "content": content}
    )


class FormTokenNode(CsrfTokenNode):
    """The CSRF token, and the number by which a second sending of the form is known (`learningcity.idempotency`)."""

    def render(self, context):
        drawn = super().render(context)
        return drawn and drawn + format_html('<input type="hidden" name="form_key" value="{}">', uuid4().hex)


@register.tag
def csrf_token(parser, token):
    """In place of Django's: every form of every template draws it already."""
    return FormTokenNode()


# --- What the template pack `city` asks about a field -------------------------------------------------


@register.filter
def drawing(field):
    """Which template of the pack draws the field."""
    widget = field.field.widget
    if field.is_hidden:
        return "city/hidden.html"
    if isinstance(widget, forms.CheckboxInput):
        return "city/checkbox.html"
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return "city/choices.html"
    if isinstance(widget, forms.MultiWidget):
        return "city/parts.html"
    return "city/input.html"


def _direction(widget):
    if isinstance(widget, forms.Textarea):
        return "auto"
    kind = getattr(widget, "input_type", None)
    return "ltr" if kind in TYPED_LEFT_TO_RIGHT else "auto" if kind in {"text", "search"} else None


@register.simple_tag
def control(field):
    """The bare input, select or textarea: never `required`, with the writing direction its content needs."""
    field.form.use_required_attribute = False
    widget = field.field.widget
    kind = getattr(widget, "input_type", None) or type(widget).__name__.lower()
    wanted = {"dir": _direction(widget), "inputmode": "tel" if kind == "tel" else None}
    attrs = {key: value for key, value in wanted.items() if value and key not in widget.attrs}
    own_class = widget.attrs.get("class", "")
    attrs["class"] = f"input input-{kind} {own_class}".strip()
    return field.as_widget(attrs=attrs)


def _draw(field, template_name, widget):
    """A widget through the renderer of its form, which escapes the values but forgets to say so."""
    return mark_safe(field.form.renderer.render(template_name, {"widget": widget}))


@register.filter
def options(field):
    """Label and bare input of each radio button or tick box: [{"input": html, "label": text}]."""
    field.form.use_required_attribute = False
    for option in field.subwidgets:
        drawn = option.data | {"wrap_label": False}
        if drawn["type"] == "radio":  # invalid is the group, not one of its buttons
            drawn["attrs"] = {key: value for key, value in drawn["attrs"].items() if key != "aria-invalid"}
        yield {"input": _draw(field, "django/forms/widgets/input.html", drawn), "label": option.choice_label}


@register.filter
def parts(field):
    """The inputs of a MultiWidget, each with the label its widget names: [{"input": html, "label": text, "id": …}]."""
    field.form.use_required_attribute = False
    widget = field.field.widget
    attrs = field.build_widget_attrs({"id": field.auto_id, "class": "input", "dir": "ltr"}, widget)
    drawn = widget.get_context(field.html_name, field.value(), attrs)["widget"]["subwidgets"]
    for subwidget, own in zip(drawn, widget.widgets, strict=True):
        html = _draw(field, subwidget["template_name"], subwidget)
        yield {"input": html, "label": getattr(own, "label", ""), "id": subwidget["attrs"].get("id")}


@register.filter
def first_control(field):
    """Id of the element an error link leads to: the field, or its first choice or part."""
    return field.id_for_label or f"{field.auto_id}_0"
