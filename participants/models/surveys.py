from django.db import models
from django.utils.translation import gettext_lazy as _

from .enrolments import Enrolment


class Survey(models.Model):
    """What someone is asked about a course when it is over, and again half a year later. Nobody has to answer."""

    class Kind(models.TextChoices):
        SATISFACTION = "satisfaction", _("At the end")
        FOLLOW_UP = "followup_6m", _("Six months later")

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="surveys")
    kind = models.CharField(max_length=12, choices=Kind)
    due_on = models.DateField()
    invited_on = models.DateField()
    answered_on = models.DateField(null=True, blank=True)
    answers = models.JSONField(default=dict, blank=True, help_text="Codes of the form, and `words` as typed.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "kind"], name="asked_once_of_each_kind")]

    def __str__(self):
        return f"{self.enrolment_id} {self.kind}"

    @property
    def message_key(self):
        """Of the message that asks."""
        return f"survey:{self.pk}"
