from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("learningcity", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="IncomingMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider_id", models.CharField(max_length=120, unique=True)),
                ("sender", models.CharField(help_text="Phone in E.164.", max_length=20)),
                ("text", models.CharField(help_text="The beginning, if it was longer.", max_length=500)),
                ("at", models.DateTimeField(help_text="When it was written, by the clock of the gateway.")),
                ("received_at", models.DateTimeField(auto_now_add=True)),
                (
                    "outcome",
                    models.CharField(blank=True, help_text="A code of `services/replies.py`.", max_length=12),
                ),
            ],
        ),
    ]
