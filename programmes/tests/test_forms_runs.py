"""What is typed about a new group: its dates by rule, its room and trainer, its enrolment."""

from datetime import datetime, time, timedelta

import pytest

from learningcity import clock

from ..models import Course, CourseRun, Meeting, Membership
from .desk import (
    NEW,
    TEXTS,
    answers,
    chosen,
    complete,
    day_of,
    errors_of,
    first_group,
    send,
)
from .factories import meeting, run, today

pytestmark = pytest.mark.django_db
State, Role = Course.State, Membership.Role


def test_hours_are_taken_as_people_write_them(desk, place):
    form = desk.get(f"{NEW}?modele=vide")
    facts = chosen(place) | {"title_fr": "Couture"}

    send(desk, form, **facts, **first_group(place) | {"starts_at": "9 h", "ends_at": "١٠:٣٠", "times": "٧"})

    assert {f"{each.starts_at:%H:%M} {each.ends_at:%H:%M}" for each in Meeting.objects.all()} == {"09:00 10:30"}


def test_a_room_taken_is_told_and_nothing_is_saved(desk, place):
    room = place.rooms.get()
    taken = run(venue=place, room=room, meetings=0)
    third = day_of() + timedelta(weeks=2)
    meeting(taken, date=third, room=room)
    form = desk.get(f"{NEW}?modele=vide")
    facts = chosen(place)

    refused = send(desk, form, **TEXTS | facts | first_group(place))

    assert (refused.status_code, errors_of(refused)) == (422, {"room"})
    assert taken.course.title_fr in refused.text
    assert Course.objects.count() == CourseRun.objects.count() == 1


def test_the_other_dates_are_kept_when_the_room_is_to_be_settled_later(desk, place):
    room, draft = place.rooms.get(), complete(organisation=place.ours)
    taken = run(venue=place, room=room, meetings=0)
    meeting(taken, date=day_of() + timedelta(weeks=2), room=room)
    path = f"/fr/gestion/cours/{draft.code}/groupe/"
    assert 'name="settle_later"' not in desk.get(path).text

    refused = send(desk, desk.get(path), **first_group(place))
    assert (errors_of(refused), 'name="settle_later"' in refused.text) == ({"room"}, True)
    send(desk, refused, settle_later="on")

    made = draft.runs.get()
    rooms = list(made.meetings.order_by("date").values_list("room", flat=True))
    assert rooms == [room.pk, room.pk, None, room.pk, room.pk, room.pk, room.pk]
    check = desk.get(f"/fr/gestion/cours/{draft.code}/verifier/")
    assert [clash.kind for clash in check.context["groups"][0]["clashes"]] == ["room"]


def test_the_dates_are_shown_before_anything_is_saved(desk, place):
    closed = day_of() + timedelta(weeks=1)
    place.closures.create(first_day=closed, last_day=closed, reason="Travaux")
    form = desk.get(f"{NEW}?modele=vide")

    shown = send(desk, form, show="1", title_fr="Couture", **first_group(place))

    assert (shown.status_code, len(shown.context["days"])) == (200, 8)
    assert [day for day, reason in shown.context["days"] if reason] == [closed]
    assert answers(shown)["title_fr"] == "Couture"
    assert "Travaux" in shown.text
    assert not Course.objects.exists()


def test_dates_that_clash_are_shown_with_what_takes_them(desk, place):
    room = place.rooms.get()
    meeting(run(venue=place, room=room, meetings=0), date=day_of(), room=room)
    form = desk.get(f"{NEW}?modele=vide")

    shown = send(desk, form, show="1", **first_group(place))

    assert [clash.kind for clash in shown.context["clashes"]] == ["room"]
    assert 'name="settle_later"' in shown.text


def test_dates_of_nothing_ask_for_what_is_needed_and_no_more(desk, place):
    refused = send(desk, desk.get(f"{NEW}?modele=vide"), show="1")

    assert refused.status_code == 422
    assert errors_of(refused) == {"venue", "capacity", "first_day", "starts_at", "ends_at", "times"}


def test_a_group_needs_its_place_and_its_dates(desk):
    draft = complete()
    page = desk.get(f"/fr/gestion/cours/{draft.code}/groupe/")

    refused = send(desk, page)

    assert errors_of(refused) == {"venue", "capacity", "first_day", "starts_at", "ends_at", "times"}


def test_enrolment_closes_the_day_before_the_first_meeting_unless_said(desk, place):
    draft = complete(organisation=place.ours)
    page = desk.get(f"/fr/gestion/cours/{draft.code}/groupe/")
    send(desk, page, **first_group(place))

    made = CourseRun.objects.get()
    assert made.enrolment_closes_at == datetime.combine(day_of(), time(0), tzinfo=clock.CASABLANCA)
    assert made.enrolment_opens_at <= clock.now()


def test_enrolment_opens_and_closes_on_the_days_and_hours_said(desk, place):
    draft = complete(organisation=place.ours)
    opens, closes = today() + timedelta(days=2), today() + timedelta(days=9)
    window = {f"opens_on_{part}": value for part, value in enumerate((opens.day, opens.month, opens.year))}
    window |= {f"closes_on_{part}": value for part, value in enumerate((closes.day, closes.month, closes.year))}
    page = desk.get(f"/fr/gestion/cours/{draft.code}/groupe/")

    send(desk, page, **first_group(place) | window | {"opens_at": "9 h"})

    made = CourseRun.objects.get()
    assert made.enrolment_opens_at == datetime.combine(opens, time(9), tzinfo=clock.CASABLANCA)
    assert made.enrolment_closes_at == datetime.combine(closes + timedelta(days=1), time(0), tzinfo=clock.CASABLANCA)
