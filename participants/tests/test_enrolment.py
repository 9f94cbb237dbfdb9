from datetime import date, timedelta
from itertools import count

import pytest
from django.db import IntegrityError, transaction

from learningcity import clock
from learningcity.models import OutboxMessage
from learningcity.tests.factories import user
from programmes.models import CourseRun
from programmes.tests.factories import course, run

from ..models import Enrolment, EnrolmentEvent
from ..models.enrolments import State
from ..services.enrolment import enrol
from ..services.refusals import EnrolmentRefused, age_on, refusal
from .factories import enrolment, participant, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken_in_the_end")]
ONLINE, DESK = Enrolment.Source.ONLINE, Enrolment.Source.DESK
HOUR = timedelta(hours=1)
names = (f"Personne {number}" for number in count(1))


def someone(**fields):
    return participant(given_name=next(names), **{"phone": ""} | fields)


def counters(group):
    group.refresh_from_db()
    return group.seats_taken, group.waiting_count, group.joined_count


# --- Why not ------------------------------------------------------------------------------------------------


def test_open_group_refuses_nobody():
    assert refusal(person(), run(), clock.now()) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"decision": CourseRun.Decision.CANCELLED}, "cancelled"),
        ({"decision": CourseRun.Decision.POSTPONED}, "closed"),
        ({"decision": CourseRun.Decision.DRAFT}, "closed"),
        ({"seats_taken": 30, "waiting_places": 0}, "full"),
        ({"seats_taken": 30, "waiting_count": 50}, "full"),
        ({"seats_taken": 30, "waiting_count": 49}, None),
        ({"capacity": 2, "desk_seats": 2, "waiting_places": 0}, "full"),
    ],
)
def test_group_that_takes_nobody_says_why(changes, code):
    reason = refusal(person(), CourseRun(**{**vars_of(run()), **changes}), clock.now())

    assert (reason and reason.code) == code
    assert reason is None or str(reason.sentence).strip()


def vars_of(group):
    return {field.name: getattr(group, field.name) for field in CourseRun._meta.fields}


@pytest.mark.parametrize("state", ["draft", "in_review", "archived"])
def test_course_that_is_not_published_takes_nobody(state):
    assert refusal(person(), run(course=course(state=state)), clock.now()).code == "closed"


def test_enrolment_opens_and_closes_to_the_second():
    group = run()
    second = timedelta(seconds=1)
    instants = [group.enrolment_opens_at - second, group.enrolment_opens_at]
    instants += [group.enrolment_closes_at - second, group.enrolment_closes_at]

    reasons = [refusal(person(), group, at) for at in instants]

    assert [reason and reason.code for reason in reasons] == ["not_open", None, None, "closed"]


@pytest.mark.parametrize(
    ("birth", "code"),
    [(2010, None), (2011, None), (2012, "too_young"), (1996, None), (1995, "too_old")],
)
def test_age_is_asked_on_the_day_the_group_starts(birth, code):
    group = run(course=course(minimum_age=15, maximum_age=30), starts_on=date(2026, 12, 1))

    reason = refusal(person(birth_year=birth, birth_date=date(birth, 12, 1)), group, clock.now())

    assert (reason and reason.code) == code


@pytest.mark.parametrize(
    ("birth_date", "allowed"), [(date(2010, 12, 1), True), (date(2010, 12, 2), False), (date(2010, 11, 30), True)]
)
def test_birthday_on_the_first_day_counts(birth_date, allowed):
    group = run(course=course(minimum_age=16), starts_on=date(2026, 12, 1))

    assert (refusal(person(birth_year=2010, birth_date=birth_date), group, clock.now()) is None) == allowed


@pytest.mark.parametrize(
    ("limits", "year", "code"),
    [
        ({"minimum_age": 16}, 2009, None),
        ({"minimum_age": 16}, 2010, "date_needed"),
        ({"minimum_age": 16}, 2011, "too_young"),
        ({"maximum_age": 16}, 2010, None),
        ({"maximum_age": 16}, 2009, "date_needed"),
        ({"maximum_age": 16}, 2008, "too_old"),
        ({}, 2010, None),
    ],
)
def test_year_alone_is_enough_where_no_limit_falls_in_it(limits, year, code):
    group = run(course=course(**limits), starts_on=date(2026, 12, 1))

    reason = refusal(person(birth_year=year, birth_date=None), group, clock.now())

    assert (reason and reason.code) == code


