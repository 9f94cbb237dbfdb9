import django.db.models.deletion
from django.db import migrations, models

RELATIONS = [("mother", "Mother"), ("father", "Father"), ("guardian", "Guardian"), ("relative", "Relative")]
PURPOSES = [
    ("course", "This course, and counting without names"),
    ("follow_up", "Being asked what you think, after a course and six months later"),
    ("background", "Optional questions about yourself"),
]


class Migration(migrations.Migration):
    dependencies = [("participants", "0009_promises_kept")]

    operations = [
        migrations.AlterField(
            model_name="consent", name="purpose", field=models.CharField(choices=PURPOSES, max_length=10)
        ),
        migrations.AddField(
            model_name="consent",
            name="relation",
            field=models.CharField(
                blank=True,
                choices=RELATIONS,
                db_default="",
                help_text="Of who acted for her; empty when she did, or when nobody can tell.",
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="BackgroundAnswers",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("answers", models.JSONField(blank=True, default=dict, help_text="{question: code} of the form.")),
                ("is_declined", models.BooleanField(default=False)),
                ("text_version", models.CharField(max_length=20)),
                ("at", models.DateTimeField(help_text="When they were given, declined or forgotten.")),
                (
                    "participant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="background",
                        to="participants.participant",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("is_declined", False), ("answers", {}), _connector="OR"),
                        name="declined_says_nothing",
                    )
                ],
            },
        ),
    ]
