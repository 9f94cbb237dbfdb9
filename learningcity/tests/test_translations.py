"""The catalogues are complete, and their words keep to the typography and the grammar of their language."""

import re
from io import BytesIO

import pytest
from babel.messages.pofile import read_po
from django import forms
from django.core.management import CommandError, call_command
from django.template import Context, Template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from learningcity import catalogues
from learningcity.gsm import segments

LEAVES_THE_SCREEN = ("templates/sms/", "learningcity/services/wording.py")


def answers(language, *, on_pages=True):
    """Every text of a catalogue; without `on_pages`, those that only messages use."""
    for message in catalogues.catalogue_of(language):
        if message.id and on_pages != all(place.startswith(LEAVES_THE_SCREEN) for place, _line in message.locations):
            yield from [message.string] if isinstance(message.string, str) else message.string


def wrong(language, pattern, **kind):
    return [text for text in answers(language, **kind) if re.search(pattern, text)]


# --- Complete -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_nothing_is_missing_fuzzy_or_obsolete(language):
    assert catalogues.faults(language) == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_a_merge_of_a_complete_catalogue_changes_nothing(language, tmp_path, monkeypatch):
    before = catalogues.path_of(language).read_bytes()
    monkeypatch.setattr(catalogues, "CATALOGUES", tmp_path)
    catalogues.path_of(language).parent.mkdir(parents=True)
    catalogues.path_of(language).write_bytes(before)

    catalogues.merge(language)

    assert catalogues.path_of(language).read_bytes() == before


def test_a_merge_drops_what_is_obsolete_and_guesses_nothing(tmp_path, monkeypatch):
    (tmp_path / "learningcity").mkdir()
    (tmp_path / "learningcity" / "words.py").write_text("gettext('Old')\ngettext('New ones')")
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    monkeypatch.setattr(catalogues, "CATALOGUES", tmp_path)
    catalogues.path_of("fr").parent.mkdir(parents=True)
    old = 'msgid "Old"\nmsgstr "Ancien"\n\nmsgid "New one"\nmsgstr "Nouveau"\n'
    catalogues.path_of("fr").write_text(catalogues.header("fr") + old)

    catalogues.merge("fr")

    found = {message.id: message.string for message in catalogues.catalogue_of("fr") if message.id}
    assert (found["Old"], found["New ones"]) == ("Ancien", "")
    assert "New one" not in found


def test_the_check_of_the_command_fails_and_names_the_fault(tmp_path, monkeypatch, capsys):
    call_command("translations", check=True)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "here.html").write_text('{% translate "Never translated" %}')
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)

    with pytest.raises(CommandError, match="faults in the translations"):
        call_command("translations", check=True)

    assert "fr: templates/here.html: 'Never translated' is missing" in capsys.readouterr().out


# --- What the check sees ----------------------------------------------------------------------------------


def wanted(source):
    catalogue = catalogues.Catalog()
    for message, context in catalogues.spoken(source):
        catalogue.add(message, locations=[("here", 0)], context=context)
    return catalogue


def known(language, text):
    return read_po(BytesIO((catalogues.header(language) + text).encode()), locale=language)


PLACES = "ngettext('%(n)s place', '%(n)s places', n)"
SIX = 'msgid "%(n)s place"\nmsgid_plural "%(n)s places"\n' + "".join(
    f'msgstr[{form}] "{text}"\n' for form, text in enumerate(["صفر", "واحد", "اثنان", *["%(n)s"] * 3])
)


