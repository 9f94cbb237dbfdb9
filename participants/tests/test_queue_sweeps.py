"""The sweeper, when one group fails: the others have their turn, and the failure is seen."""

import logging
from datetime import timedelta

import pytest
from celery import current_app
from django.db import OperationalError

from learningcity import clock
from programmes.models import CourseRun
from programmes.tests.factories import today

from .. import tasks
from ..models import Draw, Enrolment
from ..services import desk_release, draw, queue
from .factories import enrolment, participant
from .lines import let_pass, month_ahead, offered, places_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken_in_the_end")]


def failing(act, group):
    """`act`, which fails for this group with words that name a person."""

    def tried(which, *rest, **options):
        if group.pk in (which, getattr(which, "pk", None)):
            raise OperationalError("lock timeout while Yasmine was written")
        return act(which, *rest, **options)

    return tried


def told(caplog):
    return [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]


def test_the_line_of_every_other_group_moves(monkeypatch, caplog):
    places = [offered() for _group in range(3)]
    for place in places:
        let_pass(place)
    monkeypatch.setattr(queue, "sweep_run", failing(queue.sweep_run, places[1].run))

    with pytest.raises(queue.SweepFailed, match="1 of 3"):
        queue.sweep()

    assert [Enrolment.objects.get(pk=place.pk).state for place in places] == ["expired", "offered", "expired"]
    assert told(caplog) == [f"Group {places[1].run.code} was not swept: OperationalError"]
    assert "Yasmine" not in caplog.text


def test_what_was_mended_is_said_although_a_group_failed(monkeypatch, caplog):
    place, mended = offered(), month_ahead()
    let_pass(place)
    places_in(mended, 2)
    CourseRun.objects.filter(pk=mended.pk).update(capacity=2)
    monkeypatch.setattr(queue, "sweep_run", failing(queue.sweep_run, place.run))

    with pytest.raises(queue.SweepFailed):
        queue.sweep()

    assert "1 seats were free while someone waited" in caplog.text


def test_offers_that_end_soon_are_asked_for_although_a_group_failed(monkeypatch):
    late, soon, orders = offered(), offered(), []
    let_pass(late)
    Enrolment.objects.filter(pk=soon.pk).update(answer_by=clock.now() + timedelta(seconds=40))
    monkeypatch.setattr(queue, "sweep_run", failing(queue.sweep_run, late.run))
    monkeypatch.setattr(current_app._get_current_object(), "send_task", lambda name, args, **when: orders.append(args))

    with pytest.raises(queue.SweepFailed):
        tasks.sweep_queue()

    assert orders == [[soon.run_id]]


def test_the_other_desks_release_their_places(monkeypatch, caplog):
    groups = [month_ahead(capacity=3, desk_seats=1, desk_release_on=today()) for _group in range(2)]
    monkeypatch.setattr(desk_release, "release_run", failing(desk_release.release_run, groups[0]))

    with pytest.raises(queue.SweepFailed):
        desk_release.sweep()

    assert [CourseRun.objects.get(pk=group.pk).desk_seats for group in groups] == [1, 0]
    assert groups[0].code in told(caplog)[0]


def test_the_other_draws_are_held(monkeypatch, caplog):
    groups = [month_ahead(allocation="draw") for _group in range(2)]
    for group in groups:
        enrolment(group, participant())
    CourseRun.objects.update(enrolment_closes_at=clock.now() - timedelta(seconds=1))
    monkeypatch.setattr(draw, "hold", failing(draw.hold, groups[0]))

    with pytest.raises(queue.SweepFailed):
        draw.sweep()

    assert [each.run for each in Draw.objects.all()] == [groups[1]]
    assert groups[0].code in told(caplog)[0]