def test_at_the_desk_the_year_is_read_in_favour_of_who_stands_there():
    group = run(course=course(minimum_age=16), starts_on=date(2026, 12, 1))

    assert refusal(person(birth_year=2010, birth_date=None), group, clock.now(), source="desk") is None


@pytest.mark.parametrize(
    ("day", "age"),
    [
        (date(2026, 2, 27), 17),
        (date(2026, 2, 28), 17),
        (date(2026, 3, 1), 18),
        (date(2028, 2, 28), 19),
        (date(2028, 2, 29), 20),
    ],
)
def test_birthday_of_29_february_is_1_march_in_common_years(day, age):
    assert age_on(day, birth_year=2008, birth_date=date(2008, 2, 29)) == age


@pytest.mark.parametrize(("sex", "code"), [("F", None), ("M", "women_only"), ("U", "women_only")])
def test_group_of_women_is_for_women(sex, code):
    reason = refusal(person(sex=sex), run(women_only=True), clock.now())

    assert (reason and reason.code) == code


def test_refused_enrolment_leaves_nothing():
    group = run(women_only=True)

    with pytest.raises(EnrolmentRefused) as refused:
        enrolment(group, participant(sex="M"))

    assert refused.value.reason.code == "women_only"
    assert counters(group) == (0, 0, 0)
    assert not Enrolment.objects.exists()
    assert not EnrolmentEvent.objects.exists()
    assert not OutboxMessage.objects.exists()


# --- A seat or a place in line ------------------------------------------------------------------------------


def test_seats_go_first_then_the_line():
    group = run(capacity=2)

    places = [enrolment(group, someone()) for _ in range(4)]

    assert [place.state for place in places] == ["enrolled", "enrolled", "waiting", "waiting"]
    assert [place.sequence for place in places] == [1, 2, 3, 4]
    assert [place.place_in_line for place in places] == [None, None, 1, 2]
    assert counters(group) == (2, 2, 4)


def test_editing_a_person_moves_nobody_in_line():
    group = run(capacity=0)
    first, second = enrolment(group, someone()), enrolment(group, someone())
    first.participant.given_name = "Autre"
    first.participant.save()
    first.needs = ["hearing"]
    first.save()

    assert list(group.enrolments.waiting()) == [first, second]


def test_newcomer_joins_the_tail_while_someone_waits():
    group = run(capacity=2)
    for _ in range(3):
        enrolment(group, someone())
    CourseRun.objects.filter(pk=group.pk).update(capacity=3)

    assert enrolment(group, someone()).state == State.WAITING


def test_line_is_only_for_those_who_want_to_wait():
    group = run(capacity=1)
    enrolment(group, someone())

    with pytest.raises(EnrolmentRefused) as refused:
        enrolment(group, someone(), may_wait=False)

    assert refused.value.reason.code == "full_now"
    assert counters(group) == (1, 0, 1)


def test_asking_twice_gives_the_same_place():
    group, who = run(), participant()

    assert enrolment(group, who) == enrolment(group, who)
    assert counters(group) == (1, 0, 1)
    assert EnrolmentEvent.objects.count() == OutboxMessage.objects.count() == 1


def test_asking_again_after_closing_still_gives_the_same_place():
    group, who = run(), participant()
    place = enrolment(group, who)
    CourseRun.objects.update(enrolment_closes_at=clock.now() - HOUR)

    assert enrolment(group, who) == place


def test_database_itself_refuses_a_second_live_place():
    place = enrolment(who=participant())
    twin = Enrolment(run=place.run, participant=place.participant, state=State.WAITING, joined_at=place.joined_at)
    twin.sequence, twin.source, twin.sex, twin.birth_year = 2, "online", "F", 1998

    with pytest.raises(IntegrityError, match="one_live_enrolment"), transaction.atomic():
        twin.save()


# --- Places kept for the desk -------------------------------------------------------------------------------


def test_desk_seats_are_kept_from_residents():
    group = run(capacity=2, desk_seats=1)

    assert [enrolment(group, someone()).state for _ in range(2)] == ["enrolled", "waiting"]
    at_desk = enrolment(group, someone(), source=DESK, by=user())
    assert (at_desk.state, at_desk.holds_desk_seat) == ("enrolled", True)
    assert enrolment(group, someone(), source=DESK, by=user()).state == "waiting"
    group.refresh_from_db()
    assert (group.seats_taken, group.desk_taken, group.waiting_count) == (2, 1, 2)


def test_desk_uses_a_common_seat_when_its_own_are_gone():
    group = run(capacity=3, desk_seats=1)

    places = [enrolment(group, someone(), source=DESK, by=user()) for _ in range(2)]

    assert [(place.state, place.holds_desk_seat) for place in places] == [("enrolled", True), ("enrolled", False)]


