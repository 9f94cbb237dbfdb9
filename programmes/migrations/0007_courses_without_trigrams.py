"""No query can use them: the staff look for a word of a course or for its code, and the code has no such index."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("programmes", "0006_catalogue_change")]

    operations = [migrations.RemoveIndex(model_name="course", name="course_folded")]
