from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F, Min, Q

from learningcity import clock
from learningcity.clock import local_day
from learningcity.models import Holiday, User
from learningcity.services.accounts import DEMO_STAFF
from learningcity.services.reference import load_ground
from participants.demo.book import reference, token
from participants.demo.city import build
from participants.demo.tables import definitions, without_checks
from participants.models import Attendance, Certificate, Enrolment, EnrolmentEvent, Participant
from participants.models.attendance import HERE
from participants.models.enrolments import State
from participants.services.invariants import CHECKS
from participants.services.refusals import person_refusal
from programmes.models import CatalogueEntry, Closure, Commitment, CourseRun, Meeting, MoneyEntry, Programme, Venue
from programmes.models.runs import RunStatus
from programmes.services import indexing
from programmes.services.reference import load_offer

TODAY = date(2026, 11, 17)
pytestmark = pytest.mark.django_db
SMALL = {"enrolments": 900, "attendance": 9_000, "today": TODAY}


def picture(seed):
    """Everyone's place in a city that is thrown away again."""
    with transaction.atomic():
        build(seed=seed, **SMALL)
        columns = ["reference", "token", "state", "sequence", "started_on", "participant__given_name", "run__code"]
        rows = list(Enrolment.objects.order_by("reference").values_list(*columns))
        transaction.set_rollback(True)
    return rows


