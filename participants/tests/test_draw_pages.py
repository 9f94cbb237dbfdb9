"""What is published of a draw, and what the pages say before it."""

import re
import subprocess

import pytest
from django.utils import translation

from learningcity import clock
from learningcity.tests.factories import district
from programmes import wording

from ..models import Draw, Enrolment
from ..models.enrolments import State
from ..services import queue
from ..views import stories
from .factories import draft, enrolment
from .journey import SEND
from .lines import month_ahead
from .test_draw import ask, drawn, to_draw, together

pytestmark = pytest.mark.django_db


def page_of(client, group, language="fr"):
    return client.get(f"/{language}/groupes/{group.code}/tirage/")


@pytest.fixture
def group():
    """Four asked for two places and a line of one, two of them together, one of them from next door."""
    made = to_draw(allocation="priority_draw", priorities=["district", "first_time"], waiting_places=1)
    ask(made, 1, district=district())
    together(ask(made, 2))
    ask(made, 1)
    drawn(made)
    return made


# --- The page of a draw ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "direction"), [("fr", "ltr"), ("ar", "rtl")])
def test_the_list_is_there_with_class_lot_and_result_and_no_name(client, group, language, direction):
    page = page_of(client, group, language)

    assert f'<html lang="{language}" dir="{direction}"' in page.text
    assert page["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in page.text
    held = Draw.objects.get()
    assert held.seed in page.text
    assert [row["reference"] for row in page.context["rows"]] == held.order
    assert [row["rank"] for row in page.context["rows"]] == [1, 2, 3, 4]
    assert page.context["rows"][0]["number"] == 1
    for place in group.enrolments.select_related("participant"):
        assert place.reference in page.text
        assert place.token not in page.text
        assert place.participant.given_name not in page.text


def test_a_party_is_named_by_letters_that_open_nothing(client, group):
    party = group.enrolments.exclude(party=None).values_list("party", flat=True)[0]

    page = page_of(client, group)

    assert str(party) not in page.text
    assert party.hex not in page.text
    assert len({row["party"] for row in page.context["rows"] if row["party"]}) == 1


def test_the_line_for_the_shell_gives_the_lot_of_the_first(client, group):
    page = page_of(client, group)
    [told] = re.findall(r"printf [^<]*sha256sum", page.text)

    command = told.replace("&#x27;", "'")
    answer = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)

    assert answer.stdout.startswith(page.context["rows"][0]["lot"])


def test_the_lots_of_one_class_are_in_order(client):
    made = to_draw()
    ask(made, 12)
    drawn(made)

    lots = [row["lot"] for row in page_of(client, made).context["rows"]]

    assert lots == sorted(lots)


def test_the_result_is_that_of_the_draw_whatever_came_after(client, group):
    before = [row["state"] for row in page_of(client, group).context["rows"]]
    for place in group.enrolments.filter(state="enrolled"):
        queue.leave(place, by=None)

    assert [row["state"] for row in page_of(client, group).context["rows"]] == before


def test_before_the_draw_there_is_no_page(client):
    made = to_draw()
    ask(made, 1)

    assert page_of(client, made).status_code == 404
    assert client.get("/fr/groupes/NULLE-PART/tirage/").status_code == 404


def test_a_draw_of_nobody_says_so(client):
    made = to_draw()
    drawn(made)

    page = page_of(client, made)

    assert page.status_code == 200
    assert "sha256sum" not in page.text


def test_a_long_list_costs_no_more_statements(client, queries_of):
    costs = []
    for number in (1, 3, 12):
        made = to_draw()
        ask(made, number)
        drawn(made)
        page_of(client, made)
        costs.append(queries_of(page_of, client, made))

    assert costs[0] == costs[1] == costs[2] <= 2


# --- Before it ------------------------------------------------------------------------------------------------


def day_of(group, language):
    with translation.override(language):
        return stories.draw_day(group)


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_receipt_of_a_request_says_when_the_answer_comes(client, language):
    place = enrolment(to_draw())

    page = client.get(f"/i/{place.token}/?langue={language}")

    assert day_of(place.run, language) in page.context["story"].meaning
    assert page.context["story"].meaning in page.text
    assert "/tirage/" not in page.text
    assert f'href="/i/{place.token}/annuler/' in page.text


@pytest.mark.parametrize("state", ["enrolled", "waiting", "refused"])
def test_the_receipt_leads_to_the_draw_once_it_was_held(client, state):
    made = to_draw(capacity=1, waiting_places=1)
    ask(made, 3)
    drawn(made)
    place = made.enrolments.get(state=state)

    page = client.get(f"/i/{place.token}/?langue=fr")

    assert f'href="/fr/groupes/{made.code}/tirage/"' in page.text
    assert page.context["state"] == State(state)


def test_the_check_page_says_when_the_answer_comes_and_sends_a_request(client):
    made = to_draw()
    kept = draft(made)
    address = f"/fr/inscription/{made.code}/verifier/?d={kept.token}"

    page = client.get(address)
    assert day_of(made, "fr") in page.text
    assert 'name="wait"' not in page.text

    client.post(address, SEND)
    assert made.enrolments.get().state == "requested"


def test_the_check_page_of_other_groups_says_nothing_of_a_draw(client):
    made = month_ahead()
    page = client.get(f"/fr/inscription/{made.code}/verifier/?d={draft(made).token}")

    assert page.context["draw_day"] is None


def test_the_place_after_the_draw_is_offered_and_answered_by_the_usual_links(client):
    made = to_draw(capacity=1)
    ask(made, 2)
    drawn(made)
    queue.leave(made.enrolments.get(drawn_rank=1), by=None)
    place = Enrolment.objects.get(run=made, drawn_rank=2)

    assert client.get(f"/o/{place.token}/?langue=fr").context["is_open"]
    client.post(f"/o/{place.token}/?langue=fr", {"answer": "yes"})
    assert Enrolment.objects.get(pk=place.pk).state == "enrolled"


# --- The rule on the course page ------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_course_page_tells_the_rule_and_the_day(page, language):
    made = to_draw(allocation="priority_draw", priorities=["district"], capacity=5, desk_seats=2)

    text = page(f"/cours/{made.course.slug}/", language).text

    with translation.override(language):
        rule, kept = wording.giving_rules([made])
        assert wording.short_date(clock.local_day(made.enrolment_closes_at)) in rule
        assert made.venue.district.name in rule
    assert rule in text
    assert kept in text


def test_a_changed_rule_is_on_the_course_page_at_once(page):
    made = to_draw()
    before = page(f"/cours/{made.course.slug}/").text
    type(made).objects.filter(pk=made.pk).update(allocation="first_come")

    after = page(f"/cours/{made.course.slug}/").text

    assert "drawn by lot" in before
    assert "First come, first served." in after
