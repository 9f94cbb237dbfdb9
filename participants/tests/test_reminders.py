"""Who is reminded on the day before, when, and in how many words."""

from datetime import date, time, timedelta

import pytest

from learningcity import clock
from learningcity.models import Holiday, OutboxMessage
from learningcity.services import delivery
from learningcity.services.wording import text_of
from learningcity.tests.outbox import Provider
from programmes.models import CourseRun, Meeting
from programmes.services import scheduling
from programmes.tests.factories import course, meeting, run, venue

from .. import tasks
from ..models import Enrolment, Guardianship
from ..services import hours, queue, reminders
from .factories import enrolment, participant

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FRIDAY = 5


def coming(weekday, *, weeks=2):
    """The first day of this name after so many weeks."""
    day = clock.local_day(clock.now()) + timedelta(weeks=weeks)
    return next(day + DAY * number for number in range(7) if (day + DAY * number).isoweekday() == weekday)


@pytest.fixture
def thursday():
    return coming(4)


def someone(**fields):
    return participant(**{"language": "en"} | fields)


def seat(day, who=None, **fields):
    """A place in a group that meets at 10:30 on this day and a week later; what was told until now is forgotten."""
    place = enrolment(run(starts_on=day, meetings=2, **fields), who or someone())
    OutboxMessage.objects.exclude(template="reminder").delete()
    return place


def remind(day, hour=10, minute=0):
    """As the clock strikes on the day before; the people who are told, by the key of their message."""
    reminders.remind(at=hours.instant(day - DAY, time(hour, minute)))
    return [message.dedupe_key for message in OutboxMessage.objects.order_by("pk")]


def key(day, who):
    return f"reminder:{day}:{who.participant_id}"


def only():
    return OutboxMessage.objects.get()


# --- Whom -------------------------------------------------------------------------------------------------------


def test_who_has_a_meeting_tomorrow_is_told_hour_and_place(thursday):
    place = seat(thursday, venue=venue(name_en="Attacharouk"), course=course(title_en="Sewing"))

    assert remind(thursday) == [key(thursday, place)]

    text = text_of(only())
    assert text.startswith("Reminder: Sewing, Thursday")
    assert "10:30, Attacharouk" in text
    assert place.token in text


def test_nobody_is_told_twice_however_often_it_runs(thursday):
    seat(thursday)
    for hour in (10, 11, 12, 18):
        remind(thursday, hour)
    only()


def test_nobody_is_told_twice_once_it_has_left(thursday, settings, monkeypatch):
    settings.SMS_PROVIDER = "learningcity.tests.outbox.Provider"
    monkeypatch.setattr(Provider, "sent", [])
    seat(thursday)
    remind(thursday)
    OutboxMessage.objects.update(next_try_at=clock.now())
    delivery.deliver(only().pk)
    remind(thursday, 11)
    assert (only().state, len(Provider.sent)) == ("sent", 1)


@pytest.mark.parametrize("days", [-1, 1, 6, 8])
def test_meetings_of_other_days_wait_for_theirs(thursday, days):
    seat(thursday)
    assert remind(thursday + DAY * days) == []


def test_each_meeting_has_its_reminder(thursday):
    place, after = seat(thursday), thursday + timedelta(weeks=1)
    remind(thursday)
    assert remind(after) == [key(thursday, place), key(after, place)]


def test_several_groups_of_one_person_are_one_message_about_the_first(thursday):
    who = someone()
    seat(thursday, who, course=course(title_en="Late"))
    early = seat(thursday, who, course=course(title_en="Early"))
    Meeting.objects.filter(run=early.run).update(starts_at=time(9, 30))

    remind(thursday)

    assert text_of(only()).startswith("Reminder: Early")
    assert "9:30" in text_of(only())


def test_two_meetings_of_a_day_are_one_message(thursday):
    place = seat(thursday)
    meeting(place.run, date=thursday, starts_at=time(14), ends_at=time(15))
    remind(thursday)
    assert only().values["time"] == "10:30"


@pytest.mark.parametrize("state", ["cancelled", "skipped"])
def test_a_meeting_that_does_not_take_place_is_not_recalled(thursday, state):
    place = seat(thursday)
    Meeting.objects.filter(run=place.run, date=thursday).update(state=state)
    assert remind(thursday) == []


def test_a_moved_meeting_is_recalled_on_its_new_day(thursday):
    place = seat(thursday)
    place.run.meetings.filter(date=thursday).update(date=thursday + DAY, moved_from=thursday, state="moved")
    assert remind(thursday) == []
    assert remind(thursday + DAY) == [key(thursday + DAY, place)]


@pytest.mark.parametrize("decision", ["draft", "postponed", "cancelled"])
def test_a_group_that_is_not_planned_has_no_reminders(thursday, decision):
    place = seat(thursday)
    CourseRun.objects.filter(pk=place.run_id).update(decision=decision)
    assert remind(thursday) == []


@pytest.mark.parametrize("state", ["requested", "waiting", "offered", "cancelled_by_learner", "dropped_out"])
def test_who_has_no_confirmed_place_is_not_told(thursday, state):
    place = seat(thursday)
    Enrolment.objects.filter(pk=place.pk).update(state=state)
    assert remind(thursday) == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [({"channel": "whatsapp"}, 1), ({"channel": "none"}, 0), ({"channel": "call"}, 0), ({"phone": ""}, 0)],
)
def test_who_wants_no_text_message_gets_none(thursday, fields, told):
    seat(thursday, someone(**fields))
    assert len(remind(thursday)) == told