@pytest.fixture(scope="module")
def city(django_db_setup, django_db_blocker):
    """The empty city of the real places, once for this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_ground()
        load_offer()
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def living(city):
    with transaction.atomic():
        yield build(seed=1, **SMALL)
        transaction.set_rollback(True)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_invariants_hold(living, check):
    assert list(check()) == []


def test_as_many_enrolments_as_asked_and_about_as_many_marks(living):
    assert living["participants_enrolment"] == Enrolment.objects.count() == 900
    assert 0.6 < living["participants_attendance"] / 9_000 < 1.4


def test_everyone_is_marked_as_invented_and_reached_at_an_invented_phone(living):
    assert not Participant.objects.filter(is_demo=False).exists()
    assert not Participant.objects.exclude(phone="").exclude(phone__startswith="+2126000").exists()


def test_names_are_written_in_both_scripts(living):
    arabic = Participant.objects.filter(given_name__regex="[\u0621-\u064a]").count()
    assert 0.3 < arabic / Participant.objects.count() < 0.6


def test_every_person_was_allowed_into_her_group(living):
    refused = [
        enrolment.reference
        for enrolment in Enrolment.objects.select_related("participant", "run__course")
        if person_refusal(enrolment.participant, enrolment.run)
    ]
    assert refused == []


def test_nothing_has_happened_that_lies_ahead(living):
    assert not EnrolmentEvent.objects.filter(day__gte=TODAY).exists()
    assert not Attendance.objects.filter(day__gte=TODAY).exists()
    assert not Meeting.objects.filter(date__gte=TODAY, state=Meeting.State.HELD).exists()


def test_marks_lie_between_confirmation_and_exit_and_within_the_minutes_held(living):
    outside = Q(day__lt=F("enrolment__confirmed_on")) | Q(day__gt=F("enrolment__exited_on"))
    too_long = Q(minutes__gt=F("meeting__held_minutes")) | ~Q(day=F("meeting__date"))
    assert not Attendance.objects.filter(outside | too_long).exists()


def test_marks_lie_on_disk_about_in_the_order_of_days(living):
    with connection.cursor() as cursor:
        cursor.execute("SELECT day - max(day) OVER (ORDER BY ctid) FROM participants_attendance")
        assert min(back for (back,) in cursor.fetchall()) > -14


def test_a_start_is_the_first_meeting_attended(living):
    first = Min("attendances__day", filter=Q(attendances__mark__in=HERE))
    wrong = [item for item in Enrolment.objects.annotate(first=first) if item.first != item.started_on]
    assert wrong == []


def test_days_of_the_ledger_are_days_in_casablanca(living):
    assert all(local_day(event.at) == event.day for event in EnrolmentEvent.objects.all())


def test_certificates_go_to_those_who_stayed(living):
    assert Certificate.objects.exists()
    assert not Certificate.objects.exclude(enrolment__state=State.COMPLETED).exists()


def test_on_a_holiday_a_meeting_is_skipped_and_says_why(living):
    on_holidays = Meeting.objects.filter(date__in=Holiday.objects.values("date")).exclude(date=TODAY)
    assert {meeting.state for meeting in on_holidays} == {Meeting.State.SKIPPED}
    names = dict(Holiday.objects.values_list("date", "name_fr"))
    assert all(meeting.reason == names[meeting.date] for meeting in on_holidays)


def test_while_a_place_is_closed_nothing_takes_place_there(living):
    assert Closure.objects.count() == 3
    for closure in Closure.objects.all():
        inside = Meeting.objects.filter(run__venue=closure.venue, date__range=(closure.first_day, closure.last_day))
        assert not inside.taking_place().exists()
    assert Meeting.objects.filter(reason__in=Closure.objects.values("reason"), state="skipped").exists()


def test_a_moved_meeting_remembers_its_day_and_whatever_is_not_as_planned_says_why(living):
    moved = Meeting.objects.exclude(moved_from=None)
    assert moved.filter(state=Meeting.State.MOVED).exists()
    assert not moved.filter(Q(moved_from=F("date")) | Q(reason="")).exists()
    assert not Meeting.objects.filter(state__in=["moved", "cancelled", "skipped"], reason="").exists()
    assert not Meeting.objects.filter(state="moved", moved_from=None).exists()


def test_most_meetings_have_a_room_large_enough_and_a_trainer_of_the_group(living):
    meetings = Meeting.objects.taking_place()
    assert meetings.filter(room=None, run__mode="on_site").count() < meetings.count() / 10
    assert meetings.filter(trainer=None).count() < meetings.count() / 10
    wrong = ~Q(room__venue=F("run__venue")) | Q(room__capacity__lt=F("run__capacity"))
    assert not meetings.exclude(room=None).filter(wrong | ~Q(buffer_minutes=F("room__buffer_minutes"))).exists()
    assert not meetings.exclude(trainer=None).exclude(trainer__runs_taught=F("run")).exists()


def test_groups_meet_on_site_and_elsewhere_and_in_more_than_the_language_of_the_course(living):
    assert set(CourseRun.objects.values_list("mode", flat=True)) == set(CourseRun.Mode.values)
    assert not CourseRun.objects.filter(mode=CourseRun.Mode.ONLINE).exclude(room=None).exists()
    assert set(CourseRun.objects.values_list("language", flat=True)) == {"", "arabic", "french"}


def test_access_is_said_of_every_place_in_the_demonstration(living):
    known = Venue.objects.exclude(step_free=None)
    assert known.filter(step_free=True).exists()
    assert known.filter(step_free=False).exists()
    assert Venue.objects.filter(childcare=True, women_space=True).exists()
    assert not Venue.objects.filter(Q(transport_ar="") | Q(hours_fr="")).exists()


def test_money_and_promises_say_that_they_are_invented(living):
    assert MoneyEntry.objects.filter(on__lte=TODAY).count() == MoneyEntry.objects.count() > 15
    assert not MoneyEntry.objects.exclude(reference__startswith="DEMO-").exists()
    assert not Commitment.objects.exclude(note_fr__startswith="Valeur de démonstration").exists()
    assert Commitment.objects.exclude(replaces=None).count() == 1
    assert Programme.objects.exclude(axis=None).count() == 3


def test_every_situation_of_a_group_can_be_seen(living):
    at = CourseRun.objects.filter(course__code="C012").earliest("enrolment_opens_at").enrolment_opens_at
    at = at.replace(year=2026, month=11, day=17, hour=10)
    seen = {run.status(at, TODAY) for run in CourseRun.objects.all()}
    assert seen >= set(RunStatus) - {RunStatus.DRAFT, RunStatus.CLOSED}


def test_the_trainer_who_signs_in_teaches_in_sidi_moumen_today(living):
    meeting = Meeting.objects.get(date=TODAY, run__trainers__email=DEMO_STAFF[0][2])
    assert meeting.run.venue.district.slug == "sidi-moumen"
    assert meeting.run.enrolments.filter(state=State.ENROLLED).exists()


def test_each_role_signs_in_and_nobody_else_can(living):
    emails = [email for _role, _label, email in DEMO_STAFF]
    roles = User.objects.filter(email__in=emails).values_list("memberships__role", flat=True)
    assert sorted(roles) == sorted(role for role, _label, _email in DEMO_STAFF)
    others = User.objects.exclude(email__in=emails)
    assert others
    assert not any(user.has_usable_password() for user in others)


def test_the_same_seed_gives_the_same_city(city):
    assert picture(seed=7) == picture(seed=7)


def test_another_seed_gives_another_city(city):
    assert picture(seed=7) != picture(seed=8)


def test_references_do_not_repeat():
    assert len({reference(number, seed=3) for number in range(20_000)}) == 20_000
    assert len(token(1, 3, "receipt")) == 22


@pytest.mark.parametrize("table", ["participants_attendance", "programmes_meeting"])
def test_checks_come_back_after_a_large_load(living, table):
    with connection.cursor() as cursor:
        before = list(definitions(cursor, table))
        with without_checks([table]):
            assert list(definitions(cursor, table)) == []
        after = list(definitions(cursor, table))
    assert sorted(drop for drop, _restore in after) == sorted(drop for drop, _restore in before)
    assert len(before) >= 5


def test_after_a_large_load_a_room_is_still_given_once(living):
    with without_checks(["programmes_meeting"]):
        pass
    taken = Meeting.objects.taking_place().exclude(room=None).first()
    other = CourseRun.objects.exclude(pk=taken.run_id).first()
    again = {"date": taken.date, "starts_at": taken.starts_at, "ends_at": taken.ends_at, "room": taken.room}
    with pytest.raises(IntegrityError, match="room_once_at_a_time"), transaction.atomic():
        Meeting.objects.create(run=other, **again)


def test_a_city_that_lives_is_left_alone(living):
    said = StringIO()
    call_command("demo", force=True, stdout=said)
    assert "already there" in said.getvalue()
    assert Enrolment.objects.count() == 900


def test_outside_a_demonstration_nobody_is_invented(city, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO"):
        call_command("demo")


def test_reach_is_unequal(living):
    by_district = Enrolment.objects.exclude(district=None).values("district__slug").annotate(people=Count("pk"))
    people = {row["district__slug"]: row["people"] for row in by_district}
    assert people["sidi-belyout"] / 136_392 > 2 * people.get("sidi-othmane", 0) / 211_894


def test_the_search_finds_the_groups_on_offer(living):
    assert not any(indexing.differences().values())
    assert CatalogueEntry.objects.count() == CourseRun.objects.on_offer(clock.now()).count() > 0
