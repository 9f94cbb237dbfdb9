import django.contrib.postgres.indexes
import django.db.models.deletion
import learningcity.folding
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("learningcity", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=160, verbose_name="name")),
                ("name_fr", models.CharField(max_length=160, null=True, verbose_name="name")),
                ("name_ar", models.CharField(max_length=160, null=True, verbose_name="name")),
                ("name_en", models.CharField(max_length=160, null=True, verbose_name="name")),
                (
                    "sector",
                    models.CharField(
                        choices=[
                            ("municipal", "Municipal service"),
                            ("state", "Public body"),
                            ("association", "Association or foundation"),
                            ("company", "Company"),
                            ("university", "University"),
                            ("international", "International body"),
                        ],
                        max_length=13,
                        verbose_name="sector",
                    ),
                ),
            ],
            options={
                "ordering": ["name_fr"],
            },
        ),
        migrations.CreateModel(
            name="Programme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("name_fr", models.CharField(max_length=120, null=True, verbose_name="name")),
                ("name_ar", models.CharField(max_length=120, null=True, verbose_name="name")),
                ("name_en", models.CharField(max_length=120, null=True, verbose_name="name")),
                (
                    "family",
                    models.CharField(
                        choices=[
                            ("NFE", "Non-formal education"),
                            ("VOC", "Vocational training"),
                            ("DIG", "Digital skills"),
                        ],
                        max_length=3,
                        verbose_name="family",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="programmes",
                        to="programmes.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Course",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=20, unique=True)),
                ("slug", models.SlugField(max_length=120, unique=True)),
                (
                    "theme",
                    models.CharField(
                        choices=[
                            ("reading", "Read and write"),
                            ("digital", "Phone and computer"),
                            ("trade", "A trade"),
                            ("language", "A language"),
                            ("child", "Enrol my child"),
                            ("job", "Look for work"),
                            ("culture", "Culture and creativity"),
                            ("living", "Health, city and environment"),
                        ],
                        max_length=8,
                        verbose_name="theme",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                ("title_fr", models.CharField(max_length=120, null=True, verbose_name="title")),
                ("title_ar", models.CharField(max_length=120, null=True, verbose_name="title")),
                ("title_en", models.CharField(max_length=120, null=True, verbose_name="title")),
                ("summary", models.TextField(blank=True, verbose_name="summary")),
                ("summary_fr", models.TextField(blank=True, null=True, verbose_name="summary")),
                ("summary_ar", models.TextField(blank=True, null=True, verbose_name="summary")),
                ("summary_en", models.TextField(blank=True, null=True, verbose_name="summary")),
                (
                    "outcomes",
                    models.TextField(blank=True, help_text="One per line.", verbose_name="what you will be able to do"),
                ),
                (
                    "outcomes_fr",
                    models.TextField(
                        blank=True, help_text="One per line.", null=True, verbose_name="what you will be able to do"
                    ),
                ),
                (
                    "outcomes_ar",
                    models.TextField(
                        blank=True, help_text="One per line.", null=True, verbose_name="what you will be able to do"
                    ),
                ),
                (
                    "outcomes_en",
                    models.TextField(
                        blank=True, help_text="One per line.", null=True, verbose_name="what you will be able to do"
                    ),
                ),
                ("to_bring", models.TextField(blank=True, verbose_name="what to bring")),
                ("to_bring_fr", models.TextField(blank=True, null=True, verbose_name="what to bring")),
                ("to_bring_ar", models.TextField(blank=True, null=True, verbose_name="what to bring")),
                ("to_bring_en", models.TextField(blank=True, null=True, verbose_name="what to bring")),
                ("level", models.CharField(blank=True, max_length=40, verbose_name="level")),
                ("level_fr", models.CharField(blank=True, max_length=40, null=True, verbose_name="level")),
                ("level_ar", models.CharField(blank=True, max_length=40, null=True, verbose_name="level")),
                ("level_en", models.CharField(blank=True, max_length=40, null=True, verbose_name="level")),
                ("teaching_language", models.CharField(blank=True, max_length=40, verbose_name="language of teaching")),
                (
                    "teaching_language_fr",
                    models.CharField(blank=True, max_length=40, null=True, verbose_name="language of teaching"),
                ),
                (
                    "teaching_language_ar",
                    models.CharField(blank=True, max_length=40, null=True, verbose_name="language of teaching"),
                ),
                (
                    "teaching_language_en",
                    models.CharField(blank=True, max_length=40, null=True, verbose_name="language of teaching"),
                ),
                ("minimum_age", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="minimum age")),
                ("maximum_age", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="maximum age")),
                ("hours", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="hours")),
                ("fee", models.DecimalField(decimal_places=2, default=0, max_digits=8, verbose_name="fee in dirhams")),
                (
                    "certificate_share",
                    models.PositiveSmallIntegerField(
                        default=75, verbose_name="attendance for a certificate, in percent"
                    ),
                ),
                ("is_sensitive", models.BooleanField(default=False, help_text="Never named in a message.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("in_review", "In review"),
                            ("published", "Published"),
                            ("archived", "Archived"),
                        ],
                        default="draft",
                        max_length=9,
                    ),
                ),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                (
                    "folded",
                    models.GeneratedField(
                        db_persist=True,
                        expression=learningcity.folding.Folded(
                            "title_fr", "title_ar", "title_en", "summary_fr", "summary_ar"
                        ),
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="courses",
                        to="programmes.organisation",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="courses", to="programmes.programme"
                    ),
                ),
            ],
            options={
                "ordering": ["title_fr"],
            },
        ),
        migrations.CreateModel(
            name="Venue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=20, unique=True)),
                ("slug", models.SlugField(max_length=120, unique=True)),
                ("name", models.CharField(max_length=160, verbose_name="name")),
                ("name_fr", models.CharField(max_length=160, null=True, verbose_name="name")),
                ("name_ar", models.CharField(max_length=160, null=True, verbose_name="name")),
                ("name_en", models.CharField(max_length=160, null=True, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("library", "Library"),
                            ("cultural", "Cultural centre"),
                            ("social", "Social centre"),
                            ("women", "Women's centre"),
                            ("youth", "Youth house"),
                            ("second_chance", "Second-chance school"),
                            ("vocational", "Vocational institute"),
                            ("languages", "Language institute"),
                            ("university", "University"),
                            ("sport", "Sports centre"),
                            ("digital", "Digital centre"),
                        ],
                        max_length=13,
                        verbose_name="kind",
                    ),
                ),
                ("quartier", models.CharField(blank=True, max_length=120)),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="address")),
                ("address_fr", models.CharField(blank=True, max_length=200, null=True, verbose_name="address")),
                ("address_ar", models.CharField(blank=True, max_length=200, null=True, verbose_name="address")),
                ("address_en", models.CharField(blank=True, max_length=200, null=True, verbose_name="address")),
                ("longitude", models.FloatField(null=True)),
                ("latitude", models.FloatField(null=True)),
                ("phone", models.CharField(blank=True, max_length=16)),
                ("operator", models.CharField(blank=True, max_length=160)),
                ("is_open", models.BooleanField(default=True)),
                ("step_free", models.BooleanField(null=True, verbose_name="step-free access")),
                ("adapted_toilet", models.BooleanField(null=True, verbose_name="adapted toilet")),
                ("hearing_loop", models.BooleanField(null=True, verbose_name="hearing loop")),
                ("childcare", models.BooleanField(null=True, verbose_name="childcare")),
                (
                    "district",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="venues",
                        to="learningcity.district",
                    ),
                ),
            ],
            options={
                "ordering": ["name_fr"],
            },
        ),
        migrations.CreateModel(
            name="Room",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("name_fr", models.CharField(max_length=80, null=True, verbose_name="name")),
                ("name_ar", models.CharField(max_length=80, null=True, verbose_name="name")),
                ("name_en", models.CharField(max_length=80, null=True, verbose_name="name")),
                ("capacity", models.PositiveSmallIntegerField(verbose_name="capacity")),
                (
                    "venue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rooms", to="programmes.venue"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CourseRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=20, unique=True)),
                ("label", models.CharField(help_text="A, B, C…", max_length=10, verbose_name="group")),
                (
                    "mode",
                    models.CharField(
                        choices=[("on_site", "On site"), ("online", "Online"), ("hybrid", "On site and online")],
                        default="on_site",
                        max_length=7,
                        verbose_name="mode",
                    ),
                ),
                ("women_only", models.BooleanField(default=False, verbose_name="women's group")),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("planned", "Planned"),
                            ("postponed", "Postponed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        max_length=9,
                    ),
                ),
                ("enrolment_opens_at", models.DateTimeField()),
                ("enrolment_closes_at", models.DateTimeField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("capacity", models.PositiveSmallIntegerField(verbose_name="places")),
                ("desk_seats", models.PositiveSmallIntegerField(default=0, verbose_name="places kept for the desk")),
                (
                    "waiting_places",
                    models.PositiveSmallIntegerField(default=50, verbose_name="places on the waiting list"),
                ),
                ("seats_taken", models.PositiveSmallIntegerField(default=0)),
                (
                    "desk_taken",
                    models.PositiveSmallIntegerField(default=0, help_text="Desk seats in use, within desk_seats."),
                ),
                ("waiting_count", models.PositiveSmallIntegerField(default=0)),
                (
                    "joined_count",
                    models.PositiveIntegerField(default=0, help_text="Sequence of the last person who joined."),
                ),
                ("ledger_number", models.PositiveIntegerField(default=0, help_text="Number of the last ledger event.")),
                (
                    "ledger_hash",
                    models.CharField(blank=True, help_text="Hash of the last ledger event.", max_length=64),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="runs", to="programmes.course"
                    ),
                ),
                (
                    "trainers",
                    models.ManyToManyField(blank=True, related_name="runs_taught", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "room",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="programmes.room",
                    ),
                ),
                (
                    "venue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="runs", to="programmes.venue"
                    ),
                ),
            ],
            options={
                "ordering": ["starts_on", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Meeting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("date", models.DateField()),
                ("starts_at", models.TimeField()),
                ("ends_at", models.TimeField()),
                ("zone", models.CharField(default="Africa/Casablanca", max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("held", "Held"),
                            ("moved", "Moved"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="planned",
                        max_length=9,
                    ),
                ),
                (
                    "held_minutes",
                    models.PositiveSmallIntegerField(default=0, help_text="Minutes really given; 0 until held."),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="meetings", to="programmes.courserun"
                    ),
                ),
            ],
            options={
                "ordering": ["date", "starts_at"],
                "indexes": [models.Index(fields=["date"], name="meeting_date")],
                "constraints": [
                    models.UniqueConstraint(fields=("run", "date", "starts_at"), name="meeting_once"),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="meeting_ends_after_it_starts",
                        violation_error_message="The meeting ends before it starts.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("held_minutes__gt", 0), ("state", "held")),
                            models.Q(models.Q(("state", "held"), _negated=True), ("held_minutes", 0)),
                            _connector="OR",
                        ),
                        name="meeting_held_has_minutes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("trainer", "Trainer"),
                            ("manager", "Organisation manager"),
                            ("district_officer", "District officer"),
                            ("programme_officer", "Programme officer"),
                            ("official", "Official"),
                        ],
                        max_length=17,
                    ),
                ),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
                (
                    "district",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="learningcity.district",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="programmes.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("organisation__isnull", False), ("role__in", ["trainer", "manager"])),
                            models.Q(("district__isnull", False), ("role", "district_officer")),
                            ("role__in", ["programme_officer", "official"]),
                            _connector="OR",
                        ),
                        name="membership_has_its_scope",
                        violation_error_message="This role needs an organisation or a district.",
                    ),
                    models.UniqueConstraint(
                        fields=("user", "role", "organisation", "district"),
                        name="membership_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="course",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("folded", "gin_trgm_ops"), name="course_folded"
            ),
        ),
        migrations.AddConstraint(
            model_name="course",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("minimum_age", None),
                    ("maximum_age", None),
                    ("minimum_age__lte", models.F("maximum_age")),
                    _connector="OR",
                ),
                name="course_ages_in_order",
                violation_error_message="The minimum age is above the maximum age.",
            ),
        ),
        migrations.AddConstraint(
            model_name="room",
            constraint=models.UniqueConstraint(fields=("venue", "name_fr"), name="room_once_in_venue"),
        ),
        migrations.AddIndex(
            model_name="courserun",
            index=models.Index(
                condition=models.Q(("decision", "planned")), fields=["enrolment_closes_at"], name="run_bookable"
            ),
        ),
        migrations.AddIndex(
            model_name="courserun",
            index=models.Index(fields=["ends_on"], name="run_ends_on"),
        ),
        migrations.AddConstraint(
            model_name="courserun",
            constraint=models.CheckConstraint(
                condition=models.Q(("seats_taken__lte", models.F("capacity"))), name="seats_within_capacity"
            ),
        ),
        migrations.AddConstraint(
            model_name="courserun",
            constraint=models.CheckConstraint(
                condition=models.Q(("desk_seats__lte", models.F("capacity"))),
                name="desk_seats_within_capacity",
                violation_error_message="More places are kept for the desk than the group has.",
            ),
        ),
        migrations.AddConstraint(
            model_name="courserun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("desk_taken__lte", models.F("desk_seats")), ("desk_taken__lte", models.F("seats_taken"))
                ),
                name="desk_taken_within_desk_seats",
            ),
        ),
        migrations.AddConstraint(
            model_name="courserun",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                name="run_ends_after_it_starts",
                violation_error_message="The group ends before it starts.",
            ),
        ),
        migrations.AddConstraint(
            model_name="courserun",
            constraint=models.CheckConstraint(
                condition=models.Q(("enrolment_closes_at__gt", models.F("enrolment_opens_at"))),
                name="enrolment_closes_after_it_opens",
                violation_error_message="Enrolment closes before it opens.",
            ),
        ),
    ]
