"""Offers of a group that is postponed: they wait with it, and are made anew with its new dates."""

from datetime import time, timedelta

import pytest
from django.db.models.functions import Now

from learningcity import clock
from learningcity.models import Holiday, OutboxMessage
from programmes.models import CourseRun, Membership
from programmes.services import runs, scheduling
from programmes.tests.factories import member, today

from .. import tasks
from ..models import Enrolment
from ..services import hours, queue
from .factories import enrolment, participant
from .lines import let_pass, month_ahead, places_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken_in_the_end", "in_english")]


@pytest.fixture
def officer():
    return member(Membership.Role.PROGRAMME_OFFICER)


@pytest.fixture
def place(officer):
    """An offer of a group that is then postponed; someone waits behind."""
    group = month_ahead()
    [seated] = places_in(group, 1)
    place = enrolment(group, participant())
    places_in(group, 1)
    queue.leave(seated, by=None)
    send()
    runs.postpone(group, by=officer, reason="Travaux")
    place.refresh_from_db()
    return place


def plan_again(place, officer, *, days=60):
    first = today() + timedelta(days=days)
    rule = scheduling.Rule((first.isoweekday(),), time(9), time(10), first, 2)
    scheduling.plan(place.run, rule, by=officer)
    runs.announce(place.run, by=officer)
    place.refresh_from_db()


def send():
    OutboxMessage.objects.pending().update(state=OutboxMessage.State.SENT, sent_at=Now())


def told(state=OutboxMessage.State.PENDING, template="offered"):
    return OutboxMessage.objects.filter(template=template, state=state)


def states(group):
    return list(group.enrolments.order_by("sequence").values_list("state", flat=True))


def test_no_offer_ends_while_nobody_can_answer_it(place):
    let_pass(place)

    assert queue.sweep() == {"expired": 0, "mended": 0}
    tasks.sweep_run(place.run_id)

    assert states(place.run) == ["cancelled_by_learner", "offered", "waiting"]


def test_nobody_asks_for_its_end(place):
    Enrolment.objects.filter(pk=place.pk).update(answer_by=clock.now() + timedelta(seconds=30))

    assert queue.ending_soon() == []


def test_with_the_new_dates_there_is_a_new_time_to_answer(place, officer):
    let_pass(place)
    before = clock.now()

    plan_again(place, officer)

    assert place.offered_at >= before
    assert (
        place.answer_by
        == hours.window(
            place.offered_at, last=place.run.enrolment_closes_at, longest=timedelta(hours=48), shortest=queue.SHORTEST
        )[1]
    )
    assert queue.accept(place, by=None).state == "enrolled"


def test_it_is_told_once_more_with_the_new_end(place, officer):
    plan_again(place, officer)
    runs.announce(place.run, by=officer)

    message = told().get()
    assert message.values["answer_by"] == clock.local_day(place.answer_by).isoformat()
    assert message.next_try_at >= hours.next_moment(place.offered_at)


def test_a_group_that_is_postponed_twice_tells_it_twice(place, officer):
    plan_again(place, officer)
    send()

    runs.postpone(place.run, by=officer, reason="Encore")
    plan_again(place, officer, days=70)

    assert (told("sent").count(), told().count()) == (2, 1)


def test_what_has_not_left_by_then_stays_unsaid(officer):
    Holiday.objects.create(date=today(), name_fr="Fête")
    group = month_ahead()
    [seated] = places_in(group, 1)
    place = enrolment(group, participant())
    queue.leave(seated, by=None)
    assert told().count() == 1

    runs.postpone(group, by=officer, reason="Travaux")
    assert told().count() == 0
    plan_again(place, officer)
    assert told().count() == 1
    queue.leave(place, by=None)

    assert told().count() == 0, "nor is the second one said of a place that is given up"


def test_the_line_moves_with_the_new_dates(place, officer):
    queue.leave(place, by=None)
    assert states(place.run)[1:] == ["cancelled_by_learner", "waiting"]
    place.run.refresh_from_db()
    assert queue.hindrance(place.run, clock.now()) == "postponed"

    plan_again(place, officer)

    assert states(place.run)[2] == "offered"


def test_a_pause_of_the_line_ends_no_offer_that_was_made(place, officer):
    CourseRun.objects.filter(pk=place.run_id).update(queue_paused=True)
    let_pass(place)

    plan_again(place, officer)

    assert queue.accept(place, by=None).state == "enrolled"


def test_a_short_time_is_better_than_none(place, officer):
    let_pass(place)
    closes = hours.next_moment(clock.now()) + timedelta(hours=1)
    CourseRun.objects.filter(pk=place.run_id).update(enrolment_closes_at=closes)

    plan_again(place, officer)

    assert clock.now() < place.answer_by <= closes


def test_where_no_time_is_left_the_old_time_stands(place, officer):
    """Enrolment closes before anybody may be written to."""
    Holiday.objects.create(date=today(), name_fr="Fête")
    CourseRun.objects.filter(pk=place.run_id).update(enrolment_closes_at=clock.now() + timedelta(minutes=1))
    before = place.answer_by

    plan_again(place, officer)

    assert (place.state, place.answer_by) == ("offered", before)
    assert told().count() == 0


@pytest.mark.parametrize("page", ["i", "o"])
def test_the_pages_say_that_the_place_is_kept(client, place, page):
    let_pass(place)

    text = client.get(f"/{page}/{place.token}/?langue=en").text

    assert "A place is kept for you." in text
    assert "The time to answer has passed" not in text


def test_who_waits_is_not_told_that_it_is_over(client, place):
    waiting = place.run.enrolments.get(state="waiting")

    page = client.get(f"/i/{waiting.token}/?langue=en")

    assert not page.context["stands_still"]
    assert page.context["postponed"]
