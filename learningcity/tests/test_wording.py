import csv
from pathlib import Path

import pytest
from django.utils import translation

from learningcity.gsm import segments
from learningcity.models.messages import OutboxMessage
from learningcity.services.wording import shorter, text_of

CITY = Path(__file__).parents[1] / "data" / "casablanca"
TOKEN = "Yq3vJx0bR9mZt2kLw8sN5A"
VALUES = {
    "course": {"fr": "Utiliser son téléphone", "ar": "استعمال الهاتف", "en": "Using your phone"},
    "date": "2026-05-16",
    "time": "10:30",
    "venue": {"fr": "Maison de quartier Attacharouk", "ar": "دار الحي التشارك", "en": "Maison de quartier Attacharouk"},
    "reference": "CA-7K3M9-2QRT8",
    "link": f"https://apprend.example/i/{TOKEN}",
    "place_in_line": 3,
    "from_date": "2026-05-09",
    "until": "12:00",
}
LONGEST = {"date": "2026-09-30", "from_date": "2026-09-23", "time": "14:30", "until": "16:30", "place_in_line": 128}
CHANGES = ["meeting_moved", "meeting_hours", "meeting_on", "meeting_cancelled", "timetable_changed"]
CHANGES += ["run_cancelled", "run_postponed"]


def sms(language, template="enrolled", **values):
    return text_of(OutboxMessage(channel="sms", language=language, template=template, values=VALUES | values))


def mail(language, template="enrolled", **values):
    return text_of(OutboxMessage(channel="email", language=language, template=template, values=VALUES | values))


def columns(name, *keys):
    with (CITY / name).open(encoding="utf-8") as file:
        return [tuple(row[key] for key in keys) for row in csv.DictReader(file)]


COURSES = [
    dict(zip(("fr", "ar", "en"), row, strict=True))
    for row in columns("courses.csv", "title_fr", "title_ar_proposed", "title_en")
]
VENUES = [
    {"fr": french, "ar": arabic, "en": french}
    for french, arabic in columns("venues.csv", "name_fr", "name_ar_proposed")
]


def test_the_confirmation_in_english():
    assert sms("en") == (
        "Done: Using your phone, Saturday 16 May 10:30, Maison de quartier Attacharouk. Ref. CA-7K3M9-2QRT8. "
        f"Change or cancel: apprend.example/i/{TOKEN}"
    )


def test_the_confirmation_in_french_and_arabic_has_its_own_words_and_months():
    french, arabic = sms("fr"), sms("ar")
    assert "samedi 16 mai 10h30" in french
    assert "السبت 16 ماي 10:30" in arabic
    assert "Done" not in french + arabic


def test_the_place_in_line_and_nothing_that_looks_like_a_seat():
    text = sms("en", "waiting")
    assert text.startswith("Waiting list, Using your phone: you are number 3.")
    assert "Done" not in text


def test_a_first_name_stands_in_front_and_makes_room_for_two_parts():
    text = sms("en", first_name="Yasmine")
    assert text.startswith("Yasmine: Done: Using your phone, Saturday")
    assert "Maison de quartier Attacharouk" in text


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
@pytest.mark.parametrize("template", ["enrolled", "waiting", *CHANGES])
@pytest.mark.parametrize("written", [sms, mail])
def test_a_sensitive_course_has_no_name(written, template, language):
    with translation.override(language):
        instead = translation.gettext("your course")
    assert instead in written(language, template, course=None)


def test_titles_that_lack_a_language_are_said_in_french():
    assert "Couture" in sms("ar", course={"fr": "Couture", "ar": "", "en": ""})


def test_names_are_not_escaped_as_in_a_page():
    assert "L'art & l'eau" in sms("fr", "waiting", course={"fr": "L’art & l’eau"})


