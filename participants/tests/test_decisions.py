"""Too few people for a group: who is told, and what becomes of whom when someone decides."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from learningcity import clock
from learningcity.models import AuditEntry
from learningcity.models.messages import OutboxMessage
from programmes.models import CourseRun, Membership
from programmes.services import runs
from programmes.tests.factories import course, member, organisation

from ..models import Enrolment
from ..services import decisions, families, invariants, queue
from ..tasks import alert_decisions
from .factories import enrolment, participant
from .lines import month_ahead

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
DAY = timedelta(days=1)
LOCK = re.compile(r'"programmes_courserun"\."id" = (\d+).* FOR UPDATE OF "programmes_courserun"')


@pytest.fixture
def officer():
    return member(Membership.Role.PROGRAMME_OFFICER)


def today():
    return clock.local_day(clock.now())


def few(**fields):
    """A group of five places that needs three people, decided on today."""
    return month_ahead(**{"capacity": 5, "min_people": 3, "decide_on": today()} | fields)


def pair(**fields):
    """The group of too few and another one of its course."""
    shared = course()
    return few(course=shared, label="A"), month_ahead(course=shared, label="B", **fields)


def someone(number=1, **fields):
    return participant(given_name=f"Nom {number}", phone=f"+2126123456{number:02}", **fields)


def states(group):
    return list(group.enrolments.order_by("sequence").values_list("state", flat=True))


def told():
    """{phone: [template]} of what is told from now on."""
    heard = {}
    for message in OutboxMessage.objects.exclude(state="cancelled").order_by("pk"):
        heard.setdefault(message.recipient, []).append(message.template)
    return heard


# --- The promise of a group ---------------------------------------------------------------------------------


@pytest.mark.parametrize("fields", [{"decide_on": None}, {"min_people": 0}])
def test_a_minimum_and_its_day_go_together(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        few(**fields)


def test_the_decision_comes_before_the_start():
    group = few()
    group.decide_on = group.starts_on

    with pytest.raises(ValidationError, match="a day before the start"):
        group.validate_constraints()


@pytest.mark.parametrize(
    ("days", "people", "is_short"), [(8, 0, False), (7, 0, True), (0, 2, True), (-3, 0, True), (0, 3, False)]
)
def test_who_schedules_it_sees_a_group_that_is_short_from_a_week_before(days, people, is_short):
    group = few(decide_on=today() + days * DAY)
    for number in range(people):
        enrolment(group, someone(number))

    found = list(decisions.short(CourseRun.objects.all(), today()))

    assert found == ([group] if is_short else [])
    assert [(each.coming, each.missing) for each in found] == ([(people, 3 - people)] if is_short else [])


@pytest.mark.parametrize("change", [{"decision": "cancelled"}, {"decision": "draft"}, {"decided_at": clock.now}])
def test_what_is_decided_or_not_announced_is_not_short(change):
    few(**{name: value() if callable(value) else value for name, value in change.items()})

    assert not decisions.short(CourseRun.objects.all(), today())


# --- The alert ----------------------------------------------------------------------------------------------


def test_its_managers_are_told_once_on_the_day(officer):
    ours = organisation()
    manager = member(Membership.Role.MANAGER, "Nadia", organisation=ours)
    member(Membership.Role.MANAGER, "Autre", organisation=organisation())
    few(course=course(organisation=ours))

    alert_decisions()
    alert_decisions()

    message = OutboxMessage.objects.get()
    assert (message.channel, message.recipient, message.template) == ("email", manager.email, "decision_due")
    assert "/decision/" in message.values["link"]


def test_without_a_manager_the_programme_officer_is_told(officer):
    few()

    alert_decisions()

    assert OutboxMessage.objects.get().recipient == officer.email


def test_nobody_is_told_before_the_day(officer):
    few(decide_on=today() + DAY)

    assert decisions.alert() == 0
    assert not OutboxMessage.objects.exists()


def test_nothing_is_cancelled_by_itself(officer):
    group = few(decide_on=today() - 5 * DAY)

    alert_decisions()

    assert CourseRun.objects.get(pk=group.pk).decision == "planned"


# --- Holding it anyway --------------------------------------------------------------------------------------


def test_it_is_held_anyway_and_who_said_so_is_kept(officer):
    group = few()
    enrolment(group, someone())

    decisions.hold(group, by=officer)

    group.refresh_from_db()
    assert (group.decided_by, group.decision, states(group)) == (officer, "planned", ["enrolled"])
    assert AuditEntry.objects.filter(action="hold group", by=officer).count() == 1
    assert not decisions.short(CourseRun.objects.all(), today())


def test_what_is_decided_is_decided(officer):
    group = few()
    decisions.hold(group, by=officer)

    with pytest.raises(decisions.DecisionRefused, match="decided"):
        decisions.call_off(group, by=officer, reason="Trop peu")
    with pytest.raises(runs.RunRefused, match="takes place"):
        runs.change(group, by=officer, min_people=4)


@pytest.mark.parametrize(
    "fields", [{"min_people": 0, "decide_on": None}, {"starts_on": -1, "decide_on": -3}, {"decision": "postponed"}]
)
def test_where_there_is_nothing_to_decide_nothing_is_decided(officer, fields):
    days = {name: today() + value * DAY for name, value in fields.items() if name.endswith("_on") and value}
    group = few(**fields | days)

    with pytest.raises(decisions.DecisionRefused):
        decisions.hold(group, by=officer)


# --- Not holding it -----------------------------------------------------------------------------------------


def test_people_move_as_long_as_there_are_seats_and_each_hears_once(officer):
    here, there = pair(capacity=1)
    first, second = (enrolment(here, someone(number)) for number in (1, 2))
    OutboxMessage.objects.all().delete()

    outcome = decisions.call_off(here, by=officer, reason="Trop peu", there=there)

    assert outcome == (1, 1)
    assert (states(here), states(there)) == (["transferred", "cancelled_by_city"], ["enrolled"])
    assert there.enrolments.get().participant == first.participant
    assert told() == {str(first.participant.phone): ["transferred"], str(second.participant.phone): ["run_cancelled"]}
    here.refresh_from_db()
    assert (here.decision, here.decided_by, here.seats_taken) == ("cancelled", officer, 0)
    assert invariants.breaches() == []


def test_without_another_group_everyone_is_shown_other_courses(officer):
    here = few()
    enrolment(here, someone())

    assert decisions.call_off(here, by=officer, reason="Trop peu") == (0, 1)
    assert states(here) == ["cancelled_by_city"]
    assert invariants.breaches() == []


def test_seats_come_before_the_line_and_no_freed_seat_is_offered_meanwhile(officer):
    here, there = pair(capacity=2)
    CourseRun.objects.filter(pk=here.pk).update(capacity=1, queue_paused=True)
    _seated, *waiting = (enrolment(here, someone(number)) for number in (1, 2, 3))
    runs.change(here, by=officer, capacity=3)
    OutboxMessage.objects.all().delete()

    decisions.call_off(here, by=officer, reason="Trop peu", there=there)

    assert states(here) == ["transferred", "transferred", "cancelled_by_city"]
    assert [each.participant for each in there.enrolments.order_by("sequence")][1] == waiting[0].participant
    assert all(len(heard) == 1 for heard in told().values())
    assert not here.events.filter(to_state="offered").exists()


def test_an_offer_that_has_not_left_yet_stays_unsaid(officer):
    here = few(capacity=3, min_people=3)
    places = [enrolment(here, someone(number)) for number in (1, 2, 3, 4)]
    queue.leave(places[0], by=None)
    OutboxMessage.objects.exclude(template="offered").delete()

    decisions.call_off(here, by=officer, reason="Trop peu")

    assert told()[str(places[3].participant.phone)] == ["run_cancelled"]


def test_who_does_not_fit_in_the_other_group_or_has_a_place_there_is_not_moved(officer):
    here, there = pair(capacity=5, women_only=True)
    enrolment(here, someone(1, sex="M"))
    both = someone(2)
    enrolment(here, both), enrolment(there, both)

    assert decisions.call_off(here, by=officer, reason="Trop peu", there=there) == (0, 2)
    assert states(there) == ["enrolled"]
    assert invariants.breaches() == []


def test_people_who_want_in_together_move_together_or_not_at_all(officer):
    here, there = pair(capacity=2)
    CourseRun.objects.filter(pk=here.pk).update(queue_paused=True, capacity=1)
    places = [enrolment(here, someone(number)) for number in (1, 2, 3)]
    CourseRun.objects.filter(pk=here.pk).update(capacity=2)
    families.stand_together(*(Enrolment.objects.get(pk=place.pk) for place in places[1:]))

    decisions.call_off(here, by=officer, reason="Trop peu", there=there)

    assert states(here) == ["transferred", "cancelled_by_city", "cancelled_by_city"]


def test_who_asks_for_a_place_in_a_draw_moves_too(officer):
    shared = course()
    here = few(course=shared, label="A", allocation="draw")
    there = month_ahead(course=shared, label="B")
    asking = enrolment(here, someone())
    assert asking.state == "requested"

    decisions.call_off(here, by=officer, reason="Trop peu", there=there)

    assert (states(here), states(there)) == (["transferred"], ["enrolled"])
    assert invariants.breaches() == []


def test_only_groups_of_the_course_with_a_free_place_and_open_enrolment_take_people():
    here, there = pair(capacity=1)
    month_ahead(label="C")
    month_ahead(course=here.course, label="D", allocation="draw")
    month_ahead(course=here.course, label="E", enrolment_opens_at=clock.now() + DAY)
    full = month_ahead(course=here.course, label="F", capacity=1)
    enrolment(full, someone())

    assert list(decisions.open_groups(here, clock.now())) == [there]
    assert Enrolment.objects.count() == 1


def test_groups_of_places_that_end_with_a_move_are_locked_by_number_too(officer):
    """Whoever locks the same groups in another order would wait for us as we wait for him."""
    left = enrolment(few(), someone())
    here, there = pair()
    place = enrolment(here, left.participant)
    Enrolment.objects.filter(pk=place.pk).update(replaces=[left.pk])

    with CaptureQueriesContext(connection) as asked:
        decisions.call_off(here, by=officer, reason="Trop peu", there=there)

    locks = [int(found[1]) for query in asked if (found := LOCK.search(query["sql"]))]
    assert list(dict.fromkeys(locks)) == sorted({left.run_id, here.pk, there.pk})
    assert Enrolment.objects.get(pk=left.pk).state == "cancelled_by_learner"
