from datetime import date, time, timedelta

import pytest

from learningcity.models import AuditEntry

from ..models import Meeting, Membership, Room
from .desk import parts
from .factories import course, meeting, member, organisation, run, today

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
Role = Membership.Role
PAGE = "/fr/gestion/seances/modifier/"


def sent(meetings, **changes):
    ticked = [f"{each.pk}-{each.revision}" for each in meetings]
    return {"do": "apply", "seance": ticked, "starts_at": "", "minutes": "", "shift": "", "reason": "Ramadan"} | changes


def hours():
    return list(Meeting.objects.order_by("date").values_list("starts_at", "ends_at"))


USUAL = (time(10, 30), time(12))


# --- Which meetings -----------------------------------------------------------------------------------------


def offered(answer):
    return {each.pk for each, _ticked in answer.context["picks"]}


def test_days_of_the_next_ramadan_are_proposed(desk):
    run()

    initial = desk.get(PAGE).context["scope"].initial

    assert timedelta(28) <= initial["au"] - initial["du"] <= timedelta(29)
    assert initial["au"] >= today()


def test_meetings_are_chosen_by_days_place_and_group(desk):
    group, other = run(meetings=3), run(meetings=3)
    first, second, third = group.meetings.all()
    days = parts("du", first.date) | parts("au", second.date)

    assert offered(desk.get(PAGE, days | {"lieu": group.venue.slug})) == {first.pk, second.pk}
    assert offered(desk.get(PAGE, {"groupe": other.code})) == set(other.meetings.values_list("pk", flat=True))
    assert offered(desk.get(PAGE, {"seance": [third.pk]})) == {third.pk}


def test_past_cancelled_and_foreign_meetings_are_not_offered(client):
    ours = organisation()
    group = run(course=course(organisation=ours))
    meeting(group, date=today() - DAY)
    meeting(group, date=today() + DAY, state="cancelled")
    theirs = run()
    client.force_login(member(Role.MANAGER, organisation=ours))

    everything = [each.pk for each in Meeting.objects.all()]

    assert offered(client.get(PAGE, {"seance": everything})) == {group.meetings.get(date=group.starts_on).pk}
    assert offered(client.get(PAGE, {"groupe": theirs.code})) == set()


# --- The change ---------------------------------------------------------------------------------------------


def test_preview_lists_every_change_and_writes_nothing(desk):
    meetings = list(run(meetings=3, seats_taken=8).meetings.all())

    answer = desk.post(PAGE, sent(meetings[:2], do="look", starts_at="9:00", minutes="60"))

    assert answer.status_code == 200
    assert [(each.meeting.starts_at, each.meeting.ends_at) for each in answer.context["previews"]] == [
        (time(9), time(10))
    ] * 2
    assert answer.context["people"] == 8
    assert hours() == [USUAL] * 3


def test_only_the_meetings_chosen_change_and_one_act_is_told(desk, told):
    one, other = run(meetings=3), run(meetings=1)
    chosen = [*one.meetings.all()[:2], other.meetings.get()]

    answer = desk.post(PAGE, sent(chosen, shift="-30"))

    assert answer.status_code == 302
    assert one.meetings.filter(starts_at=time(10), ends_at=time(11, 30), reason="Ramadan").count() == 2
    assert one.meetings.filter(starts_at=time(10, 30), reason="").count() == 1
    assert [sorted(change.meeting.pk for change in act["changes"]) for act in told] == [
        sorted(each.pk for each in chosen)
    ]


def test_new_hours_stay_the_same_wall_time_on_both_sides_of_a_change_of_clocks(desk):
    group = run(meetings=0, starts_on=date(2027, 2, 1))
    meetings = [meeting(group, date=date(2027, month, 1)) for month in (3, 8, 12)]

    desk.post(PAGE, sent(meetings, starts_at="9", minutes="75"))

    assert hours() == [(time(9), time(10, 15))] * 3


def test_nothing_ticked_is_an_error_summary(desk):
    group = run()

    answer = desk.post(f"{PAGE}?groupe={group.code}", sent([], shift="-30"))

    assert answer.status_code == 422
    assert "data-error-summary" in answer.text
    assert "seance" in answer.context["form"].errors
    assert offered(answer) == {group.meetings.get().pk}


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({}, "starts_at"),
        ({"starts_at": "9", "shift": "30"}, "shift"),
        ({"minutes": "60", "shift": "30"}, "minutes"),
        ({"starts_at": "23", "minutes": "90"}, "minutes"),
        ({"starts_at": "9", "reason": ""}, "reason"),
        ({"starts_at": "99"}, "starts_at"),
        ({"shift": "7"}, "shift"),
    ],
)
def test_wishes_that_do_not_fit_together_are_refused_at_their_field(desk, wishes, field):
    answer = desk.post(PAGE, sent(run().meetings.all(), **wishes))

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert hours() == [USUAL]


def test_clash_is_shown_in_the_preview_and_refuses_the_whole_change(desk):
    group = run(meetings=2)
    room = Room.objects.create(venue=group.venue, name_fr="Salle 3", capacity=30)
    Meeting.objects.update(room=room)
    first = group.meetings.first()
    other = run(venue=group.venue, meetings=0)
    meeting(other, date=first.date, starts_at=time(9), ends_at=time(10, 30), room=room)
    meetings = list(group.meetings.all())

    looked = desk.post(PAGE, sent(meetings, do="look", shift="-30"))
    applied = desk.post(PAGE, sent(meetings, shift="-30"))

    assert looked.context["blocked"] == 1
    assert 'value="apply"' not in looked.text
    assert applied.status_code == 422
    assert str(other) in applied.text
    assert set(group.meetings.values_list("starts_at", flat=True)) == {time(10, 30)}


def test_meeting_changed_meanwhile_refuses_the_whole_change(desk):
    meetings = list(run(meetings=2).meetings.all())
    Meeting.objects.filter(pk=meetings[0].pk).update(revision=5)

    answer = desk.post(PAGE, sent(meetings, shift="-30"))

    assert answer.status_code == 422
    assert hours() == [USUAL] * 2


def test_other_hours_may_be_chosen_after_the_preview(desk):
    group = run(meetings=2)
    first, second = group.meetings.all()

    answer = desk.post(f"{PAGE}?groupe={group.code}", sent([first], do="edit", shift="-30"))

    assert answer.status_code == 200
    assert answer.context["picks"] == [(first, True), (second, False)]
    assert '<option value="-30" selected>' in answer.text


def test_meeting_of_others_is_left_alone(client):
    ours = organisation()
    mine, theirs = run(course=course(organisation=ours)).meetings.get(), run().meetings.get()
    client.force_login(member(Role.MANAGER, organisation=ours))

    client.post(PAGE, sent([mine, theirs], shift="-30"))

    assert Meeting.objects.get(pk=mine.pk).starts_at == time(10)
    assert Meeting.objects.get(pk=theirs.pk).starts_at == time(10, 30)
    assert not AuditEntry.objects.filter(subject__endswith=f":{theirs.run_id}").exists()


def test_pages_cost_the_same_for_one_and_for_three(desk, queries_of):
    path = f"{PAGE}?groupe={run().code}"
    one = list(Meeting.objects.all())
    desk.get(path)
    listed = queries_of(desk.get, path)
    looked = queries_of(desk.post, PAGE, sent(one, do="look", shift="-30"))
    run(meetings=2)
    Meeting.objects.update(reason="")

    assert queries_of(desk.get, f"{PAGE}?groupe={Meeting.objects.last().run.code}") == listed
    assert queries_of(desk.post, PAGE, sent(Meeting.objects.all(), do="look", shift="-30")) == looked