def test_an_email_has_a_subject_whole_names_and_a_whole_link():
    subject, blank, body = mail("en").split("\n")
    assert (subject, blank) == ("Place confirmed", "")
    assert body == (
        "Done: Using your phone, Saturday 16 May 10:30, Maison de quartier Attacharouk. Ref. CA-7K3M9-2QRT8. "
        f"Change or cancel: https://apprend.example/i/{TOKEN}"
    )


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_an_email_about_waiting_says_so_in_its_subject_and_leads_to_the_receipt(language):
    text = mail(language, "waiting", first_name="Yasmine")
    assert "3" in text.split("\n")[0]
    assert text.split("\n")[2].startswith("Yasmine")
    assert f"https://apprend.example/i/{TOKEN}" in text


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Maison de quartier Attacharouk", "Maison de quartier"),
        ("Maison de quartier", "Maison"),
        ("Alphabétisation fonctionnelle (artisanat, pêche)", "Alphabétisation fonctionnelle"),
        ("Couture, stylisme et broderie", "Couture, stylisme"),
        ("البستنة والأعمال اليدوية", "البستنة والأعمال"),
    ],
)
def test_a_shortened_name_ends_on_a_word(name, expected):
    assert shorter(name) == expected


@pytest.mark.parametrize(
    ("template", "language", "most"),
    [
        ("enrolled", "fr", 1),
        ("enrolled", "en", 1),
        ("enrolled", "ar", 2),
        ("waiting", "fr", 2),  # sentence, reference and link alone take 152 of the 160 places
        ("waiting", "en", 1),
        ("waiting", "ar", 2),
        *(
            (template, language, 2 if language == "ar" else 1)
            for template in CHANGES
            for language in ("fr", "en", "ar")
        ),
    ],
)
def test_no_real_course_and_venue_need_more_parts_than_planned(template, language, most):
    """The longest date of the year, and every pair of the twelve longest names."""
    courses = sorted(COURSES, key=lambda names: -len(names[language]))[:12]
    venues = sorted(VENUES, key=lambda names: -len(names[language]))[:12]
    texts = [sms(language, template, course=course, venue=venue, **LONGEST) for course in courses for venue in venues]
    assert {text for text in texts if segments(text).segments > most} == set()
    told = TOKEN if template in CHANGES else VALUES["reference"]
    assert all(told in text for text in texts) or (language, template) == ("ar", "waiting")


def test_a_moved_meeting_says_from_when_to_when():
    assert sms("en", "meeting_moved") == (
        "Meeting moved: Using your phone, from Saturday 9 May to Saturday 16 May 10:30, "
        f"Maison de quartier Attacharouk. Details: apprend.example/i/{TOKEN}"
    )


def test_other_hours_are_written_like_all_hours():
    french = sms("fr", "meeting_hours")
    assert "10h30" in french
    assert "12h" in french


def test_a_changed_timetable_without_a_next_meeting_leaves_it_out():
    whole, short = sms("en", "timetable_changed"), text_of(bare("timetable_changed"))
    assert "Next meeting: Saturday 16 May 10:30, Maison" in whole
    assert short == f"New timetable: Using your phone. All dates: apprend.example/i/{TOKEN}"


def bare(template):
    values = {key: VALUES[key] for key in ("course", "reference", "link")}
    return OutboxMessage(channel="sms", language="en", template=template, values=values)


@pytest.mark.parametrize("template", CHANGES)
@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_an_email_about_a_change_has_a_subject_and_a_whole_link(template, language):
    subject, blank, body = mail(language, template).split("\n")
    assert subject
    assert blank == ""
    assert body.endswith(VALUES["link"])


@pytest.mark.parametrize("template", ["enrolled", *CHANGES])
@pytest.mark.parametrize("first_name", ["Yasmine", "ياسمين", "Fatima Zahra Oum Kalthoum", "فاطمة الزهراء", "ٱ" * 80])
@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_two_parts_are_never_exceeded_whatever_the_first_name(language, first_name, template):
    course, venue = (max(names, key=lambda each: len(each[language])) for names in (COURSES, VENUES))
    text = sms(language, template, course=course, venue=venue, first_name=first_name, **LONGEST)
    assert segments(text).segments <= 2
    assert text.endswith(TOKEN)
