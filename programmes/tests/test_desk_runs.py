from datetime import date, time, timedelta

import pytest

from learningcity.clock import CASABLANCA
from learningcity.models import AuditEntry
from learningcity.tests.factories import district

from ..models import CourseRun, Meeting, Membership, Room
from ..services import runs, scheduling
from ..services.once import new_key
from .desk import errors_of, parts, send
from .factories import course, meeting, member, organisation, run, today, venue

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
Role = Membership.Role


def address(run, page=""):
    return f"/fr/gestion/groupes/{run.code}/{page}"


def facts_of(run, **changes):
    """What the form of the group sends when nothing is changed."""
    opens, closes = today() - DAY, today() + 10 * DAY
    values = {"venue": run.venue_id, "room": "", "capacity": 30, "desk_seats": 0, "waiting_places": 50}
    values |= parts("opens_on", opens) | parts("closes_on", closes) | {"opens_at": "9", "closes_at": "17 h 30"}
    version = runs.version_of(CourseRun.objects.get(pk=run.pk))
    return values | {"mode": "on_site", "language": "", "version": version} | changes


# --- The page -----------------------------------------------------------------------------------------------


def test_page_shows_meetings_with_room_trainer_and_reason(page, officer):
    trainer = member(Role.TRAINER, "Naima")
    group = run(meetings=0)
    room = Room.objects.create(venue=group.venue, name_fr="Salle 3", capacity=30)
    meeting(group, date=today() + DAY, room=room, trainer=trainer)
    meeting(group, date=today() + 2 * DAY, state="skipped", reason="Travaux")

    text = page(f"/gestion/groupes/{group.code}/", "fr", user=officer).text

    assert "Salle 3" in text
    assert "Naima" in text
    assert "Travaux" in text
    assert f"/fr/gestion/groupes/{group.code}/inscrits/" in text


def test_trainer_reads_the_group_and_changes_nothing(page, client):
    trainer = member(Role.TRAINER)
    group = run(trainer=trainer)

    text = page(f"/gestion/groupes/{group.code}/", "fr", user=trainer).text

    assert address(group, "annuler/") not in text
    assert 'name="seance"' not in text
    for part in ("modifier/", "seances/", "copier/", "ouvrir/", "reporter/", "annuler/"):
        assert client.get(address(group, part)).status_code == 404
    assert client.get(f"/fr/gestion/seances/{group.meetings.get().pk}/").status_code == 404


@pytest.mark.parametrize("part", ["", "modifier/", "seances/", "copier/", "ouvrir/", "reporter/", "annuler/"])
def test_group_of_others_is_not_found(client, part):
    group = run()
    for stranger in (member(Role.MANAGER), member(Role.DISTRICT_OFFICER, district=district("Anfa", "أنفا"))):
        client.force_login(stranger)
        assert client.get(address(group, part)).status_code == 404
        assert client.post(address(group, part)).status_code == (404 if part else 405)


def test_manager_and_district_officer_change_their_groups(page):
    ours = organisation()
    group = run(course=course(organisation=ours), venue=venue(district=district()))

    for someone in (member(Role.MANAGER, organisation=ours), member(Role.DISTRICT_OFFICER, district=district())):
        page(f"/gestion/groupes/{group.code}/modifier/", user=someone)


@pytest.mark.parametrize("part", ["copier/", "annuler/"])
def test_district_officer_neither_copies_nor_cancels_groups_of_the_district(client, part):
    group = run(course=course(organisation=organisation()), venue=venue(district=district()))
    client.force_login(member(Role.DISTRICT_OFFICER, district=district()))

    assert address(group, part) not in client.get(address(group)).text
    assert address(group, "modifier/") in client.get(address(group)).text
    assert client.get(address(group, part)).status_code == 404
    sent = parts("first_day", today() + 100 * DAY) | {"key": new_key(), "reason": "Travaux"}
    assert client.post(address(group, part), sent).status_code == 404
    assert CourseRun.objects.get().decision == "planned"

    client.force_login(member(Role.MANAGER, organisation=group.course.organisation))
    assert address(group, part) in client.get(address(group)).text
    assert client.post(address(group, part), sent).status_code == 302


def test_page_costs_the_same_for_one_and_for_three_meetings(page, queries_of, officer):
    group = run(meetings=1)
    path = f"/gestion/groupes/{group.code}/"
    page(path, user=officer)
    one = queries_of(page, path)
    for days in (50, 51):
        teacher = member(Role.TRAINER)
        room = Room.objects.create(venue=group.venue, name_fr=f"Salle {days}", capacity=30)
        meeting(group, date=today() + days * DAY, trainer=teacher, room=room, reason="Pluie")

    assert queries_of(page, path) == one + 1  # the holidays that reasons may name, asked once


