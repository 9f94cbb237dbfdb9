import json
from datetime import date
from pathlib import Path

import pytest
from django.http import Http404
from django.utils import translation

from programmes.tests.factories import today

from ..models import BackgroundAnswers, Consent, Enrolment
from ..services import background, consents, erasure, merging, own_data, queue
from ..services.refusals import EnrolmentRefused
from ..views.background import taken
from .factories import enrolment, participant

pytestmark = pytest.mark.django_db
SAID = {"by": None, "language": "en", "channel": "online", "relation": ""}
ALL = dict.fromkeys(background.QUESTIONS, "none") | {"schooling": "primary", "work": "employed"}


def pages(place, language="en"):
    """Addresses of the receipt and of the questions."""
    return [f"/i/{place.token}/{part}?langue={language}" for part in ("", "questions/")]


def answer(who, **answers):
    background.answer(who, answers, **SAID)


def kept():
    return BackgroundAnswers.objects.values_list("answers", "is_declined").get()


@pytest.fixture
def asked(settings):
    settings.BACKGROUND_QUESTIONS = True


# --- The texts --------------------------------------------------------------------------------------------------


def test_the_six_questions_and_the_answers_are_there_in_english():
    texts = background.wording("en")

    assert list(texts) == ["introduction", *background.QUESTIONS, *background.DEGREES]
    assert texts["seeing"] == "Do you have difficulty seeing, even if wearing glasses?"
    assert texts["cannot"] == "Cannot do at all"


def test_a_language_has_them_when_no_text_is_missing(tmp_path):
    full, missing = tmp_path / "full.csv", tmp_path / "missing.csv"
    full.write_text("code,fr\nseeing,Voir\nnone,Rien\n")
    missing.write_text("code,fr\nseeing,Voir\nnone,\n")

    assert background.wording("fr", full) == {"seeing": "Voir", "none": "Rien"}
    assert background.wording("fr", missing) is None


# --- Who is asked -----------------------------------------------------------------------------------------------


def test_nobody_is_asked_by_default(client):
    receipt, questions = pages(enrolment())

    assert "questions/" not in client.get(receipt).text
    assert client.get(questions).status_code == client.post(questions, ALL).status_code == 404
    assert not BackgroundAnswers.objects.exists()


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_they_are_asked_in_the_languages_whose_wording_is_known(client, asked, language):
    receipt, questions = pages(enrolment(), language)
    is_known = background.wording(language) is not None

    assert ("questions/" in client.get(receipt).text) == is_known
    assert client.get(questions).status_code == (200 if is_known else 404)


@pytest.mark.parametrize(("years", "is_asked", "about_work"), [(4, False, False), (5, True, False), (15, True, True)])
def test_small_children_are_not_asked_and_children_not_about_work(client, asked, years, is_asked, about_work):
    place = enrolment()
    born = date(today().year - years, today().month, min(today().day, 28))
    type(place.participant).objects.update(birth_date=born, birth_year=born.year)
    receipt, questions = pages(place)

    assert ("questions/" in client.get(receipt).text) == is_asked
    page = client.get(questions)
    assert page.status_code == (200 if is_asked else 404)
    if is_asked:
        assert ("work" in page.context["form"].fields) == about_work


def test_only_a_confirmed_place_asks(client, asked):
    place = enrolment()
    queue.leave(place, by=None)

    assert "questions/" not in client.get(pages(place)[0]).text


def test_the_receipt_costs_two_statements_more_when_they_are_asked(client, settings, queries_of):
    receipt, _questions = pages(enrolment())
    client.get(receipt)
    before = queries_of(client.get, receipt)

    settings.BACKGROUND_QUESTIONS = True
    assert queries_of(client.get, receipt) == before + 2
    assert queries_of(client.get, receipt.replace("=en", "=fr")) == before + (background.wording("fr") is not None)


# --- The page ---------------------------------------------------------------------------------------------------


def test_the_questions_stand_word_for_word_and_first(client, asked):
    page = client.get(pages(enrolment())[1])

    assert list(page.context["form"].fields) == [*background.QUESTIONS, "schooling", "work"]
    texts = background.wording("en")
    assert [page.context["form"].fields[each].label for each in background.QUESTIONS] == [
        texts[each] for each in background.QUESTIONS
    ]
    assert texts["introduction"] in page.text


def test_what_is_answered_is_kept_with_the_agreement_and_the_receipt_asks_no_more(client, asked):
    receipt, questions = pages(enrolment())

    sent = client.post(questions, ALL | {"walking": "unsaid", "hearing": ""})

    assert sent.status_code == 302
    assert "<form" not in client.get(sent["Location"]).text.partition("<main")[2].partition("</main")[0]
    answers, is_declined = kept()
    assert answers == {key: code for key, code in (ALL | {"walking": "unsaid"}).items() if key != "hearing"}
    assert not is_declined
    assert Consent.objects.values_list("purpose", "is_given", "language").get() == ("background", True, "en")
    assert "questions/" not in client.get(receipt).text


def test_an_empty_form_keeps_nothing_and_says_thanks(client, asked):
    receipt, questions = pages(enrolment())

    sent = client.post(questions, {})

    assert client.get(sent["Location"]).context["thanks"]
    assert not BackgroundAnswers.objects.exists()
    assert not Consent.objects.exists()
    assert "questions/" in client.get(receipt).text


