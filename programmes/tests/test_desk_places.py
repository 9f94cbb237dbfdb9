from datetime import date, timedelta

import pytest

from learningcity.models import AuditEntry, Holiday
from learningcity.services import reference
from learningcity.tests.factories import district

from ..models import Closure, Meeting, Membership, Room
from ..services import days
from .desk import answers, parts, send
from .factories import meeting, member, run, today, venue

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FAR = timedelta(days=40)
Role = Membership.Role
PLACES = "/fr/gestion/lieux/"


@pytest.fixture
def library():
    return venue(district=district(), step_free=None, childcare=True, phone="+212522000000")


def address(venue, page=""):
    return f"{PLACES}{venue.slug}/{page}"


# --- Places -------------------------------------------------------------------------------------------------


def test_places_are_listed_with_their_rooms_and_narrowed_by_district(desk, library):
    Room.objects.create(venue=library, name_fr="Salle 1", capacity=20)
    Room.objects.create(venue=library, name_fr="Salle 2", capacity=20)
    elsewhere = venue(district=district("Anfa", "أنفا"))

    everywhere = desk.get(PLACES).context["venues"]
    here = desk.get(PLACES, {"arr": library.district.slug}).context["venues"]

    assert {each.pk: each.room_count for each in everywhere} == {library.pk: 2, elsewhere.pk: 0}
    assert list(here) == [library]


def test_officer_of_a_district_keeps_its_places_and_sees_no_other(client, library):
    client.force_login(member(Role.DISTRICT_OFFICER, district=district("Anfa", "أنفا")))

    assert list(client.get(PLACES).context["venues"]) == []
    for page in ("", "salles/nouvelle/", "fermetures/nouvelle/"):
        assert client.get(address(library, page)).status_code == 404
        assert client.post(address(library, page)).status_code == 404


def test_manager_reads_places_and_changes_none(client, library):
    client.force_login(member(Role.MANAGER))

    text = client.get(address(library)).text

    assert "<textarea" not in text
    assert 'name="phone"' not in text
    assert client.post(address(library), {"phone": ""}).status_code == 404
    assert client.get(address(library, "salles/nouvelle/")).status_code == 404


@pytest.mark.parametrize("role", [Role.TRAINER, Role.OFFICIAL])
def test_who_plans_nothing_has_no_places(client, library, role):
    client.force_login(member(role))

    assert client.get(PLACES).status_code == 404
    assert client.get(address(library)).status_code == 404


def test_facts_of_a_place_are_corrected_in_both_scripts(desk, library):
    values = {"address_fr": "12, rue Ibn Batouta", "address_ar": "12، زنقة ابن بطوطة", "phone": "05 22 11 22 33"}
    values |= {"hours_fr": "9 h à 18 h", "transport_fr": "Tram 1", "step_free": "yes", "childcare": "no"}

    answer = send(desk, desk.get(address(library)), **values)

    library.refresh_from_db()
    assert answer["Location"] == address(library)
    assert (library.address_fr, library.address_ar) == (values["address_fr"], values["address_ar"])
    assert (library.phone, library.hours_fr, library.transport_fr) == ("+212522112233", "9 h à 18 h", "Tram 1")
    assert (library.step_free, library.childcare, library.hearing_loop) == (True, False, None)
    assert AuditEntry.objects.get(action="change place").detail["fields"] == sorted(
        ["address_fr", "address_ar", "phone", "hours_fr", "transport_fr", "step_free", "childcare"]
    )


def test_what_nobody_checked_is_shown_as_such(desk, library):
    form = desk.get(address(library)).context["form"]

    assert [form[name].value() for name in ("step_free", "childcare")] == ["", "yes"]


def test_wrong_phone_is_refused_and_kept(desk, library):
    answer = desk.post(address(library), {"phone": "12"})

    assert answer.status_code == 422
    assert 'value="12"' in answer.text


# --- Rooms --------------------------------------------------------------------------------------------------


