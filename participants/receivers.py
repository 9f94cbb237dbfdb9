"""What happens to the people of a group when the offer changes, in the transaction of the change."""

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from learningcity import clock
from learningcity.signals import leaving
from programmes import signals
from programmes.models import CourseRun

from .services import announcements, cancellations, passports, priorities, queue, reminders


@receiver(signals.timetable_changed)
def tell_changes(sender, changes, note, **act):
    announcements.announce_changes(changes, note=note)
    reminders.write_again()


@receiver(signals.run_decided)
def tell_decision(sender, run, decision, by, note, **act):
    """Told first, while the places of a cancelled group are still live."""
    announcements.announce_decision(run, note=note)
    if decision == CourseRun.Decision.CANCELLED:
        cancellations.cancel_all(run, by=by, why="group cancelled")
    elif decision == CourseRun.Decision.POSTPONED:
        queue.suspend(run)
    else:
        queue.renew(run, at=clock.now(), by=by)
    reminders.write_again()


@receiver(signals.run_moved)
def class_anew(sender, run, **act):
    priorities.class_anew(run)


@receiver(signals.seats_changed)
def move_line(sender, run, by, **act):
    queue.move_up(run, at=clock.now(), by=by)


@receiver(leaving)
def stop_reminder(sender, message, **act):
    return message.template == reminders.TEMPLATE and reminders.is_over(message)


@receiver(user_logged_in)
def join_passport(sender, request, user, **act):
    """The receipt said who, and now the code has proved the phone."""
    if person := request.session.pop(passports.JOINING, None):
        passports.join(user, person)