@pytest.mark.parametrize(
    ("source", "text", "fault"),
    [
        ("_('Yes')", "", "is missing"),
        ("_('Yes')", 'msgid "Yes"\nmsgstr ""\n', "is not translated, or lacks a plural form"),
        ("_('Yes')", '#, fuzzy\nmsgid "Yes"\nmsgstr "Oui"\n', "is fuzzy"),
        ("pgettext('vote', 'Yes')", 'msgid "Yes"\nmsgstr "Oui"\n', "is missing"),
        ("_('%(n)s left')", 'msgid "%(n)s left"\nmsgstr "%(m)s"\n', "has other placeholders"),
        ("_('%(n)s left')", 'msgid "%(n)s left"\nmsgstr "rien"\n', "has other placeholders"),
        ("_('%(n)s left')", 'msgid "%(n)s left"\nmsgstr "%(n)s, 5 %"\n', "has other placeholders"),
        ("_('{n} left')", 'msgid "{n} left"\nmsgstr "{m}"\n', "has other placeholders"),
        (PLACES, SIX.partition("msgstr[5]")[0], "lacks a plural form"),
        (PLACES, SIX.replace('[5] "%(n)s"', '[5] "-"'), "has other placeholders"),
    ],
)
def test_a_fault_is_seen(source, text, fault):
    found = catalogues.compare("ar", wanted(source), known("ar", text))

    assert fault in next(found)


@pytest.mark.parametrize("mark", ["", "#~ "])
def test_what_nobody_asks_for_is_obsolete(mark):
    found = catalogues.compare("fr", wanted(""), known("fr", f'{mark}msgid "Yes"\n{mark}msgstr "Oui"\n'))

    assert list(found) == ["fr: 'Yes' is obsolete"]


def test_a_plural_rule_with_fewer_forms_is_seen():
    text = catalogues.header("ar").replace("nplurals=6", "nplurals=2") + 'msgid "Yes"\nmsgstr "نعم"\n'

    found = catalogues.compare("ar", wanted("_('Yes')"), read_po(BytesIO(text.encode()), locale="ar"))

    assert list(found) == ["ar: the plural rule is not the one of this language"]


def test_plural_forms_may_say_the_number_as_a_word_and_a_flag_lets_an_answer_say_less():
    assert list(catalogues.compare("ar", wanted(PLACES), known("ar", SIX))) == []
    shorter = '#, no-python-format\nmsgid "%(n)s left"\nmsgstr "rien"\n'
    assert list(catalogues.compare("fr", wanted("_('%(n)s left')"), known("fr", shorter))) == []


# --- What the sources ask -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "message", "context"),
    [
        ('{% translate "Yes" %}', "Yes", None),
        ("{% translate 'Yes' as word %}", "Yes", None),
        ('{% translate "100 % sure" %}', "100 %% sure", None),
        ('{% translate "Yes" context "vote" %}', "Yes", "vote"),
        ('{% include "a.html" with label=_("Yes") only %}', "Yes", None),
        ('{{ _("Yes") }}', "Yes", None),
        ('{{ word|default:_("Yes") }}', "Yes", None),
        ("{% blocktranslate with n=a.b %}{{ n }} % left{% endblocktranslate %}", "%(n)s %% left", None),
        ("{% blocktranslate asvar word trimmed %}\n  Yes\n  or no\n{% endblocktranslate %}", "Yes or no", None),
        ('{% blocktranslate context "vote" %}Yes{% endblocktranslate %}', "Yes", "vote"),
        (
            "{% blocktranslate count n=1 trimmed %}\n{{ n }} day\n{% plural %}\n{{ n }} days\n{% endblocktranslate %}",
            ("%(n)s day", "%(n)s days"),
            None,
        ),
        (
            '{% blocktranslate count n=1 context "vote" %}{{ n }} yes{% plural %}{{ n }} yeses{% endblocktranslate %}',
            ("%(n)s yes", "%(n)s yeses"),
            "vote",
        ),
    ],
)
def test_a_template_asks_for_what_it_says(template, message, context):
    awkward = "<p>L'été\u00a0: 12h30 'é\"\n    {%% load i18n %%}\n  %s\n\t</p>"

    assert list(catalogues.spoken(catalogues.as_python(awkward % template))) == [(message, context)]


