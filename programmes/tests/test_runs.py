from datetime import date, timedelta
from itertools import product

import pytest
from django.db import IntegrityError

from learningcity import clock
from learningcity.tests.factories import district

from ..models import CourseRun, Membership
from ..models.runs import RunStatus
from .factories import course, member, organisation, run, today, venue

pytestmark = pytest.mark.django_db
Decision = CourseRun.Decision
DAY = timedelta(days=1)


# --- The tag of a group -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "at", "status"),
    [
        ({"decision": Decision.CANCELLED}, 0, RunStatus.CANCELLED),
        ({"decision": Decision.POSTPONED}, 0, RunStatus.POSTPONED),
        ({"decision": Decision.DRAFT}, 0, RunStatus.DRAFT),
        ({}, -1, RunStatus.SOON),
        ({}, 0, RunStatus.OPEN),
        ({"seats_taken": 24}, 0, RunStatus.FEW),
        ({"seats_taken": 30}, 0, RunStatus.FULL_WAIT),
        ({"seats_taken": 25, "waiting_count": 3}, 0, RunStatus.FULL_WAIT),
        ({"seats_taken": 30, "waiting_count": 50}, 0, RunStatus.FULL),
        ({"seats_taken": 30, "waiting_places": 0}, 0, RunStatus.FULL),
        ({}, 10, RunStatus.CLOSED),
        ({}, 20, RunStatus.RUNNING),
        ({"seats_taken": 30}, 20, RunStatus.RUNNING),
        ({"decision": Decision.CANCELLED}, 90, RunStatus.CANCELLED),
        ({}, 60, RunStatus.RUNNING),
        ({}, 61, RunStatus.FINISHED),
    ],
)
def test_status_follows_from_seats_and_clock(changes, at, status):
    """Opens on day 0, closes on day 10, starts on day 20, ends on day 60."""
    noon = clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
    first = clock.local_day(noon)
    dates = {"enrolment_opens_at": noon, "enrolment_closes_at": noon + 10 * DAY}
    dates |= {"starts_on": first + 20 * DAY, "ends_on": first + 60 * DAY}
    group = CourseRun(capacity=30, **{"decision": Decision.PLANNED} | dates | changes)

    assert group.status(noon + at * DAY, first + at * DAY) == status


def test_group_that_enrols_while_it_runs_shows_its_places():
    group = run(starts_on=today() - DAY)

    assert group.status(clock.now(), today()) == RunStatus.OPEN


# --- Seats --------------------------------------------------------------------------------------------------


def test_seats_are_given_until_the_common_ones_are_gone():
    group = run(capacity=3, desk_seats=1)

    assert [group.take_seat() for _ in range(3)] == [True, True, False]
    group.refresh_from_db()
    assert (group.seats_taken, group.desk_taken, group.places_left) == (2, 0, 0)


def test_kept_seats_are_only_for_the_desk():
    group = run(capacity=3, desk_seats=1)

    assert [group.take_seat(kept=True) for _ in range(2)] == [True, False]
    assert [group.take_seat() for _ in range(3)] == [True, True, False]
    group.refresh_from_db()
    assert (group.seats_taken, group.desk_taken) == (3, 1)


def test_seat_taken_meanwhile_is_not_taken_twice():
    group = run(capacity=1)
    stale = CourseRun.objects.get(pk=group.pk)

    assert group.take_seat()
    assert not stale.take_seat()
    assert stale.seats_taken == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"capacity": 3, "seats_taken": 4},
        {"capacity": 3, "desk_seats": 4},
        {"desk_taken": 1},
        {"desk_seats": 2, "desk_taken": 1, "seats_taken": 0},
        {"ends_on": date(2020, 1, 1)},
        {"enrolment_closes_at": clock.datetime(2020, 1, 1, tzinfo=clock.CASABLANCA)},
    ],
)
def test_database_refuses_what_no_group_can_be(changes):
    with pytest.raises(IntegrityError):
        run(**changes)


