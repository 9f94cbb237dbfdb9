"""The words of a message: its template, in its language, short enough for an SMS."""

from datetime import date, time

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from learningcity import i18n
from learningcity.gsm import segments, to_gsm
from learningcity.models.messages import Channel

FOLDERS = {Channel.SMS: "sms", Channel.EMAIL: "mail"}
MOST_PARTS = 2
LINK_WORD = 3  # letters at most: de, la, et, the, في


def template_path(channel, template):
    return f"{FOLDERS[channel]}/{template}.txt"


def text_of(message):
    """An SMS as it leaves, or an e-mail whose first line is the subject."""
    with translation.override(message.language):
        return (_sms if message.channel == Channel.SMS else _mail)(message)


def facts(values):
    """What a template may say, in the active language.

    From {"first_name"?, "course": {"fr", "ar", "en"} or None when it must not be named, "date": "2026-05-16"?,
    "time": "10:30"?, "until": "12:00"?, "from_date": as date?, "answer_by": as date?, "answer_time": as time?,
    "venue": {"fr", "ar", "en"}?, "place_in_line"?, "code"?, "reference", "link"}.
    """
    found = {"reference": values["reference"], "link": values["link"]}
    found["course"] = _name(values["course"]) if values["course"] else _("your course")
    if "date" in values:
        found["day"] = i18n.day_month(date.fromisoformat(values["date"]))
    if "from_date" in values:
        found["from_day"] = i18n.day_month(date.fromisoformat(values["from_date"]))
    for key in {"time", "until"} & set(values):
        found[key] = i18n.time_of(time.fromisoformat(values[key]))
    if "answer_by" in values:
        found["answer_day"] = i18n.day_month(date.fromisoformat(values["answer_by"]))
        found["answer_time"] = i18n.time_of(time.fromisoformat(values["answer_time"]))
    if "venue" in values:
        found["place"] = _name(values["venue"])
    if "place_in_line" in values:
        found["n"] = values["place_in_line"]
    if "code" in values:
        found["code"] = values["code"]
    return found


def _name(names):
    return names.get(translation.get_language()) or names["fr"]


def _addressed(text, first_name):
    return _("%(name)s: %(text)s") % {"name": first_name, "text": text} if first_name else text


def _mail(message):
    written = render_to_string(template_path(message.channel, message.template), facts(message.values))
    subject, _newline, body = written.strip().partition("\n")
    return f"{subject}\n\n{_addressed(body.strip(), message.values.get('first_name'))}"


def _sms(message):
    values, latin = message.values, message.language != "ar"
    said = facts(values)
    said["link"] = said["link"].partition("://")[2] or said["link"]
    for key in {"time", "until"} & set(said):
        said[key] = said[key].replace(" ", "")  # 10h30

    def write(names):
        text = render_to_string(template_path(message.channel, message.template), said | names).strip()
        text = _addressed(text, names.get("first_name"))
        return to_gsm(text) if latin else text

    names = {"place": said.get("place"), "first_name": values.get("first_name")}
    names["course"] = said["course"] if values["course"] else None  # "your course" is never shortened
    return _fitting(write, {key: name for key, name in names.items() if name}, latin)


def _fitting(write, names, latin):
    """One part in French and English, two in Arabic or with a first name; the first name goes before a third part."""
    unnamed = {key: name for key, name in names.items() if key != "first_name"}
    aim = 1 if latin and names == unnamed else MOST_PARTS
    tries = [(names, aim), (names, MOST_PARTS), (unnamed, MOST_PARTS)]
    return next(filter(None, (_shortened(write, *wish) for wish in tries)), None) or write(unnamed)


def _shortened(write, names, parts):
    """The longest name gives its last word until the text fits; None when every name is down to one word."""
    while segments(text := write(names)).segments > parts:
        long = [key for key in names if " " in names[key]]
        if not long:
            return None
        key = max(long, key=lambda each: len(names[each]))
        names = names | {key: shorter(names[key])}
    return text


def shorter(name):
    """One word less, and no link word, comma or open bracket left hanging."""
    words = name.split()[:-1]
    while len(words) > 1 and (len(words[-1].strip("–-&,.(")) <= LINK_WORD or words[-1].startswith("(")):
        words.pop()
    return " ".join(words).rstrip(" ,;:–-")
