import django.contrib.postgres.fields
from django.db import migrations, models

from learningcity import clock


def remember_draws(apps, editor):
    """The day of each draw, as the draw itself writes it from now on."""
    runs = apps.get_model("programmes", "CourseRun").objects
    for run, drawn_at in apps.get_model("participants", "Draw").objects.values_list("run", "drawn_at"):
        runs.filter(pk=run).update(drawn_on=clock.local_day(drawn_at))


class Migration(migrations.Migration):
    dependencies = [("participants", "0008_passports"), ("programmes", "0011_promises_of_a_group")]

    operations = [
        migrations.AddField(
            model_name="enrolment",
            name="declared",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                blank=True,
                db_default=models.Value([]),
                default=list,
                help_text="Prerequisites confirmed.",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="enrolment",
            name="replaces",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                blank=True,
                db_default=models.Value([]),
                default=list,
                help_text="Places at the same hours that end in the moment in which this one is a seat.",
                size=None,
            ),
        ),
        migrations.RunPython(remember_draws, migrations.RunPython.noop),
    ]
