from datetime import date, time, timedelta

import pytest

from learningcity.tests.factories import district

from ..models import Closure, Meeting, Membership, Room
from .desk import parts
from .factories import course, meeting, member, organisation, run, today, venue

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FAR = timedelta(days=40)
Role = Membership.Role


def address(meeting):
    return f"/fr/gestion/seances/{meeting.pk}/"


def a_room(venue, name="Salle 3", **fields):
    return Room.objects.create(venue=venue, name_fr=name, capacity=30, **fields)


# --- One meeting --------------------------------------------------------------------------------------------


def move(meeting, **changes):
    values = {"do": "move", "move-revision": meeting.revision, "move-reason": "Fête de l’école"}
    values |= parts("move-date", meeting.date) | {"move-starts_at": "10:30", "move-ends_at": "12:00"}
    return values | changes


def test_one_meeting_moves_and_the_others_stay(desk, told):
    group = run(meetings=3)
    first, second, third = group.meetings.all()

    answer = desk.post(address(second), move(second) | parts("move-date", second.date + DAY))

    assert answer["Location"] == address(second)
    moved = Meeting.objects.get(pk=second.pk)
    assert (moved.date, moved.moved_from, moved.reason) == (second.date + DAY, second.date, "Fête de l’école")
    assert {each.date for each in Meeting.objects.exclude(pk=second.pk)} == {first.date, third.date}
    assert [[change.meeting.pk for change in act["changes"]] for act in told] == [[second.pk]]


def test_move_onto_a_taken_room_names_the_clash_and_keeps_what_was_typed(desk):
    group = run()
    room = a_room(group.venue)
    mine = group.meetings.get()
    Meeting.objects.update(room=room)
    other = run(venue=group.venue, meetings=0)
    meeting(other, date=mine.date + DAY, room=room)

    answer = desk.post(address(mine), move(mine, **{"move-starts_at": "11 h 45"}) | parts("move-date", mine.date + DAY))

    assert answer.status_code == 422
    assert "data-error-summary" in answer.text
    assert str(other) in answer.text
    assert 'value="11 h 45"' in answer.text
    assert Meeting.objects.get(pk=mine.pk).date == mine.date


def test_meeting_that_touches_another_is_no_clash(desk):
    group = run()
    room = a_room(group.venue)
    mine = group.meetings.get()
    Meeting.objects.update(room=room)
    meeting(run(venue=group.venue, meetings=0), date=mine.date, starts_at=time(12), ends_at=time(13), room=room)

    answer = desk.post(address(mine), move(mine, **{"move-starts_at": "10:00"}))

    assert answer.status_code == 302


def test_stale_sheet_is_refused_with_what_was_typed_and_then_goes_through(desk):
    mine = run().meetings.get()
    Meeting.objects.update(revision=4, starts_at=time(9))

    refused = desk.post(address(mine), move(mine, **{"move-reason": "Panne"}) | parts("move-date", mine.date + DAY))

    assert refused.status_code == 422
    assert 'value="Panne"' in refused.text
    assert 'name="move-revision" value="4"' in refused.text
    assert desk.post(address(mine), move(mine, **{"move-revision": 4})).status_code == 302


@pytest.mark.parametrize("do", ["means", "cancel", "take_up"])
def test_every_sheet_notices_that_it_is_stale(desk, do):
    group = run()
    mine = group.meetings.get()
    Meeting.objects.update(revision=1, state="skipped" if do == "take_up" else "planned")
    room = a_room(group.venue)

    sent = {"do": do, f"{do}-revision": 0, f"{do}-reason": "Panne", f"{do}-room": room.pk}
    answer = desk.post(address(mine), sent)

    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()
    assert Meeting.objects.get().revision == 1


def test_reason_is_asked_of_who_moves_or_cancels(desk):
    mine = run().meetings.get()
    for do in ("move", "cancel"):
        answer = desk.post(address(mine), move(mine, **{"do": do, "cancel-revision": 0, "move-reason": ""}))
        assert answer.status_code == 422
        assert "reason" in answer.context["form"].errors


def test_cancelled_meeting_is_taken_up_again(desk, told):
    mine = run(meetings=2).meetings.first()

    desk.post(address(mine), {"do": "cancel", "cancel-revision": 0, "cancel-reason": "Panne"})
    cancelled = Meeting.objects.get(pk=mine.pk)
    offered = desk.get(address(mine)).text
    desk.post(address(mine), {"do": "take_up", "take_up-revision": cancelled.revision})

    assert (cancelled.state, cancelled.reason) == ("cancelled", "Panne")
    assert 'value="take_up"' in offered
    assert 'value="cancel"' not in offered
    assert Meeting.objects.get(pk=mine.pk).state == "planned"
    assert len(told) == 2


def test_room_and_trainer_are_given_to_one_meeting(desk):
    group = run(meetings=2)
    first, second = group.meetings.all()
    teacher = member(Role.TRAINER, organisation=group.course.organisation)
    room = a_room(group.venue)

    desk.post(address(first), {"do": "means", "means-revision": 0, "means-room": room.pk, "means-trainer": teacher.pk})

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.room, first.trainer) == (room, teacher)
    assert (second.room, second.trainer) == (None, None)


def test_room_of_another_place_is_not_offered(desk):
    mine = run().meetings.get()
    elsewhere = a_room(venue())

    answer = desk.post(address(mine), {"do": "means", "means-revision": 0, "means-room": elsewhere.pk})

    assert "room" in answer.context["form"].errors


