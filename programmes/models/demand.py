from django.db import models
from django.utils.translation import gettext_lazy as _

from learningcity.models import District

from .courses import Theme


class DemandSignal(models.Model):
    """How often, on a civil day, something was looked for or asked for and could not be had. It names nobody: words
    that could be a person's are not kept."""

    class Kind(models.TextChoices):
        SEARCH = "search", _("A search that found nothing")
        REFUSAL = "refusal", _("A place that could not be given")

    day = models.DateField()
    kind = models.CharField(max_length=7, choices=Kind)
    words = models.CharField(max_length=120, blank=True, help_text="Folded words of the catalogue, sorted.")
    theme = models.CharField(max_length=8, choices=Theme, blank=True)
    district = models.ForeignKey(District, models.CASCADE, null=True, related_name="+")
    reason = models.CharField(max_length=40, blank=True, help_text="Code of the refusal, or the filters in the way.")
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "kind", "words", "theme", "district", "reason"], nulls_distinct=False, name="demand_once"
            )
        ]

    def __str__(self):
        return f"{self.day} {self.kind} {self.words}"