# --- Its facts ----------------------------------------------------------------------------------------------


def test_facts_are_changed_with_hours_as_people_write_them(desk):
    group = run()
    teacher = member(Role.TRAINER, organisation=group.course.organisation)

    answer = desk.post(
        address(group, "modifier/"), facts_of(group, capacity=20, desk_seats=4, women_only="on", trainers=teacher.pk)
    )

    group.refresh_from_db()
    assert answer["Location"] == address(group)
    assert (group.capacity, group.desk_seats, group.women_only) == (20, 4, True)
    assert group.enrolment_closes_at.astimezone(CASABLANCA).time() == time(17, 30)
    assert list(group.trainers.all()) == [teacher]
    assert AuditEntry.objects.filter(action="change group").count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"capacity": 10, "desk_seats": 11}, "desk_seats"),
        ({"closes_on_2": 2020}, "closes_on"),
        ({"capacity": "many"}, "capacity"),
        ({"opens_at": "25:00"}, "opens_at"),
    ],
)
def test_wrong_facts_are_refused_at_their_field_and_kept(desk, change, field):
    group = run()

    answer = desk.post(address(group, "modifier/"), facts_of(group) | change)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert "data-error-summary" in answer.text
    assert all(f'value="{value}"' in answer.text for value in change.values())


def test_room_of_another_place_is_refused(desk):
    group = run()
    room = Room.objects.create(venue=venue(), name_fr="Ailleurs", capacity=30)

    answer = desk.post(address(group, "modifier/"), facts_of(group, room=room.pk))

    assert "room" in answer.context["form"].errors


def test_capacity_below_the_seats_taken_is_kept_for_later(desk):
    group = run(capacity=12, seats_taken=12)

    answer = desk.post(address(group, "modifier/"), facts_of(group, capacity=11))

    assert answer.status_code == 302
    group.refresh_from_db()
    assert (group.capacity, group.capacity_wanted) == (12, 11)


def test_two_people_changing_a_group_lose_nothing(desk):
    trainer = member(Role.TRAINER, "Naima")
    group = run(trainer=trainer)
    page = desk.get(address(group, "modifier/"))
    opens = group.enrolment_opens_at.astimezone(CASABLANCA) - DAY
    first = parts("opens_on", opens.date()) | {"capacity": "12", "mode": "online", "women_only": "on"}
    assert send(desk, page, **first).status_code == 302

    refused = send(desk, page, trainers=trainer.pk, waiting_places="7")

    assert refused.status_code == 422
    assert refused.context["form"].non_field_errors()
    stands = {row["key"]: row["value"] for row in refused.context["form"].differing}
    fields = refused.context["form"].fields
    labels = [str(fields[name].label) for name in ("capacity", "waiting_places", "mode", "women_only", "opens_on")]
    assert set(stands) == set(labels)
    assert (stands[labels[0]], stands[labels[1]]) == (12, 50)
    assert str(stands[labels[2]]) in refused.text
    group.refresh_from_db()
    assert (group.capacity, group.waiting_places) == (12, 50)

    assert send(desk, refused, capacity="12", trainers=trainer.pk).status_code == 302
    group.refresh_from_db()
    assert (group.capacity, group.waiting_places) == (12, 7)


def test_who_enrols_meanwhile_makes_no_form_stale(desk):
    group = run()
    page = desk.get(address(group, "modifier/"))
    CourseRun.objects.update(seats_taken=3, waiting_count=1, joined_count=4)

    assert send(desk, page, capacity="12").status_code == 302


def test_fewer_places_come_with_the_smaller_room(desk, officer):
    group = run(meetings=2)
    big, small = (Room.objects.create(venue=group.venue, name_fr=f"{n}", capacity=n) for n in (40, 12))
    runs.change(group, by=officer, room=big)
    scheduling.assign(group.meetings.all(), room=big, by=officer)
    page = desk.get(address(group, "modifier/"))

    assert send(desk, page, capacity="13", room=small.pk).status_code == 422
    assert send(desk, page, capacity="10", room=small.pk).status_code == 302

    group.refresh_from_db()
    assert (group.capacity, group.room) == (10, small)
    assert set(group.meetings.values_list("room", flat=True)) == {small.pk}


# --- Meetings by a rule -------------------------------------------------------------------------------------


def rule(first, **changes):
    values = {"weekdays": first.isoweekday(), "every": 1, "starts_at": "10:30", "ends_at": "12", "times": 7}
    return values | parts("first_day", first) | {"room": "", "trainer": ""} | changes


