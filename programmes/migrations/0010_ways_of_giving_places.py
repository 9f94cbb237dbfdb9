import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("programmes", "0009_traces_of_words")]

    operations = [
        migrations.AddField(
            model_name="courserun",
            name="allocation",
            field=models.CharField(
                choices=[
                    ("first_come", "First come, first served"),
                    ("draw", "Drawn by lot after enrolment closes"),
                    ("priority_draw", "Drawn by lot, some people first"),
                ],
                db_default="first_come",
                default="first_come",
                max_length=13,
            ),
        ),
        migrations.AddField(
            model_name="courserun",
            name="priorities",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("district", "People who live in the arrondissement of the place"),
                        ("first_time", "People who have not had a place in one of our groups"),
                    ],
                    max_length=10,
                ),
                blank=True,
                db_default=models.Value([]),
                default=list,
                help_text="Classes of a draw, in the order of Priority; who is in none comes last.",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="courserun",
            name="desk_release_on",
            field=models.DateField(
                blank=True, help_text="First day on which the places kept for the desk are for everyone.", null=True
            ),
        ),
        migrations.AddConstraint(
            model_name="courserun",
            constraint=models.CheckConstraint(
                condition=Q(allocation="priority_draw", priorities__len__gt=0)
                | Q(allocation__in=["first_come", "draw"], priorities=[]),
                name="priorities_where_they_count",
                violation_error_message="Say who goes first, or choose another way of giving places.",
            ),
        ),
    ]
