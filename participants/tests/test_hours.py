from datetime import date, datetime, timedelta

import pytest

from learningcity.clock import CASABLANCA
from learningcity.models import Holiday

from ..services import hours

pytestmark = pytest.mark.django_db
MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)
LONG, SHORT = timedelta(hours=48), timedelta(hours=2)


def at(text, day=MONDAY):
    return datetime.combine(day, datetime.strptime(text, "%H:%M").time(), tzinfo=CASABLANCA)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (at("10:30"), at("10:30")),
        (at("03:00"), at("09:00")),
        (at("19:00"), at("09:00", MONDAY + timedelta(days=1))),
        (at("12:00", FRIDAY), at("15:00", FRIDAY)),
        (at("11:59", FRIDAY), at("11:59", FRIDAY)),
        (at("23:30", FRIDAY), at("09:00", FRIDAY + timedelta(days=1))),
    ],
)
def test_the_next_good_moment(asked, found):
    assert hours.next_moment(asked) == found


def test_nobody_is_called_on_a_holiday():
    Holiday.objects.create(date=MONDAY, name_fr="Fête", name_ar="عيد")

    assert hours.next_moment(at("10:00")) == at("09:00", MONDAY + timedelta(days=1))
    assert hours.last_moment(at("10:00")) == at("19:00", MONDAY - timedelta(days=1))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (at("10:30"), at("10:30")),
        (at("08:00"), at("19:00", MONDAY - timedelta(days=1))),
        (at("14:00", FRIDAY), at("12:00", FRIDAY)),
        (at("22:00"), at("19:00")),
    ],
)
def test_the_last_good_moment(asked, found):
    assert hours.last_moment(asked) == found


@pytest.mark.parametrize("hour", [f"{hour:02}:{minute}" for hour in range(24) for minute in ("00", "37")])
@pytest.mark.parametrize("left", [3, 5, 9, 20, 50, 100, 400])
def test_a_window_never_begins_nor_ends_at_a_bad_hour(hour, left):
    for day in range(7):
        begun = at(hour, MONDAY + timedelta(days=day))
        last = begun + timedelta(hours=left)
        if window := hours.window(begun, last=last, longest=LONG, shortest=SHORT):
            begins, ends = window
            assert begun <= begins < ends <= last
            assert hours.is_open(begins)
            assert hours.last_moment(ends) == ends
            assert ends - begins >= SHORT


def test_a_window_is_shorter_near_the_start():
    begun = at("10:00")
    far = hours.window(begun, last=begun + timedelta(days=20), longest=LONG, shortest=SHORT)
    near = hours.window(begun, last=begun + timedelta(hours=8), longest=LONG, shortest=SHORT)

    assert far == (begun, begun + LONG)
    assert near == (begun, begun + timedelta(hours=4))
    assert hours.window(begun, last=begun + timedelta(hours=3), longest=LONG, shortest=SHORT) is None


def test_at_night_the_window_begins_in_the_morning():
    begins, _ends = hours.window(at("02:00"), last=at("02:00") + timedelta(days=20), longest=LONG, shortest=SHORT)
    assert begins == at("09:00")
