"""What the people of a group are told when its timetable changes, and what becomes of their places."""

from datetime import time, timedelta

import pytest

from learningcity import clock
from learningcity.models import OutboxMessage
from learningcity.services.wording import text_of
from programmes.models import CourseRun, Membership
from programmes.services import runs, scheduling
from programmes.tests.factories import course, member, room, run, today, venue

from ..models import Enrolment, EnrolmentEvent
from ..models.enrolments import State
from ..services import ledger
from ..services.queue import leave
from .factories import enrolment, participant
from .lines import month_ahead, places_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken_in_the_end")]
DAY, WEEK, HOUR = timedelta(days=1), timedelta(weeks=1), timedelta(hours=1)


@pytest.fixture
def officer():
    return member(Membership.Role.PROGRAMME_OFFICER)


def group_with(*people, meetings=3, **fields):
    """A group in which these people have a place; what they were told until now is forgotten."""
    group = run(meetings=meetings, **fields)
    for person in people:
        enrolment(group, person)
    OutboxMessage.objects.all().delete()
    return group


def someone(**fields):
    return participant(**{"language": "en"} | fields)


def templates():
    return list(OutboxMessage.objects.order_by("pk").values_list("template", flat=True))


def only_text():
    return text_of(OutboxMessage.objects.get())


# --- One meeting --------------------------------------------------------------------------------------------


def test_a_moved_meeting_is_told_with_old_day_new_day_hour_and_place(officer):
    group = group_with(someone(), venue=venue(name_en="Attacharouk"), course=course(title_en="Sewing"))
    one = group.meetings.first()

    scheduling.move(one, date=one.date + DAY, by=officer, reason="Salle fermée")

    assert templates() == ["meeting_moved"]
    values = OutboxMessage.objects.get().values
    assert (values["from_date"], values["date"]) == (one.date.isoformat(), (one.date + DAY).isoformat())
    assert all(word in only_text() for word in ["Sewing", "10:30", "Attacharouk", "/i/"])


@pytest.mark.parametrize(
    ("act", "template"),
    [
        (lambda one, by: scheduling.cancel(one, by=by, reason="Formatrice malade"), "meeting_cancelled"),
        (lambda one, by: scheduling.skip([one], by=by, reason="Travaux"), "meeting_cancelled"),
        (lambda one, by: scheduling.retime([one], shift=HOUR, by=by), "meeting_hours"),
    ],
)
def test_each_kind_of_change_has_its_words(officer, act, template):
    group = group_with(someone())

    act(group.meetings.first(), officer)

    assert templates() == [template]


def test_a_meeting_taken_up_again_is_told(officer):
    group = group_with(someone())
    one = scheduling.cancel(group.meetings.first(), by=officer, reason="")

    scheduling.take_up(one, by=officer)

    assert templates() == ["meeting_cancelled", "meeting_on"]


def test_the_same_change_twice_is_told_once_and_a_second_change_again(officer):
    group = group_with(someone())
    one = group.meetings.first()

    for _ in range(2):
        scheduling.move(one, date=one.date + DAY, by=officer)
    assert len(templates()) == 1
    one.refresh_from_db()
    scheduling.move(one, date=one.date + DAY, by=officer)
    assert len(templates()) == 2


def test_another_room_or_trainer_is_nothing_to_write_about(officer):
    group = group_with(someone())

    scheduling.assign(group.meetings.all(), room=room(venue=group.venue), trainer=officer, by=officer)

    assert templates() == []


def test_a_draft_or_postponed_group_is_not_written_about(officer):
    for decision in (CourseRun.Decision.DRAFT, CourseRun.Decision.POSTPONED):
        group = group_with(someone())
        CourseRun.objects.filter(pk=group.pk).update(decision=decision)
        scheduling.cancel(group.meetings.first(), by=officer, reason="")

    assert templates() == []


# --- Many meetings ------------------------------------------------------------------------------------------


def test_a_ramadan_timetable_writes_one_message_for_each_person(officer):
    """UX32. Whoever comes to two of the groups is one person."""
    both, other = someone(phone="+212612345601"), someone(phone="+212612345602", given_name="Hamid")
    groups = [group_with(both), group_with(other)]
    enrolment(groups[1], both)
    OutboxMessage.objects.all().delete()
    chosen = [each for group in groups for each in group.meetings.all()[:2]]

    scheduling.retime(chosen, starts_at=time(9), by=officer, reason="Ramadan")

    told = list(OutboxMessage.objects.order_by("recipient").values_list("recipient", "template"))
    assert told == [("+212612345601", "timetable_changed"), ("+212612345602", "timetable_changed")]
    second = OutboxMessage.objects.get(recipient="+212612345602")
    assert second.values["course"]["en"] == groups[1].course.title_en
    assert (second.values["date"], second.values["time"]) == (groups[1].starts_on.isoformat(), "09:00")
    assert OutboxMessage.objects.get(recipient="+212612345601").values["course"] is None


def test_one_changed_meeting_among_many_chosen_is_told_as_itself(officer):
    group = group_with(someone())
    first, *others = group.meetings.all()
    scheduling.retime(others, starts_at=time(9), by=officer)
    OutboxMessage.objects.all().delete()

    scheduling.retime(group.meetings.all(), starts_at=time(9), by=officer)

    assert templates() == ["meeting_hours"]
    assert OutboxMessage.objects.get().values["date"] == first.date.isoformat()


def test_a_group_that_loses_all_its_meetings_has_no_next_one(officer):
    group = group_with(someone())

    scheduling.skip(group.meetings.all(), by=officer, reason="Travaux")

    assert "date" not in OutboxMessage.objects.get().values
    assert "Next meeting" not in only_text()


