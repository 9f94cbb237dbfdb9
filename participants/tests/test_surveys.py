from datetime import timedelta

import pytest

from learningcity import clock
from learningcity.models import OutboxMessage
from programmes.tests.factories import course, run, today

from ..models import Enrolment, Survey
from ..services import erasure, own_data, surveys
from .factories import enrolment, participant

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def gone(days, *, state="completed", started=True, who=None, **fields):
    """Someone whose group ended so many days ago."""
    place = enrolment(run(meetings=0, **fields), who)
    ended = today() - days * DAY
    Enrolment.objects.filter(pk=place.pk).update(state=state, started_on=ended - 9 * DAY if started else None)
    type(place.run).objects.filter(pk=place.run_id).update(starts_on=ended - 9 * DAY, ends_on=ended)
    OutboxMessage.objects.all().delete()
    return place


def invite():
    return surveys.invite(at=clock.now())


@pytest.mark.parametrize(
    ("days", "kinds"),
    [
        (0, []),
        (1, ["satisfaction"]),
        (15, ["satisfaction"]),
        (16, []),
        (182, []),
        (183, ["followup_6m"]),
        (197, ["followup_6m"]),
        (198, []),
    ],
)
def test_people_are_asked_the_day_after_and_half_a_year_later(days, kinds):
    gone(days)

    assert invite() == len(kinds)
    assert list(Survey.objects.values_list("kind", flat=True)) == kinds


@pytest.mark.parametrize("change", [{"started": False}, {"state": "cancelled_by_learner"}, {"state": "waiting"}])
def test_who_never_came_is_not_asked(change):
    gone(1, **change)

    assert invite() == 0


def test_a_child_for_whom_nobody_acts_is_not_asked():
    child = participant(birth_year=today().year - 12)
    gone(1, who=child)
    assert invite() == 0

    child.guardianships.create(guardian_name="Amina", relation="mother")
    assert invite() == 1


def test_nobody_is_asked_twice_and_the_message_leaves_by_day():
    place = gone(1)

    assert (invite(), invite()) == (1, 0)
    message = OutboxMessage.objects.get()
    assert (message.template, message.values["link"].endswith(f"/i/{place.token}/avis/")) == ("survey_end", True)
    assert message.next_try_at.astimezone(clock.CASABLANCA).hour in range(9, 19)


def test_a_sensitive_course_is_not_named_and_who_wants_no_message_gets_none():
    gone(1, course=course(is_sensitive=True))
    gone(1, who=participant(channel="none", given_name="Autre"))

    assert invite() == 2
    assert [message.values["course"] for message in OutboxMessage.objects.all()] == [None]


def test_who_was_erased_is_not_asked():
    erasure.erase(gone(1).participant, by=None)

    assert invite() == 0


# --- The page ---------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(client):
    place = gone(1)
    invite()
    return f"/i/{place.token}/avis/?langue=fr"


def test_an_opinion_is_given_once(client, asked):
    first = {"useful": "yes", "recommend": "partly", "words": "Très bien"}

    assert client.post(asked, first).status_code == 302
    client.post(asked, first | {"useful": "no"})

    survey = Survey.objects.get()
    assert (survey.answers, survey.answered_on) == (first, today())
    assert "<form" not in client.get(asked).text.partition("<main")[2].partition("</main")[0]


@pytest.mark.parametrize("sent", [{}, {"useful": "yes"}, {"useful": "x", "recommend": "yes"}])
def test_what_is_missing_is_asked_for_and_nothing_is_kept(client, asked, sent):
    assert client.post(asked, sent).status_code == 422
    assert Survey.objects.get().answered_on is None


def test_half_a_year_later_other_things_are_asked(client):
    place = gone(183)
    invite()

    page = client.get(f"/i/{place.token}/avis/")
    client.post(f"/i/{place.token}/avis/", {"situation": "work", "helped": "yes"})

    assert list(page.context["form"].fields) == ["situation", "helped", "words"]
    assert Survey.objects.get().answers["situation"] == "work"


def test_the_receipt_leads_there_until_it_is_answered(client, asked):
    receipt = asked.replace("avis/", "")
    assert "/avis/" in client.get(receipt).text

    client.post(asked, {"useful": "yes", "recommend": "yes", "words": "Un avis"})

    assert "/avis/" not in client.get(receipt).text
    assert "Un avis" in client.get(receipt.replace("?", "mes-donnees/?")).text


def test_who_was_not_asked_finds_no_page(client):
    assert client.get(f"/i/{enrolment().token}/avis/").status_code == 404


def test_words_are_forgotten_with_the_person_and_choices_stay(client, asked):
    client.post(asked, {"useful": "yes", "recommend": "yes", "words": "Yasmine était là"})
    person = Survey.objects.get().enrolment.participant
    [place] = own_data.of(person)["enrolments"]
    assert place["surveys"][0]["answers"]["words"] == "Yasmine était là"

    erasure.erase(person, by=None)

    assert Survey.objects.get().answers == {"useful": "yes", "recommend": "yes", "words": ""}
