from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("learningcity", "0003_passport_phone")]

    operations = [
        migrations.CreateModel(
            name="SentForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, unique=True)),
                ("digest", models.CharField(help_text="Of all that was typed.", max_length=64)),
                ("location", models.CharField(blank=True, max_length=2000)),
                ("at", models.DateTimeField(auto_now_add=True, db_index=True)),
            ],
        ),
    ]
