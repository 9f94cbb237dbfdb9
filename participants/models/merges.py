from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Value

from .people import Participant


class MergeQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(undone_at=None)


class Merge(models.Model):
    """Two records of one person became one: what was moved and ended, so that it can be undone."""

    survivor = models.ForeignKey(Participant, models.PROTECT, related_name="merges")
    absorbed = models.ForeignKey(Participant, models.PROTECT, related_name="+")
    moved = ArrayField(models.BigIntegerField(), help_text="Enrolments that were those of the absorbed record.")
    ended = ArrayField(models.BigIntegerField(), help_text="Second places in one group; they stay ended.")
    guardianships = ArrayField(models.BigIntegerField(), help_text="Rows copied to the survivor.")
    opened = ArrayField(
        models.BigIntegerField(),
        default=list,
        db_default=Value([]),
        help_text="Of those moved: whose links opened all that is kept about the person.",
    )
    parties = models.JSONField(
        default=dict,
        db_default=Value({}, models.JSONField()),
        help_text="{enrolment: its party before} of places that wait with others since.",
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["absorbed"], condition=models.Q(undone_at=None), name="absorbed_once_at_a_time"
            )
        ]

    def __str__(self):
        return f"{self.absorbed_id} into {self.survivor_id}"