def test_seven_meetings_are_added_in_one_go(desk):
    group, first = run(meetings=0), today() + 20 * DAY

    answer = desk.post(address(group, "seances/"), rule(first))

    group.refresh_from_db()
    days = [first + week * 7 * DAY for week in range(7)]
    planned = group.meetings.taking_place()
    assert answer["Location"] == address(group)
    assert set(days) <= set(group.meetings.values_list("date", flat=True))
    assert planned.count() == 7
    assert (group.starts_on, group.ends_on) == (planned.first().date, planned.last().date)


def test_days_are_shown_before_anything_is_saved(desk):
    group = run(meetings=0)

    answer = desk.post(address(group, "seances/"), rule(today() + 20 * DAY) | {"show": "1"})

    assert answer.status_code == 200
    assert len(answer.context["days"]) >= 7
    assert not Meeting.objects.exists()


def test_rule_that_takes_a_taken_room_is_refused_by_name(desk):
    other, first = run(meetings=0), today() + 20 * DAY
    room = Room.objects.create(venue=other.venue, name_fr="Salle 3", capacity=30)
    meeting(other, date=first, room=room)
    group = run(meetings=0, venue=other.venue)

    answer = desk.post(address(group, "seances/"), rule(first, room=room.pk))

    assert answer.status_code == 422
    assert "Salle 3" in " ".join(answer.context["form"].non_field_errors())
    assert str(other) in answer.text
    assert not group.meetings.exists()


@pytest.mark.parametrize("field", ["weekdays", "starts_at", "first_day", "times"])
def test_rule_without_its_parts_is_refused(desk, field):
    group = run(meetings=0)
    answers = {name: value for name, value in rule(today() + DAY).items() if not name.startswith(field)}

    answer = desk.post(address(group, "seances/"), answers)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors


# --- Decisions ----------------------------------------------------------------------------------------------


def test_cancelling_asks_first_and_says_how_many_are_told(desk):
    group = run(seats_taken=12, waiting_count=3, meetings=2)

    asked = desk.get(address(group, "annuler/")).text
    refused = desk.post(address(group, "annuler/"), {"reason": ""})
    answer = desk.post(address(group, "annuler/"), {"reason": "Travaux"}, follow=True)

    group.refresh_from_db()
    assert "15" in asked
    assert refused.status_code == 422
    assert group.decision == CourseRun.Decision.CANCELLED
    assert not group.meetings.taking_place().exists()
    assert "15" in str(next(iter(answer.context["messages"])))


def test_reason_stands_on_one_line(desk):
    group = run()

    assert "reason" in desk.post(address(group, "annuler/"), {"reason": "a\rX:1"}).context["form"].errors


def test_postponed_group_keeps_its_places_and_opens_again(desk):
    group = run(seats_taken=2)

    desk.post(address(group, "reporter/"), {"reason": "Travaux"})
    refused = desk.post(address(group, "ouvrir/"))
    desk.post(address(group, "seances/"), rule(today() + 20 * DAY))
    desk.post(address(group, "ouvrir/"))

    group.refresh_from_db()
    assert refused.status_code == 422
    assert (group.decision, group.seats_taken) == (CourseRun.Decision.PLANNED, 2)


def test_draft_without_meetings_says_what_is_missing_and_does_not_open(desk):
    group = run(meetings=0, decision="draft")

    shown = desk.get(address(group))
    answer = desk.post(address(group, "ouvrir/"))

    assert [gap.field for gap in shown.context["gaps"]] == ["meetings"]
    assert address(group, "ouvrir/") not in shown.text
    assert answer.status_code == 422
    assert CourseRun.objects.get().decision == "draft"


def copied(desk, group, first_day):
    return send(desk, desk.get(address(group, "copier/")), **parts("first_day", first_day))


def test_copy_starts_on_the_weekday_of_the_group_from_the_day_given(desk):
    group = run(meetings=2)

    answer = copied(desk, group, date(group.starts_on.year + 1, 3, 1))

    copy = CourseRun.objects.exclude(pk=group.pk).get()
    assert answer["Location"] == address(copy)
    assert copy.decision == "draft"
    assert copy.meetings.taking_place().count() == 2
    assert copy.starts_on.weekday() == group.starts_on.weekday()


def test_clash_of_a_copy_is_named(desk):
    group = run(meetings=0)
    room = Room.objects.create(venue=group.venue, name_fr="Salle 3", capacity=30)
    meeting(group, date=today() + 20 * DAY, room=room)

    answer = copied(desk, group, today() + 20 * DAY)

    assert answer.status_code == 422
    assert "Salle 3" in answer.text
    assert CourseRun.objects.count() == 1


def test_copy_does_not_start_in_the_past(desk):
    group = run()

    assert errors_of(copied(desk, group, today() - DAY)) == {"first_day"}
    assert CourseRun.objects.count() == 1
    assert copied(desk, group, today()).status_code == 302
