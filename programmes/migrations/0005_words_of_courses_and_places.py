"""The words move from every group to its course and its place: fewer rows, and a seat taken rewrites none of them.

The tables are empty afterwards in what is new; `index_catalogue` fills them.
"""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

# Kept in the row, so that the planner sees how long it takes to read every one, and uses the index.
IN_THE_ROW = "ALTER TABLE programmes_coursewords ALTER COLUMN words SET STORAGE MAIN"


class Migration(migrations.Migration):
    dependencies = [("programmes", "0004_teaching_language_leaves")]

    operations = [
        migrations.RemoveIndex(model_name="catalogueentry", name="entry_words"),
        migrations.RemoveIndex(model_name="catalogueentry", name="entry_narrow"),
        migrations.RemoveField(model_name="catalogueentry", name="words"),
        migrations.RemoveField(model_name="catalogueentry", name="starts_on"),
        migrations.AddField(
            model_name="catalogueentry",
            name="rank",
            field=models.BigIntegerField(
                default=0, help_text="Days of the start since 2000, then the primary key of the group."
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="catalogueentry",
            name="course",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="programmes.course",
            ),
        ),
        migrations.AddIndex(
            model_name="catalogueentry",
            index=models.Index(
                fields=["course"],
                include=("run", "venue", "facets", "low_age", "high_age", "opens_at", "closes_at", "rank"),
                name="entry_narrow",
            ),
        ),
        migrations.CreateModel(
            name="CourseWords",
            fields=[
                (
                    "course",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="programmes.course",
                    ),
                ),
                (
                    "titles",
                    django.contrib.postgres.search.SearchVectorField(help_text="Of its title alone."),
                ),
                ("words", django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=["titles"], name="course_titles"),
                    django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=["words"], name="course_words"),
                ]
            },
        ),
        migrations.RunSQL(IN_THE_ROW, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="PlaceWords",
            fields=[
                (
                    "venue",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="programmes.venue",
                    ),
                ),
                ("words", django.contrib.postgres.search.SearchVectorField()),
            ],
        ),
        migrations.RemoveIndex(model_name="word", name="word_beginning"),
        migrations.RemoveIndex(model_name="word", name="word_sound"),
        migrations.AddField(model_name="word", name="in_courses", field=models.BooleanField(default=False)),
        migrations.AddField(model_name="word", name="in_places", field=models.BooleanField(default=False)),
        migrations.AddField(
            model_name="word",
            name="facets",
            field=models.BigIntegerField(default=0, help_text="The options it names (Saturday, evening), as bits."),
        ),
        migrations.AddField(
            model_name="word",
            name="is_telling",
            field=models.BooleanField(default=False, help_text="False: it only helps to order what others find."),
        ),
    ]