def test_past_meeting_has_no_sheet(desk):
    group = run(meetings=0)
    past = meeting(group, date=today() - DAY)

    assert 'name="do"' not in desk.get(address(past)).text
    assert desk.post(address(past), move(past) | parts("move-date", today() + DAY)).status_code == 422


# --- The week -----------------------------------------------------------------------------------------------


def week(desk, day, **query):
    year, number, _day = day.isocalendar()
    return desk.get("/fr/gestion/calendrier/", {"semaine": f"{year}-W{number:02}"} | query)


def shown(answer):
    return [
        entry["meeting"].pk
        for column in answer.context["days"]
        for _name, entries in column["groups"]
        for entry in entries
    ]


def test_week_shows_its_seven_days_and_leads_to_the_next(desk):
    monday = date(2027, 1, 11)
    group = run(meetings=0)
    inside = [meeting(group, date=monday), meeting(group, date=monday + 6 * DAY)]
    meeting(group, date=monday - DAY)
    meeting(group, date=monday + 7 * DAY)

    answer = week(desk, monday)

    assert shown(answer) == [each.pk for each in inside]
    assert [column["day"] for column in answer.context["days"]] == [monday + number * DAY for number in range(7)]
    assert "semaine=2027-W01" in answer.text
    assert "semaine=2027-W03" in answer.text


@pytest.mark.parametrize("text", ["", "2027-W60", "now", "9999-W01", "2027-W02 ", "٢٠٢٧-W02"])
def test_week_that_makes_no_sense_is_the_present_one(desk, text):
    answer = desk.get("/fr/gestion/calendrier/", {"semaine": text})

    assert answer.context["monday"] == today() - today().weekday() * DAY


def test_week_is_narrowed_by_place_and_trainer(desk):
    teacher, day = member(Role.TRAINER), today() + FAR
    here = meeting(run(meetings=0), date=day)
    taught = meeting(run(meetings=0), date=day, trainer=teacher)
    by_group = meeting(run(meetings=0, trainer=teacher), date=day)

    assert shown(week(desk, day, lieu=here.run.venue.slug)) == [here.pk]
    assert set(shown(week(desk, day, formateur=teacher.pk))) == {taught.pk, by_group.pk}


def test_week_is_ordered_by_room_or_by_trainer(desk):
    group, day = run(meetings=0), today() + FAR
    meeting(group, date=day, starts_at=time(14), ends_at=time(15), room=a_room(group.venue, "A"))
    meeting(group, date=day, starts_at=time(9), ends_at=time(10), room=a_room(group.venue, "B"))
    meeting(group, date=day, starts_at=time(16), ends_at=time(17), trainer=member(Role.TRAINER, "Zineb"))

    def names(answer):
        return [name for column in answer.context["days"] for name, _entries in column["groups"]]

    assert names(week(desk, day)) == ["", "A", "B"]
    assert names(week(desk, day, par="formateur")) == ["", "Zineb"]


def test_rooms_of_one_name_in_two_places_stay_apart(desk):
    day = today() + FAR
    for number in range(4):
        hours = {"starts_at": time(9 + number), "ends_at": time(10 + number)}
        group = run(meetings=0)
        meeting(group, date=day, room=a_room(group.venue, "Salle 1"), **hours)
    trainers = [member(Role.TRAINER) for _ in range(2)]
    type(trainers[0]).objects.update(name="Naima")
    for trainer in trainers:
        meeting(run(meetings=0), date=day, trainer=trainer)

    def sizes(answer):
        return [(name, len(entries)) for column in answer.context["days"] for name, entries in column["groups"]]

    assert sizes(week(desk, day)) == [("", 2), *[("Salle 1", 1)] * 4]
    assert sizes(week(desk, day, par="formateur")) == [("", 4), *[("Naima", 1)] * 2]


def test_week_marks_days_off_in_words(desk):
    group, day = run(meetings=0), today() + FAR
    meeting(group, date=day)
    Closure.objects.create(venue=group.venue, first_day=day, last_day=day, reason="Travaux")

    assert "Travaux" in week(desk, day, lieu=group.venue.slug).text


def test_week_shows_only_groups_in_scope(client):
    ours = organisation()
    mine = meeting(run(meetings=0, course=course(organisation=ours)), date=today())
    theirs = meeting(run(meetings=0), date=today())
    client.force_login(member(Role.MANAGER, organisation=ours))

    assert shown(client.get("/fr/gestion/calendrier/")) == [mine.pk]
    assert client.get(address(theirs)).status_code == 404


def test_trainer_sees_the_week_and_ticks_nothing(client):
    teacher = member(Role.TRAINER)
    mine = meeting(run(meetings=0, trainer=teacher), date=today() + DAY)
    client.force_login(teacher)

    answer = week(client, mine.date)

    assert shown(answer) == [mine.pk]
    assert 'name="seance"' not in answer.text


def test_week_costs_the_same_for_one_and_for_three(desk, queries_of):
    def add():
        group = run(meetings=0, venue=venue(district=district()))
        meeting(group, date=today(), room=a_room(group.venue), trainer=member(Role.TRAINER))

    add()
    desk.get("/fr/gestion/calendrier/")
    one = queries_of(desk.get, "/fr/gestion/calendrier/")
    add()
    add()

    assert queries_of(desk.get, "/fr/gestion/calendrier/") == one
