from datetime import date, timedelta
from itertools import product

import pytest
from django.utils import translation
from django.utils.html import escape

from learningcity import clock
from learningcity.models import AuditEntry, OutboxMessage
from programmes.tests.factories import run, today

from ..forms import CheckForm
from ..models import Consent, Enrolment, Guardianship, Survey
from ..services import background, consents, merging, queue, surveys
from ..services.consents import Purpose
from .factories import enrolment, participant, person, registered

pytestmark = pytest.mark.django_db
SAID = {"by": None, "language": "fr", "channel": "online", "relation": ""}


def give(who, purpose=Purpose.FOLLOW_UP):
    consents.give(who, purpose, **SAID)


def withdraw(who, purpose=Purpose.FOLLOW_UP):
    consents.withdraw(who, purpose, **SAID)


def rows(purpose=Purpose.FOLLOW_UP):
    return list(Consent.objects.filter(purpose=purpose).order_by("pk").values_list("is_given", flat=True))


# --- What counts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("deeds", list(product([give, withdraw], repeat=3)))
def test_the_last_word_counts_and_every_word_is_kept(deeds):
    who = participant()
    assert (consents.holds(who, Purpose.FOLLOW_UP), consents.has_refused(who, Purpose.FOLLOW_UP)) == (False, False)

    kept = []
    for deed in deeds:
        deed(who)
        kept += [deed is give] if deed is give or kept[-1:] != [False] else []

    assert rows() == kept
    assert consents.holds(who, Purpose.FOLLOW_UP) == kept[-1]
    assert consents.has_refused(who, Purpose.FOLLOW_UP) != kept[-1]


def test_one_purpose_says_nothing_of_another_nor_one_person_of_another():
    who, other = participant(), participant(given_name="Sami")
    give(who, Purpose.BACKGROUND)
    give(other)

    withdraw(who)

    assert consents.holds(who, Purpose.BACKGROUND)
    assert consents.holds(other, Purpose.FOLLOW_UP)


def test_a_no_that_is_repeated_is_one_row_and_one_line_of_the_journal():
    who = participant()

    withdraw(who)
    withdraw(who)

    assert rows() == [False]
    assert AuditEntry.objects.get(action="withdraw consent").detail == {"purpose": "follow_up"}


def test_what_a_course_needs_is_not_withdrawn_by_itself():
    who = registered(person())

    with pytest.raises(consents.ConsentNeeded):
        withdraw(who, Purpose.COURSE_AND_STATISTICS)

    assert consents.holds(who, Purpose.COURSE_AND_STATISTICS)


@pytest.mark.parametrize("last", [0, 1])
def test_of_merged_records_the_last_word_of_either_counts(last):
    survivor, absorbed = participant(), participant(given_name="Yasmina")
    for who in [(survivor, absorbed), (absorbed, survivor)][last]:
        (give if who == survivor else withdraw)(who)
    merging.merge(survivor, absorbed, by=None, reason="x")

    assert consents.holds(survivor, Purpose.FOLLOW_UP) == bool(last)


def test_enrolling_says_who_acted_and_which_text_was_read():
    typed = person(birth_date=date(2015, 1, 1), birth_year=2015, guardian_name="Amina", relation="mother")

    registered(typed, channel="desk")

    row = Consent.objects.get()
    assert (row.purpose, row.relation, row.channel) == ("course", "mother", "desk")
    assert consents.TEXTS[row.purpose, row.text_version] == CheckForm.base_fields["consent"].label


@pytest.mark.parametrize(
    ("relations", "acting"),
    [
        ([], ""),
        (["mother"], "mother"),
        (["father", "mother"], ""),
        (["relative"], ""),
        (["relative", "father"], "father"),
    ],
)
def test_who_acts_is_told_when_it_is_certain(relations, acting):
    who = participant(birth_year=2016)
    for relation in relations:
        who.guardianships.create(guardian_name=relation, relation=relation)
    Guardianship.objects.create(participant=who, guardian_name="X", relation="guardian", revoked_at=clock.now())

    assert consents.acting_for(who) == acting


# --- What ends with it ------------------------------------------------------------------------------------------


def gone(who):
    """A place of hers in a group that ended yesterday."""
    place = enrolment(run(meetings=0), who)
    ended = today() - timedelta(days=1)
    Enrolment.objects.filter(pk=place.pk).update(state="completed", started_on=ended)
    type(place.run).objects.filter(pk=place.run_id).update(starts_on=ended, ends_on=ended)
    OutboxMessage.objects.all().delete()
    return place


