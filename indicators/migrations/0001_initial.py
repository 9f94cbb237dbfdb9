import django.db.models.expressions
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="LearnerMonth",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "month", "participant", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("month", models.DateField(help_text="First day.")),
                ("participant", models.BigIntegerField(help_text="Id; the survivor of a merge.")),
                (
                    "snapshot",
                    models.BigIntegerField(
                        help_text="Id of the earliest enrolment of the month × 2^18 + who the person was then (18 bits, see sources): the smallest of several months is the earliest enrolment of them all, with its cell."
                    ),
                ),
                ("minutes", models.IntegerField(help_text="Minutes attended, at most the minutes held.")),
                ("active_minutes", models.IntegerField(help_text="Those attended between confirmation and exit.")),
                ("expected_minutes", models.IntegerField(help_text="Minutes held between confirmation and exit.")),
            ],
        ),
        migrations.CreateModel(
            name="RollupRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_month", models.DateField()),
                ("last_month", models.DateField()),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("facts", models.PositiveIntegerField(default=0)),
                ("cause", models.CharField(help_text="beat, command, test", max_length=40)),
            ],
        ),
        migrations.CreateModel(
            name="Fact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("indicator", models.CharField(max_length=8)),
                (
                    "period_kind",
                    models.CharField(
                        choices=[
                            ("month", "month"),
                            ("quarter", "quarter"),
                            ("school_year", "school year"),
                            ("rolling_12_months", "rolling 12 months"),
                        ],
                        max_length=17,
                    ),
                ),
                ("period_start", models.DateField()),
                ("period_end", models.DateField()),
                (
                    "area",
                    models.CharField(
                        blank=True, help_text="HCP code of a district, `outside`, `unknown`, empty.", max_length=12
                    ),
                ),
                ("sex", models.CharField(blank=True, max_length=1)),
                ("age", models.CharField(blank=True, help_text="Band: `Y15T24`, `Y_GE65`, …", max_length=8)),
                (
                    "people",
                    models.IntegerField(help_text="How many people are behind it; what disclosure control looks at."),
                ),
                ("numerator", models.BigIntegerField()),
                ("denominator", models.BigIntegerField(help_text="Null for a count; 0 gives no value.", null=True)),
                (
                    "value",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(
                                denominator__gt=0,
                                then=django.db.models.expressions.CombinedExpression(
                                    django.db.models.functions.comparison.Cast(
                                        models.F("numerator"), models.FloatField()
                                    ),
                                    "/",
                                    models.F("denominator"),
                                ),
                            ),
                            default=None,
                        ),
                        output_field=models.FloatField(null=True),
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("period_kind", "period_end", "indicator", "area", "sex", "age"), name="fact_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period_end__gt", models.F("period_start"))), name="fact_period_in_order"
                    ),
                ],
            },
        ),
    ]