def test_room_is_added_and_changed(desk, library):
    desk.post(address(library, "salles/nouvelle/"), {"name_fr": "Salle 1", "capacity": "20", "buffer_minutes": "0"})
    room = library.rooms.get()
    send(desk, desk.get(address(library, f"salles/{room.pk}/")), capacity="25", buffer_minutes="15")

    room.refresh_from_db()
    assert (room.capacity, room.buffer_minutes) == (25, 15)


def test_second_room_of_the_same_name_is_refused(desk, library):
    for name in ("Salle 1", "Salle 2"):
        Room.objects.create(venue=library, name_fr=name, capacity=20)
    sent = {"name_fr": "Salle 1", "capacity": "20", "buffer_minutes": "0"}

    for page in ("salles/nouvelle/", f"salles/{library.rooms.get(name_fr='Salle 2').pk}/"):
        answer = send(desk, desk.get(address(library, page)), **sent)
        assert answer.status_code == 422
        assert "name_fr" in answer.context["form"].errors


@pytest.mark.parametrize(
    ("page", "first", "second", "stands"),
    [
        ("", {"phone": "+212522112233"}, {"hours_fr": "9 h à 18 h"}, ["+212522112233", "–"]),
        ("", {"childcare": "no"}, {"hearing_loop": "yes"}, ["–", "No"]),
        ("salles/", {"capacity": "25"}, {"buffer_minutes": "10"}, [25, 0]),
    ],
)
def test_two_people_correcting_a_place_or_a_room_lose_nothing(desk, library, page, first, second, stands):
    room = Room.objects.create(venue=library, name_fr="Salle 1", capacity=20)
    path = address(library, f"{page}{room.pk}/" if page else "").replace("/fr/", "/en/")
    seen = desk.get(path)
    assert send(desk, seen, **first).status_code == 302

    refused = send(desk, seen, **second)

    assert refused.status_code == 422
    assert [row["value"] for row in refused.context["form"].differing] == stands
    assert answers(refused).items() >= second.items()
    now = answers(desk.get(path))
    assert now.items() >= first.items()
    assert not now.items() & second.items()
    assert send(desk, refused, **first).status_code == 302
    assert answers(desk.get(path)).items() >= (first | second).items()


@pytest.mark.parametrize(
    ("page", "field"),
    [("", "address_ar"), ("", "hours_fr"), ("salles/nouvelle/", "name_fr"), ("fermetures/nouvelle/", "reason")],
)
def test_what_stands_on_one_line_is_typed_on_one(desk, library, page, field):
    refused = send(desk, desk.get(address(library, page)), **{field: "Salle\n1"})

    assert field in refused.context["form"].errors


def test_room_of_another_place_is_not_found(desk, library):
    room = Room.objects.create(venue=venue(), name_fr="Salle 1", capacity=20)

    assert desk.get(address(library, f"salles/{room.pk}/")).status_code == 404


# --- Closures -----------------------------------------------------------------------------------------------


@pytest.fixture
def works(library):
    """Two meetings on the days of a closure and one after it."""
    group = run(venue=library, meetings=0, seats_taken=9)
    for number in (0, 1, 3):
        meeting(group, date=today() + FAR + number * DAY)
    first = today() + FAR
    return Closure.objects.create(venue=library, first_day=first, last_day=first + 2 * DAY, reason="Travaux")


def test_closure_shows_the_meetings_it_touches_and_changes_none(desk, library):
    group, day = run(venue=library, meetings=0), today() + FAR
    touched = meeting(group, date=day)
    sent = parts("first_day", day) | parts("last_day", day) | {"reason": "Travaux"}

    answer = desk.post(address(library, "fermetures/nouvelle/"), sent, follow=True)

    assert list(answer.context["touched"]) == [touched]
    assert Meeting.objects.get().state == "planned"


