"""What the rollup writes. Rows are replaced per period, so computing twice changes nothing."""

from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import Case, When
from django.db.models.functions import Cast


class LearnerMonth(models.Model):
    """A person's learning in one civil month: what every period is summed from without reading attendance again."""

    pk = models.CompositePrimaryKey("month", "participant")
    month = models.DateField(help_text="First day.")
    participant = models.BigIntegerField(help_text="Id; the survivor of a merge.")
    snapshot = models.BigIntegerField(
        help_text="Id of the earliest enrolment of the month × 2^18 + who the person was then (18 bits, see sources): "
        "the smallest of several months is the earliest enrolment of them all, with its cell."
    )
    minutes = models.IntegerField(help_text="Minutes attended, at most the minutes held.")
    active_minutes = models.IntegerField(help_text="Those attended between confirmation and exit.")
    expected_minutes = models.IntegerField(help_text="Minutes held between confirmation and exit.")

    def __str__(self):
        return f"{self.month:%Y-%m} {self.participant}"


class Fact(models.Model):
    """Two counts of one indicator, period and cell. Empty cell parts mean the total of that dimension."""

    class PeriodKind(models.TextChoices):
        MONTH = "month", "month"
        QUARTER = "quarter", "quarter"
        SCHOOL_YEAR = "school_year", "school year"
        YEAR = "rolling_12_months", "rolling 12 months"

    indicator = models.CharField(max_length=8)
    period_kind = models.CharField(max_length=17, choices=PeriodKind)
    period_start = models.DateField()
    period_end = models.DateField()
    area = models.CharField(max_length=12, blank=True, help_text="HCP code of a district, `outside`, `unknown`, empty.")
    sex = models.CharField(max_length=1, blank=True)
    age = models.CharField(max_length=8, blank=True, help_text="Band: `Y15T24`, `Y_GE65`, …")
    people = models.IntegerField(help_text="How many people are behind it; what disclosure control looks at.")
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField(null=True, help_text="Null for a count; 0 gives no value.")
    value = models.GeneratedField(
        expression=Case(
            When(denominator__gt=0, then=Cast(F("numerator"), models.FloatField()) / F("denominator")), default=None
        ),
        output_field=models.FloatField(null=True),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["period_kind", "period_end", "indicator", "area", "sex", "age"], name="fact_once"
            ),
            models.CheckConstraint(condition=Q(period_end__gt=F("period_start")), name="fact_period_in_order"),
        ]

    def __str__(self):
        return f"{self.indicator} {self.period_end} {self.area}{self.sex}{self.age}"
