"""What the sources ask to be said, what the .po files answer, and what is wrong between the two.

Babel alone does the work: no GNU gettext, no loaded app. The sources speak English, so English needs no catalogue.
"""

import re
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from learningcity.i18n import CATALOGUES

ROOT = Path(__file__).resolve().parent.parent
APPS = ("learningcity", "programmes", "participants", "indicators")
NOT_SPOKEN = {"tests", "migrations"}
PLURALS = {
    "fr": "nplurals=2; plural=n > 1;",
    "ar": "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5;",
}
LANGUAGES = tuple(PLURALS)
LEAVES_OUT = "no-python-format"  # a translator's flag in a .po: this answer says less than the message, on purpose
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")

KEYWORDS = (
    dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), (1,))
    | dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2))
    | dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2))
    | dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3))
)

BORROWED = (  # sentences of Django that people may see and that its own catalogues say to one man
    "Select a valid choice. %(value)s is not one of the available choices.",
    (
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
    ),
)

# --- What the sources ask ---------------------------------------------------------------------------------


def spoken(source):
    """The messages of one text of Python: (message or (singular, plural), context or None)."""
    for _line, message, _comments, context in extract("python", BytesIO(source.encode()), keywords=KEYWORDS):
        yield message, context


def as_python(template):
    """A template as calls of gettext that Python's tokenizer accepts: no indentation counts inside brackets."""
    return "(\n" + re.sub(r"[^\S\n]", " ", templatize(template)) + "\n)"


def sources():
    """Path and Python text of everything that may speak, in a fixed order."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if NOT_SPOKEN.isdisjoint(path.relative_to(ROOT).parts):
                yield path, path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix in {".html", ".txt"}:
            yield path, as_python(path.read_text(encoding="utf-8"))


def asked(language=None):
    """The catalogue of all messages of the sources, each with the files it stands in and no answer yet."""
    catalogue = Catalog(locale=language)
    for message in BORROWED:
        catalogue.add(message, locations=[("django", 0)])
    for path, source in sources():
        place = path.relative_to(ROOT).as_posix()
        for message, context in spoken(source):
            catalogue.add(message, locations=[(place, 0)], context=context)
    return catalogue


# --- What the .po files answer ----------------------------------------------------------------------------


def path_of(language):
    return CATALOGUES / language / "LC_MESSAGES" / "django.po"


def header(language):
    """Nothing in it changes from one run to the next, so that a .po only differs where words differ."""
    lines = (
        f"Language: {language}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        f"Plural-Forms: {PLURALS[language]}",
    )
    return 'msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in lines) + "\n"


def catalogue_of(language):
    with path_of(language).open("rb") as text:
        return read_po(text, locale=language, abort_invalid=True)


def merge(language):
    """Rewrite a .po with what is asked now: translations stay, what nobody asks for goes, nothing is guessed."""
    kept, merged = catalogue_of(language), asked(language)
    for message in merged:
        known = kept.get(message.id, message.context)
        if message.id and known and type(known.id) is type(message.id):
            message.string, message.user_comments = known.string, known.user_comments
            message.flags |= known.flags & {"fuzzy", LEAVES_OUT}
    with path_of(language).open("wb") as text:
        text.write(header(language).encode())
        write_po(text, merged, width=None, omit_header=True, include_lineno=False)


# --- What is wrong ----------------------------------------------------------------------------------------


def faults(language):
    return list(compare(language, asked(), catalogue_of(language)))


def compare(language, wanted, known):
    """A sentence for each fault of a catalogue; none when it is complete."""
    if known.plural_forms.replace(" ", "") != PLURALS[language].replace(" ", ""):
        yield f"{language}: the plural rule is not the one of this language"
    for message in wanted:
        if message.id and (fault := _fault(message, known.get(message.id, message.context))):
            yield f"{language}: {message.locations[0][0]}: {message.id!r} {fault}"
    unwanted = [message for message in known if message.id and wanted.get(message.id, message.context) is None]
    for message in [*unwanted, *known.obsolete.values()]:
        yield f"{language}: {message.id!r} is obsolete"


def _fault(message, known):
    if known is None or type(known.id) is not type(message.id):
        return "is missing"
    if known.fuzzy:
        return "is fuzzy"
    if not all(_forms(known.string)):
        return "is not translated, or lacks a plural form"
    if not _fits(message.id, known.string, fewer=LEAVES_OUT in known.flags):
        return f"has other placeholders than {known.string!r}"
    return ""


def _forms(text):
    return (text,) if isinstance(text, str) else text


def _placeholders(text):
    return set(PLACEHOLDER.findall(text))


def _fits(message, answer, *, fewer):
    """The same placeholders; a plural form may leave the number out, because `one` and `two` are words."""
    forms, asked_for = _forms(answer), " ".join(_forms(message))
    allowed, last = _placeholders(asked_for), _placeholders(forms[-1])
    return (fewer or last == allowed) and all(
        _placeholders(form) <= allowed and _percents_fit(asked_for, form) for form in forms
    )


def _percents_fit(message, answer):
    """A text that `%` fills needs every other percent sign doubled."""
    rest = PLACEHOLDER.sub("", answer.replace("%%", ""))
    return "%(" not in message or "%" not in rest