def test_meetings_ticked_are_not_held_and_the_others_are_kept(desk, library, works):
    first, second, third = Meeting.objects.all()
    path = address(library, f"fermetures/{works.pk}/")

    answer = desk.post(path, {"do": "skip", "seance": [f"{first.pk}-0"]}, follow=True)

    first.refresh_from_db()
    assert (first.state, first.reason) == ("skipped", "Travaux")
    assert {Meeting.objects.get(pk=each.pk).state for each in (second, third)} == {"planned"}
    assert list(answer.context["touched"]) == [second]
    assert "9" in str(next(iter(answer.context["messages"])))


@pytest.mark.parametrize("ticked", [[], ["x"], ["999999-0"]])
def test_nothing_ticked_is_an_error_summary(desk, library, works, ticked):
    answer = desk.post(address(library, f"fermetures/{works.pk}/"), {"do": "skip", "seance": ticked})

    assert answer.status_code == 422
    assert "data-error-summary" in answer.text


def test_meeting_outside_the_closure_cannot_be_skipped_by_it(desk, library, works):
    last = Meeting.objects.last()

    desk.post(address(library, f"fermetures/{works.pk}/"), {"seance": [f"{last.pk}-0"]})

    assert Meeting.objects.get(pk=last.pk).state == "planned"


def test_closure_is_removed(desk, library, works):
    desk.post(address(library, f"fermetures/{works.pk}/"), {"reopen": "1"})

    assert not Closure.objects.exists()


@pytest.mark.parametrize(("first", "last"), [(FAR, FAR - DAY), (-3 * DAY, -DAY), (FAR, FAR + timedelta(days=400))])
def test_closure_of_impossible_days_is_refused(desk, library, first, last):
    sent = parts("first_day", today() + first) | parts("last_day", today() + last) | {"reason": "Travaux"}

    answer = desk.post(address(library, "fermetures/nouvelle/"), sent)

    assert answer.status_code == 422
    assert "last_day" in answer.context["form"].errors


# --- Holidays -----------------------------------------------------------------------------------------------


@pytest.fixture
def eid():
    """The two days of a feast, by calculation."""
    for number in range(2):
        day = today() + FAR + number * DAY
        Holiday.objects.create(date=day, name_fr="Fête du sacrifice", is_provisional=True)
    return Holiday.objects.order_by("date").first()


def test_holidays_of_twelve_months_say_which_are_provisional(desk, eid):
    Holiday.objects.create(date=today() + timedelta(days=400), name_fr="Trop loin")

    answer = desk.get(PLACES)

    assert [[each.date for each in feast] for feast in answer.context["feasts"]] == [[eid.date, eid.date + DAY]]
    assert f"/fr/gestion/jours-feries/{eid.pk}/" in answer.text


def test_announced_feast_moves_with_all_its_days_and_shows_what_it_touches(desk, eid):
    group = run(meetings=0)
    touched = meeting(group, date=eid.date + 2 * DAY)
    freed = meeting(group, date=eid.date, state="skipped", reason=eid.name_fr)
    path = f"/fr/gestion/jours-feries/{eid.pk}/"

    answer = desk.post(path, {"do": "settle"} | parts("first_day", eid.date + DAY), follow=True)

    settled = list(Holiday.objects.order_by("date").values_list("date", "is_provisional"))
    assert settled == [(eid.date + DAY, False), (eid.date + 2 * DAY, False)]
    assert list(answer.context["touched"]) == [touched]
    assert list(answer.context["left_over"]) == [freed]
    assert Meeting.objects.get(pk=touched.pk).state == "planned"


@pytest.mark.parametrize("away", [-5 * DAY, 5 * DAY, timedelta(days=365)])
def test_feast_announced_far_from_its_calculated_day_is_a_slip_of_the_pen(desk, eid, away):
    path = f"/fr/gestion/jours-feries/{eid.pk}/"

    answer = desk.post(path, {"do": "settle"} | parts("first_day", eid.date + away))

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["first_day"])
    assert Holiday.objects.get(pk=eid.pk).date == eid.date