def test_no_thanks_is_remembered_and_keeps_no_answer(client, asked):
    receipt, questions = pages(enrolment())

    assert client.post(questions, ALL | {"decline": "1"})["Location"] == receipt
    client.post(questions, {"decline": "1"})

    assert kept() == ({}, True)
    assert not Consent.objects.exists()
    assert "questions/" not in client.get(receipt).text


def test_the_last_answer_counts_and_a_no_after_it_erases_nothing(client, asked):
    _receipt, questions = pages(enrolment())

    for sent in ({"seeing": "lot", "work": "employed"}, {"seeing": "some"}, {"decline": "1"}):
        client.post(questions, sent)

    assert kept() == ({"seeing": "some"}, False)


@pytest.mark.parametrize("wrong", [{"seeing": "x"}, {"work": ""}, {"schooling": "phd"}])
def test_only_answers_of_the_list_are_kept(client, asked, wrong):
    _receipt, questions = pages(enrolment())
    expected = 302 if wrong == {"work": ""} else 422

    assert client.post(questions, wrong).status_code == expected
    assert not BackgroundAnswers.objects.exists()


def test_whoever_acts_for_a_child_is_told(client, asked):
    place = enrolment(who=participant(birth_year=today().year - 10))
    place.participant.guardianships.create(guardian_name="Amina", relation="mother")

    client.post(pages(place)[1], {"seeing": "none"})

    assert Consent.objects.get().relation == "mother"


def test_figures_read_nothing_of_it(client, asked):
    place = enrolment()

    client.post(pages(place)[1], ALL)

    assert Enrolment.objects.get().work_status == ""


# --- What becomes of the answers --------------------------------------------------------------------------------


def test_they_are_told_among_ones_own_data(client, asked):
    place = enrolment()
    answer(place.participant, seeing="lot", schooling="higher", work="unsaid")

    told = json.loads(client.get(f"/i/{place.token}/mes-donnees.json").content)["background"]
    page = client.get(f"/i/{place.token}/mes-donnees/?langue=en")

    assert [row["answers"] for row in told] == [{"seeing": "lot", "schooling": "higher", "work": "unsaid"}]
    [[first, *others]] = page.context["background"]
    assert (first["key"], first["value"], len(others)) == (background.wording("en")["seeing"], "A lot of difficulty", 2)
    assert first["key"] in page.text
    assert client.get(f"/i/{place.token}/mes-donnees/?langue=ar").status_code == 200


@pytest.mark.parametrize(("first", "second"), [(0, 1), (1, 0)])
def test_of_two_records_of_one_person_the_later_answer_comes_first(first, second):
    records = [participant(), participant(given_name="Yasmina")]
    answer(records[first], seeing="none")
    answer(records[second], seeing="lot")

    merging.merge(*records, by=None, reason="x")

    assert [row["answers"]["seeing"] for row in own_data.background(records[0].records())] == ["lot", "none"]


def test_who_answered_in_one_record_is_not_asked_in_the_other(asked):
    survivor, absorbed = participant(), participant(given_name="Yasmina")
    answer(absorbed, seeing="lot")
    with translation.override("en"):
        assert background.is_open(survivor, today())
        made = merging.merge(survivor, absorbed, by=None, reason="x")
        assert not background.is_open(survivor, today())
        background.decline(survivor)
        assert kept() == ({"seeing": "lot"}, False)

        merging.undo(made, by=None)
        assert background.is_open(survivor, today())


@pytest.mark.parametrize("second", [True, False])
def test_answers_go_back_when_a_merge_was_wrong(second):
    survivor, absorbed = participant(), participant(given_name="Yasmina")
    answer(absorbed, seeing="lot")
    if second:
        answer(survivor, seeing="none")

    merging.undo(merging.merge(survivor, absorbed, by=None, reason="x"), by=None)

    told = [[row["answers"] for row in own_data.of(who)["background"]] for who in (absorbed, survivor)]
    assert told == [[{"seeing": "lot"}], [{"seeing": "none"}] if second else []]


def test_what_comes_in_while_records_are_merged_is_kept_with_the_one_that_stands():
    survivor, absorbed = participant(), participant(given_name="Yasmina")
    merging.merge(survivor, absorbed, by=None, reason="x")

    answer(absorbed, seeing="some")

    assert BackgroundAnswers.objects.get().participant == survivor
    assert consents.holds(survivor, consents.Purpose.BACKGROUND)


def test_they_are_erased_with_the_person_who_then_gives_no_others():
    place = enrolment()
    answer(place.participant, seeing="lot")

    erasure.erase(place.participant, by=None)

    assert kept() == ({}, True)
    with pytest.raises(EnrolmentRefused):
        answer(place.participant, seeing="none")
    with pytest.raises(Http404):
        taken(place, None, declines=True)


def test_only_the_pages_of_the_person_read_them():
    app = Path(background.__file__).parents[1]
    reading = {
        path.relative_to(app).as_posix()
        for path in app.rglob("*.py")
        if "BackgroundAnswers" in path.read_text() and path.parts[-2] not in ("tests", "migrations")
    }

    assert reading == {
        "models/__init__.py",
        "models/background.py",
        "services/background.py",
        "services/consents.py",
        "services/own_data.py",
    }