def test_a_sensitive_course_is_never_named(officer):
    group = group_with(someone(), course=course(is_sensitive=True, title_en="Secret", title_fr="Secret"))
    one = group.meetings.first()

    scheduling.move(one, date=one.date + DAY, by=officer)
    scheduling.retime(group.meetings.all()[1:], shift=HOUR, by=officer)
    runs.cancel(group, by=officer, reason="")

    assert len(templates()) == 3
    assert not [text for text in map(text_of, OutboxMessage.objects.all()) if "Secret" in text]


def test_only_those_with_a_place_and_a_phone_for_messages_are_told(officer):
    people = [someone(), someone(phone="", given_name="A"), someone(channel="none", given_name="B")]
    group = group_with(*people, capacity=3)
    enrolment(group, someone(given_name="Waits", phone="+212612345699"))
    OutboxMessage.objects.all().delete()

    scheduling.cancel(group.meetings.first(), by=officer, reason="")

    assert list(OutboxMessage.objects.values_list("recipient", flat=True)) == ["+212612345678"]


def test_who_holds_an_offer_is_told_of_the_hours_offered(officer):
    group = month_ahead(meetings=3)
    taken, _waits = enrolment(group, someone()), enrolment(group, someone(given_name="B", phone="+212612345699"))
    leave(taken, by=None)
    OutboxMessage.objects.all().delete()

    scheduling.retime(group.meetings.all(), shift=HOUR, by=officer)

    assert list(OutboxMessage.objects.values_list("recipient", "template")) == [("+212612345699", "timetable_changed")]


def test_two_children_on_one_phone_are_called_by_their_names(officer):
    group = group_with(someone(given_name="Adam"), someone(given_name="Sara"))

    scheduling.cancel(group.meetings.first(), by=officer, reason="")

    assert sorted(text.split(":")[0] for text in map(text_of, OutboxMessage.objects.all())) == ["Adam", "Sara"]


def test_another_place_is_told(officer):
    group = group_with(someone())

    runs.change(group, by=officer, venue=venue(name_en="Elsewhere"))

    assert templates() == ["timetable_changed"]
    assert "Elsewhere" in only_text()


def test_a_past_meeting_that_is_added_for_the_record_is_no_news(officer):
    group = group_with(someone())
    rule = scheduling.Rule(((today() - WEEK).isoweekday(),), time(8), time(9), today() - WEEK, 1)

    scheduling.plan(group, rule, by=officer)

    assert templates() == []


# --- The whole group ----------------------------------------------------------------------------------------


def queue(officer):
    """A group of two places: one taken online, one kept for the desk and taken, one person in line."""
    people = [someone(given_name=name, phone=f"+21261234560{place}") for place, name in enumerate("ABC")]
    group = run(meetings=2, capacity=2, desk_seats=1)
    places = [enrolment(group, people[0]), enrolment(group, people[1], by=officer, source="desk")]
    places.append(enrolment(group, people[2]))
    OutboxMessage.objects.all().delete()
    return group, places


def test_a_cancelled_group_is_told_to_all_and_gives_its_places_back(officer):
    group, places = queue(officer)
    assert [place.state for place in places] == [State.ENROLLED, State.ENROLLED, State.WAITING]

    for _ in range(2):
        runs.cancel(group, by=officer, reason="Formatrice absente")

    assert templates() == ["run_cancelled"] * 3
    group.refresh_from_db()
    assert (group.seats_taken, group.desk_taken, group.waiting_count) == (0, 0, 0)
    assert {place.state for place in group.enrolments.all()} == {State.CANCELLED_BY_CITY}
    assert {place.exited_on for place in group.enrolments.all()} == {today()}
    events = EnrolmentEvent.objects.filter(run=group, to_state=State.CANCELLED_BY_CITY)
    assert {(event.by, event.why) for event in events} == {(officer, "group cancelled")}


def test_only_live_places_end_with_the_group(officer):
    group, (gone, *_others) = queue(officer)
    group.refresh_from_db()
    gone.state = State.DROPPED_OUT
    gone.save()
    ledger.record(group, gone, from_state=State.ENROLLED, by=officer, at=clock.now())
    group.save()

    runs.cancel(group, by=officer, reason="")

    states = group.enrolments.order_by("sequence").values_list("state", flat=True)
    assert list(states) == [State.DROPPED_OUT, State.CANCELLED_BY_CITY, State.CANCELLED_BY_CITY]
    group.refresh_from_db()
    assert group.seats_taken == 1


def test_a_postponed_group_keeps_its_places_and_tells_the_new_dates(officer):
    group, _places = queue(officer)

    runs.postpone(group, by=officer, reason="Travaux")
    group.refresh_from_db()
    assert (templates(), group.seats_taken, group.waiting_count) == (["run_postponed"] * 3, 2, 1)

    first = today() + 60 * DAY
    scheduling.plan(group, scheduling.Rule((first.isoweekday(),), time(9), time(10), first, 2), by=officer)
    assert len(templates()) == 3
    runs.announce(group, by=officer)

    told = OutboxMessage.objects.filter(template="timetable_changed")
    assert [message.values["date"] for message in told] == [first.isoformat()] * 3


# --- Seats ------------------------------------------------------------------------------------------------------


def test_more_places_are_offered_in_the_act_that_makes_them(officer):
    group = month_ahead()
    places = places_in(group, 3)

    runs.change(group, by=officer, capacity=2)

    assert [Enrolment.objects.get(pk=place.pk).state for place in places] == ["enrolled", "offered", "waiting"]
    group.refresh_from_db()
    assert (group.capacity, group.seats_taken, group.waiting_count, group.offered_count) == (2, 2, 1, 1)
