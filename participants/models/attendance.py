from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programmes.models import Meeting

from .enrolments import Enrolment


class Mark(models.IntegerChoices):
    """An unmarked meeting has no row: unmarked is not absent."""

    PRESENT = 1, _("Present")
    LATE = 2, _("Late")
    ABSENT = 3, _("Absent")
    EXCUSED = 4, _("Excused")


HERE = (Mark.PRESENT, Mark.LATE)


class Attendance(models.Model):
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="attendances", db_index=False)
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="attendances")
    day = models.DateField(help_text="Local date of the meeting, copied when the mark is made.")
    mark = models.PositiveSmallIntegerField(choices=Mark)
    minutes = models.PositiveSmallIntegerField(help_text="Minutes attended, at most the minutes held.")
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        indexes = [BrinIndex(fields=["day"], name="attendance_day", pages_per_range=32)]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "meeting"], name="one_mark_per_meeting"),
            models.CheckConstraint(
                condition=Q(mark__in=HERE, minutes__gt=0) | Q(mark__in=[Mark.ABSENT, Mark.EXCUSED], minutes=0),
                name="minutes_match_the_mark",
            ),
        ]

    def __str__(self):
        return f"{self.enrolment_id} {self.day} {self.get_mark_display()}"