def test_python_asks_in_every_way_it_can():
    source = """
from django.utils.translation import gettext_lazy as _
WORDS = [_("one"), gettext_lazy("two" " and a half"), gettext("three")]
MORE = [ngettext_lazy("%(n)s day", "%(n)s days", "n"), pgettext("month", "May"), pgettext_lazy("verb", "may")]
LAST = npgettext("court", "%(n)s trial", "%(n)s trials", 3)
"""
    assert list(catalogues.spoken(source)) == [
        ("one", None),
        ("two and a half", None),
        ("three", None),
        (("%(n)s day", "%(n)s days"), None),
        ("May", "month"),
        ("may", "verb"),
        (("%(n)s trial", "%(n)s trials"), "court"),
    ]


# --- What people read -----------------------------------------------------------------------------------------

LEFT = [
    (0, "لم يبق أي مقعد"),
    (1, "بقي مقعد واحد"),
    (2, "بقي مقعدان"),
    (3, "بقيت 3 مقاعد"),
    (10, "بقيت 10 مقاعد"),
    (11, "بقي 11 مقعدا"),
    (99, "بقي 99 مقعدا"),
    (100, "بقي 100 مقعد"),
    (101, "بقي 101 مقعد"),
    (103, "بقيت 103 مقاعد"),
    (111, "بقي 111 مقعدا"),
]


@pytest.mark.parametrize(("n", "sentence"), LEFT)
def test_arabic_counts_in_six_ways(n, sentence):
    with override("ar"):
        assert ngettext("Only %(n)s place left", "Only %(n)s places left", n) % {"n": n} == sentence


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("fr", ["Il y a 1 personne avant vous.", "Il y a 2 personnes avant vous."]),
        ("en", ["1 person is ahead of you.", "2 people are ahead of you."]),
    ],
)
def test_templates_count_in_french_and_english(language, sentences):
    template = Template(
        "{% load i18n %}{% blocktranslate count n=n %}{{ n }} person is ahead of you."
        "{% plural %}{{ n }} people are ahead of you.{% endblocktranslate %}"
    )
    with override(language):
        assert [template.render(Context({"n": n})) for n in (1, 2)] == sentences


@pytest.mark.parametrize(
    ("language", "required"),
    [("fr", "Ce champ est obligatoire."), ("ar", "هذا الحقل مطلوب."), ("en", "This field is required.")],
)
def test_the_words_of_django_speak_the_language_too(language, required):
    with override(language):
        assert _("This field is required.") == required


def test_a_name_that_is_too_long_is_answered_in_the_voice_of_the_city():
    field = forms.CharField(max_length=80)
    with pytest.raises(forms.ValidationError) as refusal:
        field.clean("ي" * 81)

    with override("ar"):
        assert refusal.value.messages == ["اكتبوا 80 حرفا على الأكثر (كتبتم 81)."]


def test_french_pages_use_the_typographic_apostrophe_and_spaces_that_do_not_break():
    assert wrong("fr", "(?<![=\"])'") == []
    assert wrong("fr", r"[^\s\u00a0][:;?!»](?=\s|$)| [:;?!»]| %(?!\()|«[^\u00a0]") == []


def test_french_messages_fit_the_alphabet_of_a_text_message():
    texts = list(answers("fr", on_pages=False))

    assert texts
    assert [text for text in texts if segments(text).encoding != "GSM-7"] == []


def test_arabic_uses_its_own_marks_and_the_digits_0_to_9():
    assert wrong("ar", "[٠-٩۰-۹]") == []
    assert wrong("ar", r"[\u0600-\u06ff] ?[,;?](?:\s|$)") == []


def test_no_arabic_letter_clings_to_an_inserted_name():
    assert wrong("ar", r"[\u0621-\u064a](?:%\(|\{)") == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_the_city_neither_shouts_nor_begs(language):
    assert wrong(language, r"!|(?i:veuillez|désolé|cliquez)|المرجو|عذرا|انقر") == []