def test_places_are_the_same_for_python_and_for_the_database():
    one_course, one_venue = course(), venue()
    dates = run(course=one_course, venue=one_venue, capacity=1)
    made = []
    for capacity, desk_seats, seats, desk, waiting in product([0, 1, 3], [0, 1, 3], [0, 1, 2, 3], [0, 1], [0, 1]):
        if desk_seats <= capacity >= seats and desk <= min(desk_seats, seats):
            made.append(
                CourseRun(
                    code=f"N{len(made)}",
                    course=one_course,
                    venue=one_venue,
                    capacity=capacity,
                    desk_seats=desk_seats,
                    seats_taken=seats,
                    desk_taken=desk,
                    waiting_count=waiting,
                    starts_on=dates.starts_on,
                    ends_on=dates.ends_on,
                    enrolment_opens_at=dates.enrolment_opens_at,
                    enrolment_closes_at=dates.enrolment_closes_at,
                )
            )
    CourseRun.objects.bulk_create(made)

    among = CourseRun.objects.filter(pk__in=[group.pk for group in made])
    by_database = set(among.with_places().values_list("code", flat=True))

    assert len(made) > 40
    assert by_database == {group.code for group in made if group.places_left > 0}
    assert 0 < len(by_database) < len(made)


# --- Lists --------------------------------------------------------------------------------------------------


def test_offer_holds_what_one_can_join_now_or_soon():
    now = clock.now()
    full = run(seats_taken=30, starts_on=today() + 20 * DAY)
    soon = run(enrolment_opens_at=now + DAY, starts_on=today() + 15 * DAY)
    late = run(starts_on=today() + 40 * DAY)
    run(decision=Decision.DRAFT)
    run(decision=Decision.CANCELLED)
    run(enrolment_closes_at=now - timedelta(hours=1))
    run(course=course(state="archived"))

    assert list(CourseRun.objects.on_offer(now).open_first(now)) == [late, soon, full]


def test_meetings_held_are_the_only_ones_that_count():
    group = run(meetings=3)
    held = group.meetings.first()
    held.state, held.held_minutes = "held", 90
    held.save()

    assert list(group.meetings.counted()) == [held]
    assert held.planned_minutes == 90


# --- Who sees whom ------------------------------------------------------------------------------------------


@pytest.fixture
def city():
    """Two groups: `here` of the association `ours` in Sidi Moumen, `there` of another one in Anfa."""
    ours = organisation()
    here = run(course=course(organisation=ours), venue=venue(district=district("Sidi Moumen")))
    there = run(venue=venue(district=district("Anfa", "أنفا")))
    return ours, here, there


def seen_by(user, day=None):
    return list(CourseRun.objects.visible_to(user, day or today()).order_by("pk"))


def test_programme_officer_sees_every_group(city):
    _ours, here, there = city
    assert seen_by(member(Membership.Role.PROGRAMME_OFFICER)) == [here, there]


def test_official_sees_no_group(city):
    assert seen_by(member(Membership.Role.OFFICIAL)) == []


def test_manager_sees_the_groups_of_the_organisation(city):
    ours, here, _there = city
    assert seen_by(member(Membership.Role.MANAGER, organisation=ours)) == [here]


def test_district_officer_sees_the_groups_of_the_district(city):
    _ours, _here, there = city
    assert seen_by(member(Membership.Role.DISTRICT_OFFICER, district=there.venue.district)) == [there]


def test_trainer_sees_the_groups_taught_wherever_they_are(city):
    ours, _here, there = city
    trainer = member(Membership.Role.TRAINER, organisation=ours)
    assert seen_by(trainer) == []

    there.trainers.add(trainer)
    assert seen_by(trainer) == [there]


def test_teaching_without_the_role_shows_nothing(city):
    _ours, here, _there = city
    former = member(Membership.Role.OFFICIAL)
    here.trainers.add(former)

    assert seen_by(former) == []


def test_two_roles_show_both_and_each_group_once(city):
    ours, here, there = city
    someone = member(Membership.Role.MANAGER, organisation=ours)
    Membership.objects.create(user=someone, role="district_officer", district=there.venue.district, since=today())
    Membership.objects.create(user=someone, role="district_officer", district=here.venue.district, since=today())

    assert seen_by(someone) == [here, there]


def test_role_counts_from_its_first_day_to_its_last(city):
    ours, here, _there = city
    someone = member(Membership.Role.MANAGER, organisation=ours)
    Membership.objects.update(since=date(2026, 3, 1), until=date(2026, 3, 31))

    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)]
    assert [seen_by(someone, day) for day in days] == [[], [here], [here], []]