def test_who_refuses_is_not_asked_what_she_thinks_until_she_allows_it_again():
    who = participant()
    gone(who)
    gone(participant(given_name="Sami"))

    withdraw(who)
    assert surveys.invite(at=clock.now()) == 1
    assert Survey.objects.get().enrolment.participant.given_name == "Sami"

    give(who)
    assert surveys.invite(at=clock.now()) == 1


@pytest.mark.parametrize("has_left", [True, False])
def test_a_question_that_has_not_left_is_not_sent(has_left):
    who = participant()
    gone(who)
    surveys.invite(at=clock.now())
    if has_left:
        OutboxMessage.objects.update(state="sent", sent_at=clock.now())

    withdraw(who)

    assert OutboxMessage.objects.get().state == ("sent" if has_left else "cancelled")


def test_answers_about_oneself_are_erased_at_once_and_not_asked_for_again():
    who = participant()
    background.answer(who, {"seeing": "lot", "work": ""}, **SAID)
    assert who.background.answers == {"seeing": "lot"}

    withdraw(who, Purpose.BACKGROUND)

    who.background.refresh_from_db()
    assert (who.background.answers, who.background.is_declined) == ({}, True)


# --- The page ---------------------------------------------------------------------------------------------------


def path(place, *parts, language="en"):
    return f"/i/{place.token}/mes-donnees/{'/'.join([*parts, ''])}?langue={language}"


def agreed(client, place, purpose):
    """What the page says of this purpose, or None."""
    told = client.get(path(place)).context["agreements"]
    return {each["purpose"]: each for each in told}.get(purpose)


@pytest.fixture
def place():
    return enrolment(run(), registered(person()))


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_each_agreement_stands_there_with_its_text_its_day_and_its_version(client, place, language):
    page = client.get(path(place, language=language))

    course, follow_up = page.context["agreements"]
    assert (course["said"][0]["version"], follow_up["said"]) == (consents.TEXT_VERSION, [])
    with translation.override(language):
        for text in (course["text"], course["said"][0]["on"], consents.TEXT_VERSION, course["effect"]):
            assert escape(str(text)) in page.text
    assert ('name="refuse" value="follow_up"' in page.text, 'value="course"' in page.text) == (True, False)


def test_it_says_who_acted(client):
    typed = person(birth_date=date(2015, 1, 1), birth_year=2015, guardian_name="Amina", relation="mother")
    place = enrolment(run(), registered(typed))

    client.post(path(place, "accord"), {"refuse": "follow_up"})

    said = [agreed(client, place, purpose)["said"][0]["relation"] for purpose in ("course", "follow_up")]
    assert said == [Guardianship.Relation.MOTHER.label] * 2
    assert list(Consent.objects.order_by("pk").values_list("relation", flat=True)) == ["mother", "mother"]


def test_a_no_and_a_yes_are_said_there(client, place):
    answer = client.post(path(place, "accord"), {"refuse": "follow_up"})
    assert answer["Location"] == path(place)
    assert 'name="allow" value="follow_up"' in client.get(path(place)).text

    client.post(path(place, "accord", language="ar"), {"allow": "follow_up"})
    assert rows() == [False, True]
    assert Consent.objects.order_by("-pk")[0].language == "ar"
    assert agreed(client, place, "follow_up")["may_refuse"]


@pytest.mark.parametrize(
    "sent", [{}, {"refuse": "course"}, {"refuse": "x"}, {"allow": "course"}, {"allow": "background"}]
)
def test_anything_else_changes_nothing(client, place, sent):
    before = Consent.objects.count()

    assert client.post(path(place, "accord"), sent)["Location"] == path(place)
    assert Consent.objects.count() == before


def test_the_consent_to_the_course_leads_to_the_place_first_and_then_to_erasing(client, place):
    before = agreed(client, place, "course")["effect"]
    assert f"/i/{place.token}/annuler/" in client.get(path(place)).text

    queue.leave(place, by=None)

    page = client.get(path(place)).text
    assert f"/i/{place.token}/annuler/" not in page
    assert f"/i/{place.token}/effacer/" in page
    assert agreed(client, place, "course")["effect"] != before


def test_answers_about_oneself_are_withdrawn_there(client, place):
    assert agreed(client, place, "background") is None
    background.answer(place.participant, {"seeing": "lot"}, **SAID)
    assert agreed(client, place, "background")["may_refuse"]

    client.post(path(place, "accord"), {"refuse": "background"})

    told = agreed(client, place, "background")
    assert ([said["given"] for said in told["said"]], told["may_refuse"]) == ([False, True], False)
    assert client.get(path(place)).context["background"] == []
