import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("participants", "0005_merges"),
        ("programmes", "0010_ways_of_giving_places"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="enrolment",
            name="drawn_rank",
            field=models.PositiveIntegerField(blank=True, help_text="From 1, where places were drawn.", null=True),
        ),
        migrations.CreateModel(
            name="Draw",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "seed",
                    models.CharField(
                        help_text="128 random bits in hexadecimal, chosen once the list was closed.", max_length=32
                    ),
                ),
                (
                    "version",
                    models.PositiveSmallIntegerField(help_text="Of the way to draw, see services.draw.VERSION."),
                ),
                ("seats", models.PositiveSmallIntegerField(help_text="Places to give.")),
                ("line", models.PositiveSmallIntegerField(help_text="Places on the waiting list.")),
                (
                    "entries",
                    models.JSONField(help_text='Those who asked, as they came: [{"reference", "priority", "party"}].'),
                ),
                ("order", models.JSONField(help_text="Their references as drawn.")),
                ("drawn_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="draw", to="programmes.courserun"
                    ),
                ),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="draw",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="3986761706866f20aed7db72a6633e28dc24ff91",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_cbe36",
                    table="participants_draw",
                    when="BEFORE",
                ),
            ),
        ),
    ]
