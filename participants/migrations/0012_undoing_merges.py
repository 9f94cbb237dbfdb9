import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models import Value


class Migration(migrations.Migration):
    dependencies = [("participants", "0011_opens_person")]

    operations = [
        migrations.AddField(
            model_name="merge",
            name="opened",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                db_default=Value([]),
                default=list,
                help_text="Of those moved: whose links opened all that is kept about the person.",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="parties",
            field=models.JSONField(
                db_default=Value({}, models.JSONField()),
                default=dict,
                help_text="{enrolment: its party before} of places that wait with others since.",
            ),
        ),
    ]