def test_kept_seat_can_be_given_when_the_line_is_full():
    group = run(capacity=1, desk_seats=1, waiting_places=0)
    with pytest.raises(EnrolmentRefused):
        enrolment(group, someone())

    assert enrolment(group, someone(), source=DESK, by=user()).state == "enrolled"


# --- What is written beside it ------------------------------------------------------------------------------


def test_enrolment_keeps_the_person_as_she_was():
    who = participant(lives_outside=True)
    place = enrolment(who=who, needs=["hearing"])
    who.sex, who.birth_year, who.birth_date = "U", 1990, None
    who.save()

    kept = Enrolment.objects.get(pk=place.pk)
    assert (kept.sex, kept.birth_year, kept.lives_outside, kept.needs) == ("F", 1998, True, ["hearing"])
    assert kept.confirmed_on == clock.local_day(kept.joined_at)


def test_waiting_is_not_confirmed():
    assert enrolment(run(capacity=0)).confirmed_on is None


def test_each_enrolment_is_one_line_of_the_ledger():
    group, clerk = run(capacity=1), user()
    seat = enrolment(group, someone())
    line = enrolment(group, someone(), by=clerk)

    events = EnrolmentEvent.objects.order_by("number").values_list(
        "number", "enrolment", "from_state", "to_state", "seat_delta", "by"
    )
    assert list(events) == [(1, seat.pk, "", "enrolled", 1, None), (2, line.pk, "", "waiting", 0, clerk.pk)]


def test_message_tells_of_the_place(settings):
    settings.SITE_URL = "https://apprend.example"
    group = run(capacity=1)
    seat = enrolment(group, participant(language="ar"))
    enrolment(group, someone(phone="+212612345679"))
    line = enrolment(group, someone(phone="+212612345670"))

    first, _second, third = OutboxMessage.objects.order_by("pk")
    meeting = group.meetings.get()

    assert (first.recipient, first.language, first.template) == ("+212612345678", "ar", "enrolled")
    assert first.values == {
        "first_name": "",
        "course": {code: getattr(group.course, f"title_{code}") for code in ("fr", "ar", "en")},
        "date": meeting.date.isoformat(),
        "time": "10:30",
        "venue": {code: getattr(group.venue, f"name_{code}") for code in ("fr", "ar", "en")},
        "reference": seat.reference,
        "link": f"https://apprend.example/i/{seat.token}/",
    }
    assert (third.template, third.values["place_in_line"]) == ("waiting", 2)
    assert third.dedupe_key == f"enrolment:{line.pk}:waiting"


def test_message_of_a_sensitive_course_never_names_it():
    group = run(course=course(is_sensitive=True))
    enrolment(group)

    message = OutboxMessage.objects.get()

    assert message.values["course"] is None
    assert group.course.title_fr not in str(message.values)


def test_message_on_a_family_phone_names_the_person():
    participant(given_name="Mère")
    enrolment(who=participant(given_name="Salma"))

    assert OutboxMessage.objects.get().values["first_name"] == "Salma"


def test_group_without_meetings_is_announced_by_its_first_day():
    group = run(meetings=0)
    enrolment(group)

    values = OutboxMessage.objects.get().values
    assert values["date"] == group.starts_on.isoformat()
    assert "time" not in values


@pytest.mark.parametrize(
    ("contact", "messages"),
    [
        ({"channel": "sms"}, 1),
        ({"channel": "whatsapp"}, 1),
        ({"channel": "call"}, 0),
        ({"channel": "none"}, 0),
        ({"channel": "sms", "phone": ""}, 0),
    ],
)
def test_message_goes_only_to_who_wants_one(contact, messages):
    enrolment(who=participant(**contact))

    assert OutboxMessage.objects.count() == messages


def test_tokens_and_references_are_unguessable_and_unlike():
    group = run()
    places = [enrolment(group, someone()) for _ in range(20)]

    assert len({place.token for place in places}) == len({place.reference for place in places}) == 20
    assert {len(place.token) for place in places} == {22}
    assert not {letter for place in places for letter in place.reference[3:]} & set("01IOL")


def test_enrol_reads_the_group_anew():
    """A stale copy of the group decides nothing."""
    group = run(capacity=1)
    stale = CourseRun.objects.get(pk=group.pk)
    enrolment(group, someone())

    assert enrol(someone(), stale, by=None, source=ONLINE).state == State.WAITING
