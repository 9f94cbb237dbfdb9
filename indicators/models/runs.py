from datetime import UTC

from django.db import models
from django.db.models.functions import TruncMonth


class RollupRunQuerySet(models.QuerySet):
    def finished(self):
        return self.exclude(finished_at=None)

    def up_to_date(self):
        """Those that reached the month in which they ran, unlike a recomputation of the past."""
        return self.filter(last_month__gte=TruncMonth("started_at", output_field=models.DateField(), tzinfo=UTC))


class RollupRun(models.Model):
    """What was computed, when and how long it took; `finished_at` empty means it died."""

    first_month = models.DateField()
    last_month = models.DateField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    facts = models.PositiveIntegerField(default=0)
    cause = models.CharField(max_length=40, help_text="beat, command, test")

    objects = RollupRunQuerySet.as_manager()

    def __str__(self):
        return f"{self.first_month:%Y-%m} to {self.last_month:%Y-%m}"