# --- How ----------------------------------------------------------------------------------------------------------


def test_a_sensitive_course_is_not_named(thursday):
    seat(thursday, course=course(title_en="Secret", is_sensitive=True))
    remind(thursday)
    assert text_of(only()).startswith("Reminder: your course")


def test_children_and_people_who_share_a_phone_are_called_by_their_names(thursday):
    child = someone(given_name="Sara", phone="+212600000001")
    Guardianship.objects.create(participant=child, guardian_name="Amina", relation="mother")
    for who in (child, someone(given_name="Adam"), someone(given_name="Ali"), someone(phone="+212600000002")):
        seat(thursday, who)
    remind(thursday)
    names = [message.values["first_name"] for message in OutboxMessage.objects.order_by("pk")]
    assert sorted(names) == ["", "Adam", "Ali", "Sara"]


def test_the_number_of_statements_does_not_grow_with_the_people(thursday, queries_of):
    at = hours.instant(thursday - DAY, time(10))
    seat(thursday)
    few = queries_of(reminders.remind, at=at)
    for number in range(5):
        seat(thursday, someone(given_name=f"Nom {number}", phone=f"+21260000000{number}"))
    assert queries_of(reminders.remind, at=at) == few
    assert OutboxMessage.objects.count() == 6


# --- When ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hour", "minute", "told"), [(9, 59, 0), (10, 0, 1), (18, 59, 1), (19, 0, 0), (23, 0, 0)])
def test_it_is_told_by_day_and_not_before_ten(thursday, hour, minute, told):
    seat(thursday)
    assert len(remind(thursday, hour, minute)) == told


def test_it_leaves_at_once_when_the_hour_is_good(thursday):
    seat(thursday)
    remind(thursday, 14)
    assert only().next_try_at == hours.instant(thursday - DAY, time(14))


def test_on_a_friday_noon_it_waits_for_the_afternoon():
    saturday = coming(6)
    seat(saturday)
    remind(saturday, 13)
    assert only().next_try_at == hours.instant(saturday - DAY, time(15))


def holiday(day: date):
    Holiday.objects.create(date=day, name_fr="Fête")


def test_on_a_holiday_it_waits_for_the_morning_of_the_meeting(thursday):
    holiday(thursday - DAY)
    seat(thursday)
    remind(thursday)
    assert only().next_try_at == hours.instant(thursday, time(9))


@pytest.mark.parametrize("starts_at", [time(8), time(9)])
def test_what_would_leave_after_the_meeting_has_started_is_left_out(thursday, starts_at):
    holiday(thursday - DAY)
    early, later = seat(thursday), seat(thursday, someone(phone="+212600000001"))
    Meeting.objects.filter(run=early.run).update(starts_at=starts_at)
    assert remind(thursday) == [key(thursday, later)]


def test_what_waits_knows_what_has_changed_since(thursday):
    holiday(thursday - DAY)
    gone, moved = seat(thursday), seat(thursday, someone(phone="+212600000001"))
    assert len(remind(thursday)) == 2
    queue.leave(gone, by=None)
    Meeting.objects.filter(run=moved.run).update(starts_at=time(11))
    OutboxMessage.objects.exclude(template="reminder").delete()

    assert remind(thursday, 11) == [key(thursday, moved)]
    assert only().values["time"] == "11:00"


def test_what_changes_after_the_last_round_reaches_what_waits_for_the_morning(thursday):
    holiday(thursday - DAY)
    moved, off, gone = (seat(thursday, someone(phone=f"+21260000000{number}")) for number in range(3))
    remind(thursday, 18)
    leaves = {row.next_try_at for row in OutboxMessage.objects.all()}

    scheduling.move(moved.run.meetings.first(), starts_at=time(16), ends_at=time(17), by=None)
    scheduling.cancel(off.run.meetings.first(), by=None, reason="Panne")
    queue.leave(gone, by=None)

    waiting = OutboxMessage.objects.get(template="reminder")
    assert (waiting.dedupe_key, waiting.values["time"]) == (key(thursday, moved), "16:00")
    assert {waiting.next_try_at} == leaves


def test_what_is_on_its_way_is_not_written_anew(thursday):
    seat(thursday)
    remind(thursday)
    OutboxMessage.objects.update(attempts=1)
    before = only().pk
    remind(thursday, 11)
    assert only().pk == before


@pytest.mark.parametrize(
    ("change", "state"),
    [
        (lambda place: None, "sent"),
        (lambda place: Enrolment.objects.update(state="cancelled_by_learner"), "cancelled"),
        (lambda place: CourseRun.objects.update(decision="postponed"), "cancelled"),
        (lambda place: Meeting.objects.update(state="cancelled"), "cancelled"),
        (lambda place: Meeting.objects.update(starts_at=time(11)), "cancelled"),
    ],
)
def test_what_is_no_longer_true_when_it_leaves_stays(thursday, change, state):
    place = seat(thursday)
    remind(thursday)
    change(place)
    OutboxMessage.objects.update(next_try_at=clock.now())
    delivery.deliver(only().pk)
    assert only().state == state


def test_the_task_asks_the_clock(thursday, monkeypatch):
    place = seat(thursday)
    monkeypatch.setattr(clock, "now", lambda: hours.instant(thursday - DAY, time(10)))
    tasks.remind()
    assert only().dedupe_key == key(thursday, place)
