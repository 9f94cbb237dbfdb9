"""The days of a rule and what clashes, without writing."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import translation

from learningcity.models import Holiday

from ..models import Closure, Meeting, Membership
from ..services import timetable
from ..services.timetable import Rule, TimetableRefused, clashes, dates_of, notices, reasons, sketch
from .factories import meeting, member, room, run, venue

pytestmark = pytest.mark.django_db
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
SATURDAY, FRIDAY = date(2027, 5, 15), date(2027, 5, 14)


def rule(**fields):
    values = {"weekdays": (6,), "starts_at": time(10, 30), "ends_at": time(12), "first_day": SATURDAY, "times": 7}
    return Rule(**values | fields)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def trainer():
    return member(Membership.Role.TRAINER)


def days(asked, place=None):
    return [day for day, _reason in dates_of(asked, place or venue())]


# --- The days of a rule -------------------------------------------------------------------------------------


def test_seven_times_every_saturday():
    assert days(rule()) == [SATURDAY + week * WEEK for week in range(7)]


def test_the_first_is_on_the_first_such_weekday():
    assert days(rule(first_day=date(2027, 5, 12), times=1)) == [SATURDAY]


def test_two_weekdays_take_turns():
    assert days(rule(weekdays=(6, 3), times=3)) == [SATURDAY, date(2027, 5, 19), date(2027, 5, 22)]


@pytest.mark.parametrize("first_day", [date(2027, 5, 9), date(2027, 5, 12), SATURDAY])
def test_every_second_week_counts_from_the_first_meeting(first_day):
    assert days(rule(first_day=first_day, every=2, times=3)) == [SATURDAY, SATURDAY + 2 * WEEK, SATURDAY + 4 * WEEK]


@pytest.mark.parametrize(
    ("first_day", "times", "last"),
    [
        (date(2028, 2, 22), 2, date(2028, 2, 29)),
        (date(2026, 12, 29), 2, date(2027, 1, 5)),
        (date(2026, 9, 15), 2, date(2026, 9, 22)),  # the clock went back on the 20th
    ],
)
def test_a_week_is_seven_local_days(first_day, times, last):
    assert days(rule(weekdays=(2,), first_day=first_day, times=times))[-1] == last


@pytest.mark.parametrize("wrong", [{"weekdays": ()}, {"weekdays": (0,)}, {"times": 0}, {"every": 0}])
def test_a_rule_that_means_nothing_is_an_error(wrong):
    with pytest.raises(ValueError, match="Not a rule"):
        rule(**wrong)


# --- Days off -----------------------------------------------------------------------------------------------


def test_a_holiday_is_skipped_and_another_day_follows():
    Holiday.objects.create(date=SATURDAY + WEEK, name_fr="Fête du travail", name_en="Labour Day")

    found = dates_of(rule(), venue())

    assert found[1] == (SATURDAY + WEEK, "Labour Day")
    assert found[-1] == (SATURDAY + 7 * WEEK, "")
    assert sum(not reason for _day, reason in found) == 7


def test_a_provisional_holiday_counts_and_says_so():
    Holiday.objects.create(date=SATURDAY, name_fr="Aïd", name_en="Eid", is_provisional=True)

    assert dates_of(rule(times=1), venue())[0][1] == "Eid (date to be confirmed)"


def test_a_closure_is_of_one_place():
    closed, other = venue(), venue()
    Closure.objects.create(venue=closed, first_day=SATURDAY - DAY, last_day=SATURDAY + WEEK, reason="Travaux")

    assert [reason for _day, reason in dates_of(rule(times=1), closed)] == ["Travaux", "Travaux", ""]
    assert dates_of(rule(times=1), other) == [(SATURDAY, "")]


def test_a_place_closed_for_years_is_refused():
    closed = venue()
    Closure.objects.create(venue=closed, first_day=SATURDAY + WEEK, last_day=SATURDAY + 200 * WEEK, reason="Travaux")

    with pytest.raises(TimetableRefused, match="Only 1 meeting "):
        dates_of(rule(), closed)


def test_the_days_of_a_rule_take_two_statements(queries_of):
    place = venue()
    assert queries_of(dates_of, rule(), place) == queries_of(dates_of, rule(times=40), place) == 2


def test_a_skipped_meeting_remembers_its_reason_and_shows_it_in_the_language_of_the_reader():
    Holiday.objects.create(date=SATURDAY, name_fr="Fête du travail", name_en="Labour Day", name_ar="عيد الشغل")
    group = run(meetings=0)
    Closure.objects.create(venue=group.venue, first_day=SATURDAY + WEEK, last_day=SATURDAY + WEEK, reason="Travaux")

    first, second, third = sketch(group, rule(times=1))
    Meeting.objects.bulk_create([first, second, third])

    assert [each.state for each in (first, second, third)] == ["skipped", "skipped", "planned"]
    assert (first.reason, second.reason) == ("Fête du travail", "Travaux")
    with translation.override("ar"):
        assert reasons([first, second, third]) == {first.pk: "عيد الشغل", second.pk: "Travaux"}


# --- Clashes ------------------------------------------------------------------------------------------------


def wish(group=None, **fields):
    """A meeting of another group that nobody saved, Saturday 10:30 to 12:00 unless told otherwise."""
    values = {"date": SATURDAY, "starts_at": time(10, 30), "ends_at": time(12)}
    asked = Meeting(run=group or run(meetings=0), **values | fields)
    asked.buffer_minutes = asked.room.buffer_minutes if asked.room else 0
    return asked


def kinds(*wishes):
    return [clash.kind for clash in clashes(wishes)]


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "buffer", "found"),
    [
        (time(10, 30), time(12), 0, ["room"]),
        (time(11, 59), time(13), 0, ["room"]),
        (time(9), time(10, 31), 0, ["room"]),
        (time(12), time(13), 0, []),
        (time(9), time(10, 30), 0, []),
        (time(12), time(13), 15, ["buffer"]),
        (time(12, 14), time(13), 15, ["buffer"]),
        (time(12, 15), time(13), 15, []),
        (time(9), time(10, 20), 15, ["buffer"]),
        (time(9), time(10, 15), 15, []),
    ],
)
def test_two_groups_in_one_room(starts_at, ends_at, buffer, found):
    hall = room(buffer_minutes=buffer)
    meeting(run(meetings=0), date=SATURDAY, room=hall, buffer_minutes=buffer)

    assert kinds(wish(room=hall, starts_at=starts_at, ends_at=ends_at)) == found


@pytest.mark.parametrize("state", ["cancelled", "skipped"])
def test_a_meeting_that_does_not_take_place_keeps_no_room(state):
    hall = room()
    meeting(run(meetings=0), date=SATURDAY, room=hall, state=state)

    assert kinds(wish(room=hall)) == []


def test_a_buffer_keeps_the_room_and_not_the_trainer(trainer):
    hall = room(buffer_minutes=30)
    meeting(run(meetings=0), date=SATURDAY, room=hall, buffer_minutes=30, trainer=trainer)

    assert kinds(wish(trainer=trainer, starts_at=time(12), ends_at=time(13))) == []
    assert kinds(wish(trainer=trainer, starts_at=time(11), ends_at=time(13))) == ["trainer"]


def test_a_buffer_reaches_into_the_next_day():
    hall = room(buffer_minutes=90)
    meeting(run(meetings=0), date=SATURDAY, starts_at=time(22), ends_at=time(23), room=hall, buffer_minutes=90)

    assert kinds(wish(room=hall, date=SATURDAY + DAY, starts_at=time(0, 15), ends_at=time(1))) == ["buffer"]


def test_a_group_meets_once_at_a_time_and_remembers_what_was_cancelled():
    group = run(meetings=0)
    meeting(group, date=SATURDAY)
    meeting(group, date=SATURDAY + DAY, state="cancelled")

    assert kinds(wish(group, starts_at=time(11), ends_at=time(13))) == ["group"]
    assert kinds(wish(group, date=SATURDAY + DAY)) == ["group"]
    assert kinds(wish(group, date=SATURDAY + DAY, starts_at=time(11), ends_at=time(13))) == []


def test_wishes_clash_with_each_other_and_not_with_themselves():
    hall = room()
    saved = meeting(run(meetings=0), date=SATURDAY, room=hall)

    assert kinds(saved) == []
    assert kinds(wish(room=hall, date=SATURDAY + DAY), wish(room=hall, date=SATURDAY + DAY)) == ["room"]


def test_the_sentence_names_room_day_hours_and_group(trainer):
    hall = room(name_fr="Salle 1", name_en="Room 1", buffer_minutes=15)
    group = run(meetings=0)
    meeting(group, date=SATURDAY, room=hall, buffer_minutes=15, trainer=trainer)

    by_room, by_trainer = clashes([wish(room=hall, trainer=trainer)])
    [by_buffer] = clashes([wish(room=hall, starts_at=time(12), ends_at=time(13))])

    assert by_room.sentence == f"Room 1 is taken on Saturday 15 May, 10:30 to 12:00, by {group}."
    assert by_trainer.sentence == f"{trainer} already teaches on Saturday 15 May, 10:30 to 12:00: {group}."
    assert "(15 min)" in by_buffer.sentence
    assert by_room.parts["room"] == "Room 1"


def test_clashes_take_one_statement_however_many_meetings(queries_of):
    hall = room()
    group, other = run(meetings=0), run(meetings=0)
    for week in range(4):
        meeting(other, date=SATURDAY + week * WEEK, room=hall)

    def sentences(number):
        wishes = [wish(group, room=hall, date=SATURDAY + week * WEEK) for week in range(number)]
        assert len([clash.sentence for clash in clashes(wishes)]) == number

    assert queries_of(sentences, 1) == queries_of(sentences, 4) == 1


# --- A second look ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "starts_at", "ends_at", "crosses"),
    [
        (FRIDAY, time(10, 30), time(12), False),
        (FRIDAY, time(10, 30), time(12, 1), True),
        (FRIDAY, time(14, 59), time(16), True),
        (FRIDAY, time(15), time(16), False),
        (SATURDAY, time(12), time(15), False),
    ],
)
def test_friday_midday_is_said_and_stops_nobody(day, starts_at, ends_at, crosses):
    asked = wish(date=day, starts_at=starts_at, ends_at=ends_at)

    assert [notice.kind for notice in notices([asked])] == ["friday"] * crosses
    assert kinds(asked) == []


def test_a_meeting_on_a_day_off_deserves_a_second_look():
    Holiday.objects.create(date=SATURDAY, name_fr="Fête", name_en="Feast")
    group = run(meetings=0)
    Closure.objects.create(venue=group.venue, first_day=SATURDAY + DAY, last_day=SATURDAY + DAY, reason="Travaux")

    found = notices([wish(group), wish(group, date=SATURDAY + DAY), wish(group, date=SATURDAY + 2 * DAY)])

    assert [notice.kind for notice in found] == ["holiday", "closure"]
    assert "Feast" in found[0].sentence
    assert notices([]) == []


@pytest.mark.parametrize(("month", "hour"), [(8, 13), (12, 12)])
def test_the_local_time_is_that_of_casablanca_on_both_sides_of_the_change_of_law(month, hour):
    assert timetable.local(datetime(2026, month, 1, 12, tzinfo=UTC)) == datetime(2026, month, 1, hour)
