from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("programmes", "0011_promises_of_a_group")]
    operations = [
        migrations.AddField(
            model_name="courserun",
            name="capacity_wanted",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Where more people have a place: what `capacity` falls to as they leave.",
                null=True,
            ),
        ),
        migrations.AddConstraint(
            model_name="courserun",
            constraint=models.CheckConstraint(
                condition=Q(capacity_wanted=None) | Q(capacity_wanted__lt=F("capacity")),
                name="capacity_falls_to_less",
            ),
        ),
    ]
