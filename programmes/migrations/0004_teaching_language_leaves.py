from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("programmes", "0003_language_of_teaching")]
    operations = [
        migrations.RemoveField(model_name="course", name=name)
        for name in ("teaching_language", "teaching_language_fr", "teaching_language_ar", "teaching_language_en")
    ]
