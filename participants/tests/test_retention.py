from datetime import date, datetime, timedelta

import pytest

from learningcity import clock
from learningcity.models import AuditEntry
from programmes.models import CourseRun
from programmes.tests.factories import run

from .. import tasks
from ..models import Guardianship, Participant
from ..services import merging, people, retention
from .factories import enrolment, participant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken_in_the_end")]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _a_year(settings):
    settings.RETENTION_DAYS = 365


def made(days, **fields):
    """Someone whose record was made so many days ago."""
    who = participant(**fields)
    Participant.objects.filter(pk=who.pk).update(created_at=clock.now() - days * DAY)
    return who


def ended(days, who):
    """A group of hers that ended so many days ago."""
    place = enrolment(run(), who)
    last = clock.local_day(clock.now()) - days * DAY
    CourseRun.objects.filter(pk=place.run_id).update(starts_on=last - DAY, ends_on=last)
    return place


def erased(who):
    who.refresh_from_db()
    return who.erased_on is not None


@pytest.mark.parametrize(("days", "goes"), [(364, False), (366, True)])
def test_who_never_had_a_place_goes_some_time_after_the_record_was_made(days, goes):
    who = made(days)

    assert retention.forget() == goes
    assert erased(who) == goes


@pytest.mark.parametrize(("days", "goes"), [(364, False), (365, False), (366, True)])
def test_who_had_places_goes_some_time_after_the_last_group_ended(days, goes):
    who = made(900)
    ended(800, who)
    place = ended(days, who)

    retention.forget()

    assert erased(who) == goes
    place.refresh_from_db()
    assert place.state == ("cancelled_by_learner" if goes else "enrolled")


def test_a_place_of_a_record_that_was_merged_counts_for_the_survivor():
    survivor, absorbed = made(900), made(900, given_name="Yasmina")
    ended(10, absorbed)
    merging.merge(survivor, absorbed, by=None, reason="")

    assert retention.forget() == 0


def test_it_goes_with_the_records_merged_into_it_once():
    survivor, absorbed = made(900), made(900, given_name="Yasmina")
    merging.merge(survivor, absorbed, by=None, reason="")

    assert retention.forget() == 1
    assert erased(survivor)
    assert erased(absorbed)
    assert retention.forget() == 0
    assert set(AuditEntry.objects.filter(action="erase person").values_list("by", flat=True)) == {None}


def test_who_came_back_in_between_stays():
    who = made(900)
    enrolment(run(), who)

    assert not retention.forget_one(who, clock.now())
    assert not erased(who)


def test_the_task_does_it():
    who = made(900)

    tasks.forget_people()

    assert erased(who)


# --- Coming of age --------------------------------------------------------------------------------------------


@pytest.fixture
def today(monkeypatch):
    def set_to(day):
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=clock.CASABLANCA)
        monkeypatch.setattr(people.clock, "now", lambda: noon)

    return set_to


def acting(relation="mother", **fields):
    return Guardianship.objects.create(participant=participant(**fields), guardian_name="Amina", relation=relation)


@pytest.mark.parametrize(
    ("born", "day", "ends"),
    [
        ({"birth_date": date(2008, 11, 23)}, date(2026, 11, 22), 0),
        ({"birth_date": date(2008, 11, 23)}, date(2026, 11, 23), 1),
        ({"birth_date": date(2008, 2, 29)}, date(2026, 2, 28), 0),
        ({"birth_date": date(2008, 2, 29)}, date(2026, 3, 1), 1),
        ({"birth_date": date(2010, 3, 1)}, date(2028, 2, 29), 0),
        ({"birth_date": date(2010, 2, 28)}, date(2028, 2, 29), 1),
        ({"birth_year": 2008}, date(2026, 12, 31), 0),
        ({"birth_year": 2008}, date(2027, 1, 1), 1),
    ],
)
def test_parents_end_on_the_eighteenth_birthday(today, born, day, ends):
    acting(**born)
    today(day)

    assert people.take_over() == ends
    assert Guardianship.objects.current().count() == 1 - ends
    assert people.take_over() == 0
    assert AuditEntry.objects.filter(action="revoke guardian", by=None).count() == ends


@pytest.mark.parametrize(("relation", "ends"), [("father", 1), ("guardian", 1), ("relative", 0)])
def test_a_relative_goes_on_helping(relation, ends):
    acting(relation, birth_year=1990)

    tasks.take_over()

    assert Guardianship.objects.current().count() == 1 - ends


@pytest.mark.parametrize(
    ("born", "day", "is_alone"),
    [
        ({"birth_date": date(2008, 11, 23)}, date(2026, 11, 22), True),
        ({"birth_date": date(2008, 11, 23)}, date(2026, 11, 23), False),
        ({"birth_year": 2008}, date(2026, 12, 31), True),
        ({"birth_year": 2008}, date(2027, 1, 1), False),
    ],
)
def test_a_child_for_whom_nobody_acts_is_known_until_it_is_of_age(born, day, is_alone):
    guardianship = acting(**born)
    child = guardianship.participant
    assert not people.wards_alone(day).exists()

    guardianship.revoked_at = clock.now()
    guardianship.save()

    assert list(people.wards_alone(day)) == [child] * is_alone
    assert not people.wards_alone(day).filter(pk=erased_child().pk).exists()


def erased_child():
    gone = participant(birth_year=2020)
    Participant.objects.filter(pk=gone.pk).update(erased_on=clock.local_day(clock.now()))
    return gone


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [
        ({"birth_date": date(2008, 2, 29)}, date(2026, 2, 28), 17),
        ({"birth_date": date(2008, 2, 29)}, date(2026, 3, 1), 18),
        ({"birth_year": 2008}, date(2026, 12, 30), 17),
        ({"birth_year": 2008}, date(2027, 1, 1), 18),
    ],
)
def test_an_age_is_what_is_certain(born, day, years):
    assert people.age_of(participant(**born), day) == years


def test_the_last_guardian_of_who_is_of_age_can_be_ended():
    guardianship = acting("relative", birth_year=1990)

    people.revoke(guardianship, by=None)

    assert not Guardianship.objects.current().exists()
