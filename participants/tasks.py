from datetime import timedelta

from celery import current_app, shared_task

from learningcity import clock

from .services import (
    alerts,
    decisions,
    desk_release,
    drafts,
    draw,
    offer_reminders,
    people,
    queue,
    reminders,
    replies,
    retention,
    surveys,
)

A_MOMENT = timedelta(milliseconds=100)  # the clocks of the worker and of the database are not quite the same


@shared_task
def sweep_drafts():
    drafts.sweep()


@shared_task
def sweep_queue():
    """Offers whose time has passed go on to the next in line; those that end before the next sweep do so on time. Who
    has let half of her time go by is reminded."""
    try:
        queue.sweep()
    finally:  # also when a group failed
        for run, at in queue.ending_soon():
            current_app.send_task("participants.tasks.sweep_run", [run], eta=at + A_MOMENT)
        offer_reminders.remind(at=clock.now())


@shared_task
def sweep_run(pk):
    queue.sweep_run(pk)


@shared_task
def hold_draws():
    draw.sweep()


@shared_task
def release_desk_seats():
    desk_release.sweep()


@shared_task
def alert_decisions():
    """Of groups with too few people; repeating it tells nobody twice."""
    decisions.alert()


@shared_task
def take_over():
    """Who has come of age acts alone."""
    people.take_over()


@shared_task
def forget_people():
    """Those of whom nothing is to come, and nothing was for long; and who wrote to us and is nobody we know."""
    replies.forget()
    retention.forget()


@shared_task
def tell_alerts():
    alerts.tell()


@shared_task
def remind():
    """People with a meeting tomorrow; repeating it tells nobody twice."""
    reminders.remind(at=clock.now())


@shared_task
def invite_to_surveys():
    surveys.invite(at=clock.now())
