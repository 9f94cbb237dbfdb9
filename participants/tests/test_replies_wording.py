"""What the text messages about offers, answers and meetings cost: one part in French and English, two in Arabic."""

import pytest
from django.utils import translation

from learningcity.gsm import segments
from learningcity.tests.test_wording import COURSES, LONGEST, TOKEN, VENUES, sms

from ..services.replies import understand

MOST = {"fr": 1, "en": 1, "ar": 2}
ABOUT_A_PLACE = ["offered", "offer_reminder", "reminder", "reply_clash", "reply_early", "reply_late", "reply_postponed"]
ABOUT_NONE = ["alert_saved", "reply_help", "reply_many", "reply_nothing"]
HELP = "https://apprend.example/fr/aide/"
DEADLINE = {"answer_by": "2026-09-30", "answer_time": "14:30"}
SAID = {"fr": ("OUI", "NON", "ANNULER"), "ar": ("نعم", "لا", "إلغاء"), "en": ("YES", "NO", "CANCEL")}


def longest(names, language):
    return sorted(names, key=lambda each: -len(each[language]))[:12]


@pytest.mark.parametrize("language", MOST)
@pytest.mark.parametrize("template", ABOUT_A_PLACE)
def test_no_real_course_and_venue_need_more_parts_than_planned(template, language):
    texts = [
        sms(language, template, course=course, venue=venue, **LONGEST | DEADLINE)
        for course in longest(COURSES, language)
        for venue in longest(VENUES, language)
    ]
    assert {text for text in texts if segments(text).segments > MOST[language]} == set()
    assert all(TOKEN in text for text in texts)


@pytest.mark.parametrize("language", MOST)
@pytest.mark.parametrize("template", ABOUT_A_PLACE)
@pytest.mark.parametrize("first_name", ["Fatima Zahra Oum Kalthoum", "فاطمة الزهراء"])
def test_two_parts_are_never_exceeded_whatever_the_first_name(first_name, template, language):
    course, venue = (longest(names, language)[0] for names in (COURSES, VENUES))
    text = sms(language, template, course=course, venue=venue, first_name=first_name, **LONGEST | DEADLINE)
    assert segments(text).segments <= 2
    assert TOKEN in text


@pytest.mark.parametrize("language", MOST)
@pytest.mark.parametrize("template", ABOUT_NONE)
def test_what_is_about_no_place_is_as_short_and_names_no_course(template, language):
    text = sms(language, template, course=None, reference="", link=HELP)
    assert segments(text).segments <= MOST[language]
    with translation.override(language):
        assert translation.gettext("your course") not in text
    assert text.endswith("apprend.example/fr/aide/")


@pytest.mark.parametrize("language", MOST)
@pytest.mark.parametrize("template", ABOUT_A_PLACE)
def test_a_sensitive_course_has_no_name(template, language):
    with translation.override(language):
        instead = translation.gettext("your course")
    assert instead in sms(language, template, course=None, **DEADLINE)


@pytest.mark.parametrize("language", MOST)
def test_the_words_that_are_asked_for_are_understood(language):
    yes, no, cancel = SAID[language]
    assert {word: understand(word) for word in SAID[language]} == {yes: "yes", no: "no", cancel: "cancel"}
    told = [("offered", [yes, no]), ("reply_help", SAID[language]), ("reply_nothing", [cancel])]
    told += [("reply_many", [cancel]), ("offer_reminder", [yes, no]), ("reply_early", [yes, no])]
    for template, words in told:
        text = sms(language, template, **DEADLINE)
        assert [word for word in words if word not in text] == []