def test_meetings_on_the_announced_day_are_set_not_held(desk, eid):
    touched = meeting(run(meetings=0), date=eid.date)

    desk.post(f"/fr/gestion/jours-feries/{eid.pk}/", {"do": "skip", "seance": [f"{touched.pk}-0"]})

    touched.refresh_from_db()
    assert (touched.state, touched.reason) == ("skipped", "Fête du sacrifice")


def test_meetings_of_the_same_feast_in_another_year_are_none_of_its_own(desk, eid):
    Holiday.objects.create(date=eid.date + timedelta(days=354), name_fr=eid.name_fr, is_provisional=True)
    group = run(meetings=0)
    meeting(group, date=eid.date + timedelta(days=354), state="skipped", reason=eid.name_fr)
    freed = meeting(group, date=eid.date - 2 * DAY, state="skipped", reason=eid.name_fr)

    assert list(desk.get(f"/fr/gestion/jours-feries/{eid.pk}/").context["left_over"]) == [freed]


def test_feast_that_someone_moved_meanwhile_is_settled_from_where_it_stands(eid):
    seen = Holiday.objects.get(pk=eid.pk)
    days.settle(eid, first_day=eid.date + 9 * DAY, by=None)

    settled = days.settle(seen, first_day=seen.date + 8 * DAY, by=None)

    assert [day.date for day in settled] == [seen.date + 8 * DAY, seen.date + 9 * DAY]


def test_feast_moves_earlier_too(eid):
    days.settle(eid, first_day=eid.date - DAY, by=None)

    assert Holiday.objects.order_by("date").first().date == today() + FAR - DAY


def test_loading_the_calendar_again_brings_no_settled_day_back(desk):
    feast = next(row for row in reference.holidays() if row["is_provisional"])
    holiday = Holiday.objects.create(**feast)
    days.settle(holiday, first_day=holiday.date + DAY, by=None)

    names = [row["date"] for row in reference.holidays() if row["name_fr"] == feast["name_fr"]]

    assert [day for day in names if abs(day - holiday.date) < timedelta(days=15)] == []
    assert len(names) > 1


def test_only_the_programme_officer_settles_a_day(client, eid):
    for someone in (member(Role.MANAGER), member(Role.DISTRICT_OFFICER, district=district())):
        client.force_login(someone)
        assert client.get(f"/fr/gestion/jours-feries/{eid.pk}/").status_code == 404
        assert client.post(f"/fr/gestion/jours-feries/{eid.pk}/", {"do": "settle"}).status_code == 404


def test_next_ramadan_is_the_one_that_runs_or_comes():
    assert days.next_ramadan(date(2027, 1, 1)) == (date(2027, 2, 8), date(2027, 3, 8))
    assert days.next_ramadan(date(2027, 3, 8))[0] == date(2027, 2, 8)
    assert days.next_ramadan(date(2027, 3, 9))[0] == date(2028, 1, 28)
    assert days.next_ramadan(date(2090, 1, 1)) is None


# --- Cost ---------------------------------------------------------------------------------------------------


def test_pages_cost_the_same_for_one_and_for_three(desk, queries_of, library, works, eid):
    pages = [PLACES, address(library), address(library, f"fermetures/{works.pk}/")]
    pages.append(f"/fr/gestion/jours-feries/{eid.pk}/")
    meeting(run(venue=library, meetings=0), date=eid.date + DAY)
    for path in pages:
        desk.get(path)
    before = [queries_of(desk.get, path) for path in pages]
    for number in range(2):
        Room.objects.create(venue=library, name_fr=f"Salle {number}", capacity=20)
        Closure.objects.create(venue=library, first_day=works.first_day, last_day=works.last_day, reason="Autre")
        meeting(run(venue=library, meetings=0), date=works.first_day)
        venue(district=district("Anfa", "أنفا"))

    assert [queries_of(desk.get, path) for path in pages] == before
