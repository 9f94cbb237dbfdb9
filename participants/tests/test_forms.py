"""What people type, through the pages that ask for it."""

import pytest

from programmes.tests.factories import run

from ..models import Enrolment
from ..services import drafts
from .factories import draft
from .journey import CONTACT, PAGES, PERSON, SEND, WHO, address, answer

pytestmark = pytest.mark.django_db


def title(response):
    return response.text.partition("<title>")[2].partition("</title>")[0].strip()


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("enrol-who", {"who": "nobody"}),
        ("enrol-who", {"who": "adult"}),
        ("enrol-person", PERSON | {"given_name": "", "family_name": ""}),
        ("enrol-person", PERSON | {"given_name": "a\u202eb"}),
        ("enrol-person", PERSON | {"given_name": "a\u200bb"}),
        ("enrol-person", PERSON | {"given_name": "e" + "\u0301" * 300}),
        ("enrol-person", PERSON | {"given_name": "x" * 5000}),
        ("enrol-person", PERSON | {"given_name": "You won: evil.example/x"}),
        ("enrol-person", PERSON | {"given_name": "Call 06 12 34 56 78"}),
        ("enrol-person", PERSON | {"given_name": "Call ٠٦١٢٣٤٥٦٧٨"}),
        ("enrol-person", PERSON | {"sex": ""}),
        ("enrol-person", PERSON | {"sex": "X"}),
        ("enrol-person", PERSON | {"district": ""}),
        ("enrol-person", PERSON | {"district": "nowhere"}),
        ("enrol-person", PERSON | {"birth_2": "10"}),
        ("enrol-person", PERSON | {"birth_2": "2099"}),
        ("enrol-person", PERSON | {"birth_2": "1890"}),
        ("enrol-person", PERSON | {"birth_2": "9" * 5000}),
        ("enrol-person", PERSON | {"birth_0": "29", "birth_1": "2", "birth_2": "2011"}),
        ("enrol-person", PERSON | {"birth_0": "31", "birth_1": "2"}),
        ("enrol-person", PERSON | {"birth_0": "27", "birth_1": ""}),
        ("enrol-contact", CONTACT | {"phone": ""}),
        ("enrol-contact", CONTACT | {"phone": "061234567"}),
        ("enrol-contact", CONTACT | {"phone": "call me"}),
        ("enrol-contact", CONTACT | {"phone": "0" * 5000}),
        ("enrol-contact", CONTACT | {"channel": "pigeon"}),
        ("enrol-contact", CONTACT | {"language": "de"}),
        ("enrol-contact", CONTACT | {"needs": ["gold"]}),
        ("enrol-check", {"consent": "", "x": "1"}),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_form_with_an_error_says_so_first_and_keeps_what_was_typed(client, name, answers):
    kept = draft()
    before = kept.answers

    response = answer(client, name, kept, answers)

    assert response.status_code == 422
    assert title(response).startswith("Erreur")
    assert response.text.count("data-error-summary") == 1
    for value in (answers.get("family_name"), answers.get("birth_1")):
        assert not value or f'value="{value}"' in response.text
    kept.refresh_from_db()
    assert kept.answers == before
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize(
    ("written", "kept_as"),
    [
        ("0612345678", "+212612345678"),
        ("٠٦١٢٣٤٥٦٧٨", "+212612345678"),
        ("۰۶۱۲۳۴۵۶۷۸", "+212612345678"),
        ("0612345678\n", "+212612345678"),
        (" 06-12.34 56 78 ", "+212612345678"),
        ("00212 6 12 34 56 78", "+212612345678"),
        ("+212612345678", "+212612345678"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("0522 22 22 22", "+212522222222"),
    ],
)
def test_phone_is_understood_as_people_write_it(client, written, kept_as):
    kept = draft(phone="")

    assert answer(client, "enrol-contact", kept, CONTACT | {"phone": written}).status_code == 302
    kept.refresh_from_db()
    assert kept.answers["phone"] == kept_as


@pytest.mark.parametrize(
    ("day", "month", "year", "kept_as"),
    [
        ("27", "3", "1998", "1998-03-27"),
        ("٢٧", "٣", "١٩٩٨", "1998-03-27"),
        ("۲۷", "۳", "۱۹۹۸", "1998-03-27"),
        (" 27 ", "03", "1998 ", "1998-03-27"),
        ("", "", "1998", "1998"),
        ("29", "2", "2008", "2008-02-29"),
    ],
)
def test_date_of_birth_is_understood_as_people_write_it(client, day, month, year, kept_as):
    kept = draft()

    answer(client, "enrol-person", kept, PERSON | {"birth_0": day, "birth_1": month, "birth_2": year})

    kept.refresh_from_db()
    assert kept.answers["birth"] == kept_as


@pytest.mark.parametrize(
    "name", ["O’Connor-Ben Saïd", "J.P. Martin", "فاطمة الزهراء", "علی\u200cرضا", "Ïù", "<script>alert(1)</script>"]
)
def test_names_are_kept_as_written_and_shown_as_text(client, name):
    kept = draft()

    assert answer(client, "enrol-person", kept, PERSON | {"given_name": name}).status_code == 302
    page = client.get(address("enrol-check", kept.run, kept.token)).text

    kept.refresh_from_db()
    assert kept.answers["given_name"] == name
    assert "<script>alert" not in page


def test_fields_nobody_asked_for_change_nothing(client):
    group = run()
    extra = {"state": "enrolled", "seats_taken": "0", "is_staff": "1", "source": "desk", "priority": "0", "run": "1"}
    kept = drafts.keep(None, run=group, answers={})
    for name, answers in zip(PAGES, (WHO, PERSON, CONTACT, SEND), strict=True):
        answer(client, name, kept, answers | extra)

    group.refresh_from_db()
    place = Enrolment.objects.get()
    assert (place.run, place.source, place.holds_desk_seat, group.seats_taken) == (group, "online", False, 1)


def test_who_wants_no_message_needs_no_phone(client):
    kept = draft()

    assert answer(client, "enrol-contact", kept, {"phone": "", "channel": "none", "language": "ar"}).status_code == 302


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(client, method):
    assert getattr(client, method)(address("enrol-who", run())).status_code == 405
