from datetime import timedelta
from urllib.parse import urlencode

import pytest

from learningcity.models import AuditEntry
from programmes.models import Meeting, Membership
from programmes.tests.factories import meeting as new_meeting
from programmes.tests.factories import member, run, today

from ..models import Attendance, Enrolment
from ..models.attendance import Mark
from .factories import enrolment, participant

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
Role = Membership.Role


@pytest.fixture
def meeting(trainer):
    """Today's meeting of a group of three."""
    group = run(trainer=trainer, meetings=0)
    for name in ("Amal", "Badr", "Chama"):
        enrolment(group, participant(given_name=name, phone=""))
    return new_meeting(group, date=today())


@pytest.fixture
def people(meeting):
    return list(Enrolment.objects.filter(run=meeting.run).order_by("sequence"))


def address(meeting):
    return f"/gestion/groupes/{meeting.run.code}/appel/{meeting.pk}/"


def saved():
    return dict(Attendance.objects.values_list("enrolment", "mark"))


@pytest.fixture
def call(client, trainer, meeting):
    """Send the roll-call as the trainer."""

    def post(marks, **more):
        client.force_login(trainer)
        form = urlencode({f"mark-{pk}": mark for pk, mark in marks.items()} | more)
        return client.post(f"/en{address(meeting)}", form, content_type="application/x-www-form-urlencoded")

    return post


def test_roll_call_shows_the_people_and_their_marks(page, trainer, meeting, people):
    Attendance.objects.create(
        enrolment=people[0], meeting=meeting, day=today(), mark=Mark.ABSENT, minutes=0, entered_at=people[0].joined_at
    )

    response = page(address(meeting), user=trainer)

    assert [(row["enrolment"], row["mark"]) for row in response.context["rows"]] == [
        (people[0], Mark.ABSENT),
        (people[1], None),
        (people[2], None),
    ]
    assert response.text.count(" checked") == 1
    assert "The other 2 are present" in response.text


def test_reading_the_roll_call_leaves_a_trace(page, trainer, meeting):
    page(address(meeting), user=trainer)

    trace = AuditEntry.objects.values("by", "action", "subject", "count").get()
    subject = f"programmes.meeting:{meeting.pk}"
    assert trace == {"by": trainer.pk, "action": "read register", "subject": subject, "count": 3}


def test_roll_call_is_saved_and_says_so(client, call, meeting, people):
    response = call({people[0].pk: 1, people[1].pk: 3})

    assert response["Location"] == f"/en{address(meeting)}"
    assert saved() == {people[0].pk: Mark.PRESENT, people[1].pk: Mark.ABSENT}
    assert "Register saved: 1 present, 1 absent, 0 excused." in client.get(response["Location"]).text
    assert Meeting.objects.get().state == Meeting.State.HELD


def test_one_touch_marks_everyone_else_present(call, people):
    call({people[0].pk: 3})
    call({}, rest="1")

    assert saved() == {people[0].pk: 3, people[1].pk: 1, people[2].pk: 1}


def test_changed_mark_is_in_the_journal(call, people):
    call({people[0].pk: 3})
    call({people[0].pk: 4})

    details = AuditEntry.objects.order_by("pk").values_list("action", "detail")
    assert list(details) == [
        ("mark attendance", {str(people[0].pk): [None, 3]}),
        ("mark attendance", {str(people[0].pk): [3, 4]}),
    ]


def test_nonsense_in_the_form_marks_nobody(call, people):
    other = enrolment(run(), participant(given_name="Autre"))
    marks = {
        other.pk: 1,
        "abc": 1,
        "": 1,
        "9" * 5000: 1,
        "9" * 18: 1,
        "-1": 1,
        "١": 1,
        people[0].pk: 9,
        people[1].pk: "x",
    }

    assert call(marks).status_code == 302
    assert saved() == {}


@pytest.mark.parametrize("days", [-4, 1])
def test_register_that_is_closed_saves_nothing_and_says_why(page, call, trainer, meeting, people, days):
    Meeting.objects.update(date=today() + days * DAY)
    Enrolment.objects.update(confirmed_on=today() - 30 * DAY)

    response = call({people[0].pk: 1})

    assert response.status_code == 409
    assert response.context["closed"]
    assert saved() == {}
    assert "Save the register" not in page(address(meeting), user=trainer).text


def test_roll_call_of_others_does_not_exist(client, meeting, people):
    for stranger in (member(Role.TRAINER), member(Role.MANAGER), member(Role.OFFICIAL)):
        client.force_login(stranger)
        assert client.get(f"/fr{address(meeting)}").status_code == 404
        assert client.post(f"/fr{address(meeting)}", {f"mark-{people[0].pk}": 1}).status_code == 404
    assert saved() == {}


def test_meeting_of_another_group_does_not_exist(page, trainer, meeting):
    other = new_meeting(run(trainer=trainer, meetings=0), date=today())

    page(address(meeting).replace(f"/{meeting.pk}/", f"/{other.pk}/"), user=trainer, status=404)
    for number in ("0", "9" * 18, "9" * 5000):
        status = 414 if len(number) > 4000 else 404
        page(address(meeting).replace(f"/{meeting.pk}/", f"/{number}/"), status=status)


def test_roll_call_of_nobody_says_so(page, trainer):
    empty = new_meeting(run(trainer=trainer, meetings=0), date=today())

    assert "Nobody was enrolled on this day." in page(address(empty), user=trainer).text


def test_district_officer_reads_and_does_not_mark(client, page, meeting, people):
    officer = member(Role.DISTRICT_OFFICER, district=meeting.run.venue.district)

    page(address(meeting), user=officer)
    assert client.post(f"/en{address(meeting)}", {f"mark-{people[0].pk}": 1}).status_code == 409
    assert saved() == {}


def test_roll_call_costs_the_same_for_one_and_for_three(page, queries_of, trainer):
    group = run(trainer=trainer, meetings=0)
    day = new_meeting(group, date=today())
    enrolment(group, participant(given_name="Amal"))
    page(address(day), user=trainer)
    one = queries_of(page, address(day))
    for name in ("Badr", "Chama"):
        enrolment(group, participant(given_name=name))

    assert queries_of(page, address(day)) == one
