import pgtrigger
from django.conf import settings
from django.db import models

from programmes.models import CourseRun


class Draw(models.Model):
    """How the places of a group were drawn: enough to find the same order again. The database refuses changes."""

    run = models.OneToOneField(CourseRun, models.PROTECT, related_name="draw")
    seed = models.CharField(max_length=32, help_text="128 random bits in hexadecimal, chosen once the list was closed.")
    version = models.PositiveSmallIntegerField(help_text="Of the way to draw, see services.draw.VERSION.")
    seats = models.PositiveSmallIntegerField(help_text="Places to give.")
    line = models.PositiveSmallIntegerField(help_text="Places on the waiting list.")
    entries = models.JSONField(help_text='Those who asked, as they came: [{"reference", "priority", "party"}].')
    order = models.JSONField(help_text="Their references as drawn.")
    drawn_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"draw of {self.run_id}"
