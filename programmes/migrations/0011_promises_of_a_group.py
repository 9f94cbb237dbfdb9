import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0010_ways_of_giving_places"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="courserun",
            name="drawn_on",
            field=models.DateField(blank=True, help_text="Where places are drawn: the day of the draw.", null=True),
        ),
        migrations.AddField(
            model_name="courserun",
            name="min_people",
            field=models.PositiveSmallIntegerField(
                db_default=0,
                default=0,
                help_text="0: it starts with whoever comes.",
                verbose_name="people needed to start",
            ),
        ),
        migrations.AddField(
            model_name="courserun",
            name="decide_on",
            field=models.DateField(
                blank=True, help_text="Day on which someone decides whether a group of too few starts.", null=True
            ),
        ),
        migrations.AddField(
            model_name="courserun",
            name="decided_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="courserun",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="courserun",
            name="offer_hours",
            field=models.PositiveSmallIntegerField(
                blank=True, help_text="To answer an offer; empty: as in the other groups.", null=True
            ),
        ),
        migrations.AddField(
            model_name="courserun",
            name="queue_paused",
            field=models.BooleanField(db_default=False, default=False, help_text="No offer goes out meanwhile."),
        ),
        migrations.AddConstraint(
            model_name="courserun",
            constraint=models.CheckConstraint(
                condition=Q(min_people=0, decide_on=None)
                | Q(min_people__gt=0, decide_on__isnull=False, decide_on__lt=F("starts_on")),
                name="minimum_is_decided_before_the_start",
                violation_error_message="Say how many people are needed, and a day before the start to decide.",
            ),
        ),
        migrations.AddConstraint(
            model_name="courserun",
            constraint=models.CheckConstraint(
                condition=Q(offer_hours=None) | Q(offer_hours__range=(2, 168)),
                name="offer_hours_between_two_and_a_week",
                violation_error_message="An offer can be answered for 2 to 168 hours.",
            ),
        ),
        migrations.CreateModel(
            name="Prerequisite",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("alternative", models.PositiveSmallIntegerField(default=1, verbose_name="alternative")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("finished", "A course finished with us"),
                            ("certificate", "A certificate of one of our courses"),
                            ("declared", "Something the person confirms"),
                        ],
                        max_length=11,
                        verbose_name="kind",
                    ),
                ),
                (
                    "statement",
                    models.CharField(blank=True, max_length=120, verbose_name="what the person confirms"),
                ),
                (
                    "statement_fr",
                    models.CharField(blank=True, max_length=120, null=True, verbose_name="what the person confirms"),
                ),
                (
                    "statement_ar",
                    models.CharField(blank=True, max_length=120, null=True, verbose_name="what the person confirms"),
                ),
                (
                    "statement_en",
                    models.CharField(blank=True, max_length=120, null=True, verbose_name="what the person confirms"),
                ),
                (
                    "months",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Empty: however long ago.",
                        null=True,
                        verbose_name="not older than, in months",
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="required", to="programmes.course"
                    ),
                ),
                (
                    "needed",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="programmes.course",
                    ),
                ),
            ],
            options={"ordering": ["course", "alternative", "pk"]},
        ),
        migrations.AddField(
            model_name="course",
            name="required_count",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, help_text="Rows of `Prerequisite`, kept by a trigger of theirs."
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="prerequisite",
            trigger=pgtrigger.compiler.Trigger(
                name="count_on_course",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    UPDATE programmes_course SET required_count =\n                        (SELECT count(*) FROM programmes_prerequisite WHERE course_id = programmes_course.id)\n                    WHERE id IN (OLD.course_id, NEW.course_id);\n                    RETURN NULL;\n                ",
                    hash="9fd9b1f651c4a7f982cdbcc86b37a05b35a9287a",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_count_on_course_833ec",
                    table="programmes_prerequisite",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="prerequisite",
            constraint=models.CheckConstraint(
                condition=Q(kind="declared", needed=None, months=None)
                | Q(kind__in=["finished", "certificate"], needed__isnull=False),
                name="prerequisite_names_a_course_or_a_statement",
                violation_error_message="Choose the course, or write what the person confirms.",
            ),
        ),
        migrations.AddConstraint(
            model_name="prerequisite",
            constraint=models.CheckConstraint(
                condition=~Q(needed=F("course")),
                name="prerequisite_is_another_course",
                violation_error_message="A course cannot be needed before itself.",
            ),
        ),
    ]
