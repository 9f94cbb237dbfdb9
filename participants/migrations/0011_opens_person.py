from django.db import migrations, models
from django.db.models import OuterRef, Subquery

HELP = "Its link also opens what is kept about the person, not this place alone."


def open_first_places(apps, schema_editor):
    """Of each person the first place: what made her record."""
    places = apps.get_model("participants", "Enrolment").objects
    first = places.filter(participant=OuterRef("participant")).order_by("pk").values("pk")[:1]
    places.filter(pk=Subquery(first)).update(opens_person=True)


class Migration(migrations.Migration):
    dependencies = [("participants", "0010_background_answers")]

    operations = [
        migrations.AddField(
            model_name="enrolment",
            name="opens_person",
            field=models.BooleanField(default=False, db_default=False, help_text=HELP),
        ),
        migrations.RunPython(open_first_places, migrations.RunPython.noop),
    ]
