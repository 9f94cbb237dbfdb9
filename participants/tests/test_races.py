"""Many people at once, each on a connection of their own; beside each promise the control that shows what it costs."""

from threading import Barrier

import pytest

from learningcity.tests.races import at_once
from programmes.models import CourseRun
from programmes.models.runs import CourseRunQuerySet
from programmes.tests.factories import run

from ..models import Enrolment, EnrolmentDraft, EnrolmentEvent, Participant
from ..services import drafts, invariants
from ..services.refusals import EnrolmentRefused
from .factories import draft, enrolment, participant

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, SEATS = 60, 30


def crowd(number):
    return [participant(given_name=f"Personne {place}", phone="") for place in range(number)]


def states():
    return sorted(Enrolment.objects.values_list("state", flat=True))


# --- Seats --------------------------------------------------------------------------------------------------


def test_sixty_people_at_once_for_thirty_seats():
    group = run(capacity=SEATS)

    places = at_once([lambda who=who: enrolment(group, who) for who in crowd(PEOPLE)])

    assert [place for place in places if not isinstance(place, Enrolment)] == []
    assert states() == ["enrolled"] * SEATS + ["waiting"] * (PEOPLE - SEATS)
    group.refresh_from_db()
    assert (group.seats_taken, group.waiting_count, group.joined_count) == (SEATS, PEOPLE - SEATS, PEOPLE)
    assert EnrolmentEvent.objects.count() == PEOPLE
    assert invariants.breaches() == []


def test_nobody_overtakes_in_the_line():
    group = run(capacity=0)

    at_once([lambda who=who: enrolment(group, who) for who in crowd(20)])

    line = list(group.enrolments.waiting())
    assert [place.sequence for place in line] == list(range(1, 21))
    assert [place.joined_at for place in line] == sorted(place.joined_at for place in line)


@pytest.fixture
def _no_lock(monkeypatch):
    """Everyone reads the group before anyone writes it, and the seat is taken on what was read."""
    all_have_read = Barrier(PEOPLE)

    def read(runs, pk):
        group = runs.get(pk=pk)
        all_have_read.wait(timeout=30)
        return group

    def take_seat(group, *, kept=False):
        taken = group.places_left > 0
        group.seats_taken += taken
        CourseRun.objects.filter(pk=group.pk).update(seats_taken=group.seats_taken)
        return taken

    monkeypatch.setattr(CourseRunQuerySet, "lock", read)
    monkeypatch.setattr(CourseRun, "take_seat", take_seat)


@pytest.mark.usefixtures("without_safety_net", "_no_lock")
def test_control_without_lock_and_guard_oversells():
    group = run(capacity=SEATS)

    at_once([lambda who=who: enrolment(group, who) for who in crowd(PEOPLE)])

    assert states() == ["enrolled"] * PEOPLE
    assert any("60 held" in breach for breach in invariants.breaches())


@pytest.mark.usefixtures("_no_lock")
def test_control_without_lock_the_constraints_still_refuse():
    group = run(capacity=SEATS)

    places = at_once([lambda who=who: enrolment(group, who) for who in crowd(PEOPLE)])

    assert len([place for place in places if isinstance(place, Enrolment)]) == 1
    assert states() == ["enrolled"]
    assert invariants.breaches() == []


# --- One person, one form -----------------------------------------------------------------------------------


def test_same_person_twice_at_once_gets_one_place():
    group, who = run(), participant()

    places = at_once([lambda: enrolment(group, who)] * 8)

    assert len(set(places)) == Enrolment.objects.count() == EnrolmentEvent.objects.count() == 1
    assert invariants.breaches() == []


def test_same_form_sent_twice_at_once_gives_one_receipt():
    sent = draft()

    places = at_once([lambda: drafts.send(EnrolmentDraft.objects.get(pk=sent.pk), may_wait=True)] * 8)

    assert len({place.token for place in places}) == Enrolment.objects.count() == Participant.objects.count() == 1
    assert invariants.breaches() == []


def test_same_person_on_two_devices_at_once_gets_one_place():
    group = run()
    forms = [draft(group) for _ in range(8)]

    answers = at_once([lambda form=form: drafts.send(form, may_wait=True) for form in forms])

    refused = [answer.reason.code for answer in answers if isinstance(answer, EnrolmentRefused)]
    assert refused == ["already"] * 7
    assert Enrolment.objects.count() == Participant.objects.count() == 1
    assert invariants.breaches() == []


def test_places_of_several_groups_do_not_wait_for_each_other():
    groups = [run(capacity=2) for _ in range(4)]

    at_once([lambda who=who, group=groups[place % 4]: enrolment(group, who) for place, who in enumerate(crowd(16))])

    assert states() == ["enrolled"] * 8 + ["waiting"] * 8
    assert invariants.breaches() == []
