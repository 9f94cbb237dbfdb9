import django.contrib.postgres.indexes
import django.db.models.deletion
import learningcity.folding
import participants.models.enrolments
import pgtrigger.compiler
import pgtrigger.migrations
import phonenumber_field.modelfields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("learningcity", "0001_initial"),
        ("programmes", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Enrolment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "Request received"),
                            ("enrolled", "Place confirmed"),
                            ("waiting", "Waiting"),
                            ("offered", "Place offered"),
                            ("declined", "Place given up"),
                            ("expired", "Time passed"),
                            ("refused", "No place this time"),
                            ("completed", "Completed"),
                            ("dropped_out", "Course stopped"),
                            ("no_show", "Place not used"),
                            ("cancelled_by_learner", "Cancelled by you"),
                            ("cancelled_by_city", "Cancelled by the city"),
                            ("transferred", "Moved to another group"),
                        ],
                        max_length=20,
                    ),
                ),
                ("priority", models.PositiveSmallIntegerField(default=0)),
                ("joined_at", models.DateTimeField()),
                ("sequence", models.PositiveIntegerField(help_text="Order of joining within the run; never changes.")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("online", "online"),
                            ("desk", "at the desk"),
                            ("partner", "through a partner"),
                            ("import", "import"),
                        ],
                        max_length=7,
                    ),
                ),
                ("party", models.UUIDField(blank=True, help_text="People who want in together.", null=True)),
                (
                    "token",
                    models.CharField(default=participants.models.enrolments.new_token, max_length=32, unique=True),
                ),
                (
                    "reference",
                    models.CharField(default=participants.models.enrolments.new_reference, max_length=14, unique=True),
                ),
                ("holds_desk_seat", models.BooleanField(default=False)),
                (
                    "needs",
                    models.JSONField(blank=True, default=list, help_text="Codes of a closed list, see forms.NEEDS."),
                ),
                ("sex", models.CharField(choices=[("F", "Female"), ("M", "Male"), ("U", "Not said")], max_length=1)),
                ("birth_year", models.PositiveSmallIntegerField()),
                ("lives_outside", models.BooleanField(default=False)),
                (
                    "work_status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("employed", "In work"),
                            ("job_seeker", "Looking for work"),
                            ("inactive", "Not looking for work"),
                            ("in_education", "In education"),
                            ("", "Not said"),
                        ],
                        max_length=12,
                    ),
                ),
                ("confirmed_on", models.DateField(blank=True, null=True)),
                ("started_on", models.DateField(blank=True, help_text="First meeting attended.", null=True)),
                ("exited_on", models.DateField(blank=True, null=True)),
                (
                    "district",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="learningcity.district",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrolments",
                        to="programmes.courserun",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EnrolmentDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "token",
                    models.CharField(default=participants.models.enrolments.new_token, max_length=32, unique=True),
                ),
                ("answers", models.JSONField(default=dict)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "enrolment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="participants.enrolment",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="programmes.courserun"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Participant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("given_name", models.CharField(blank=True, max_length=80, verbose_name="first name")),
                ("family_name", models.CharField(blank=True, max_length=80, verbose_name="last name")),
                (
                    "folded_name",
                    models.GeneratedField(
                        db_persist=True,
                        expression=learningcity.folding.Folded("given_name", "family_name"),
                        output_field=models.TextField(),
                    ),
                ),
                ("birth_year", models.PositiveSmallIntegerField(verbose_name="year of birth")),
                ("birth_date", models.DateField(blank=True, null=True, verbose_name="date of birth")),
                (
                    "sex",
                    models.CharField(
                        choices=[("F", "Female"), ("M", "Male"), ("U", "Not said")],
                        default="U",
                        max_length=1,
                        verbose_name="sex",
                    ),
                ),
                ("lives_outside", models.BooleanField(default=False)),
                (
                    "phone",
                    phonenumber_field.modelfields.PhoneNumberField(
                        blank=True, max_length=128, region=None, verbose_name="mobile phone"
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("language", models.CharField(default="fr", max_length=2, verbose_name="language of messages")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("sms", "Text message"),
                            ("whatsapp", "WhatsApp"),
                            ("call", "Phone call"),
                            ("none", "No message"),
                        ],
                        default="sms",
                        max_length=8,
                        verbose_name="channel",
                    ),
                ),
                ("is_demo", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "district",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="learningcity.district",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged_from",
                        to="participants.participant",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Guardianship",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("guardian_name", models.CharField(max_length=160, verbose_name="your name")),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("mother", "Mother"),
                            ("father", "Father"),
                            ("guardian", "Guardian"),
                            ("relative", "Relative"),
                        ],
                        max_length=8,
                        verbose_name="you are",
                    ),
                ),
                ("since", models.DateTimeField(auto_now_add=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="guardianships",
                        to="participants.participant",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="enrolment",
            name="participant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="enrolments", to="participants.participant"
            ),
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(choices=[("course", "This course, and counting without names")], max_length=10),
                ),
                ("text_version", models.CharField(max_length=20)),
                ("is_given", models.BooleanField()),
                ("language", models.CharField(max_length=2)),
                ("channel", models.CharField(help_text="online, desk, partner", max_length=10)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="participants.participant",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Certificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True)),
                (
                    "code",
                    models.CharField(default=participants.models.enrolments.new_token, max_length=32, unique=True),
                ),
                ("name", models.CharField(max_length=160)),
                ("course_title_fr", models.CharField(max_length=120)),
                ("course_title_ar", models.CharField(max_length=120)),
                ("issuer", models.CharField(max_length=160)),
                ("hours", models.PositiveSmallIntegerField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("issued_on", models.DateField()),
                ("revoked_on", models.DateField(blank=True, null=True)),
                (
                    "replaced_by",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaces",
                        to="participants.certificate",
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="participants.enrolment",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_by", None), ("revoked_on", None)),
                        fields=("enrolment",),
                        name="one_valid_certificate",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Attendance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(help_text="Local date of the meeting, copied when the mark is made.")),
                (
                    "mark",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Present"), (2, "Late"), (3, "Absent"), (4, "Excused")]
                    ),
                ),
                ("minutes", models.PositiveSmallIntegerField(help_text="Minutes attended, at most the minutes held.")),
                ("entered_at", models.DateTimeField()),
                (
                    "entered_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attendances", to="programmes.meeting"
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attendances",
                        to="participants.enrolment",
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.BrinIndex(fields=["day"], name="attendance_day", pages_per_range=32)
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("enrolment", "meeting"), name="one_mark_per_meeting"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("mark__in", (1, 2)), ("minutes__gt", 0)),
                            models.Q(("mark__in", [3, 4]), ("minutes", 0)),
                            _connector="OR",
                        ),
                        name="minutes_match_the_mark",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EnrolmentEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("from_state", models.CharField(blank=True, max_length=20)),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("requested", "Request received"),
                            ("enrolled", "Place confirmed"),
                            ("waiting", "Waiting"),
                            ("offered", "Place offered"),
                            ("declined", "Place given up"),
                            ("expired", "Time passed"),
                            ("refused", "No place this time"),
                            ("completed", "Completed"),
                            ("dropped_out", "Course stopped"),
                            ("no_show", "Place not used"),
                            ("cancelled_by_learner", "Cancelled by you"),
                            ("cancelled_by_city", "Cancelled by the city"),
                            ("transferred", "Moved to another group"),
                        ],
                        max_length=20,
                    ),
                ),
                ("seat_delta", models.SmallIntegerField()),
                ("at", models.DateTimeField()),
                ("day", models.DateField(help_text="Civil day in Casablanca, computed once.")),
                ("why", models.CharField(blank=True, max_length=200)),
                ("previous_hash", models.CharField(blank=True, max_length=64)),
                ("hash", models.CharField(max_length=64)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="participants.enrolment"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="programmes.courserun"
                    ),
                ),
            ],
            options={
                "ordering": ["run", "number"],
                "constraints": [models.UniqueConstraint(fields=("run", "number"), name="ledger_number_once")],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="enrolmentevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="1625724cb46feb9c0134132a62515485fcebade4",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_5087b",
                    table="participants_enrolmentevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="participant",
            index=models.Index(fields=["phone", "birth_date"], name="participant_phone_birth"),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.CheckConstraint(
                condition=models.Q(("family_name", ""), ("given_name", ""), _negated=True),
                name="participant_has_a_name",
                violation_error_message="Enter the first name",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.CheckConstraint(
                condition=models.Q(("birth_date", None), ("birth_date__year", models.F("birth_year")), _connector="OR"),
                name="birth_year_of_birth_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.CheckConstraint(
                condition=models.Q(("birth_year__range", (1900, 2100))), name="birth_year_plausible"
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.CheckConstraint(
                condition=models.Q(("district", None), ("lives_outside", False), _connector="OR"),
                name="district_or_outside",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", models.F("id")), _negated=True), name="not_merged_into_self"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="guardianship",
            trigger=pgtrigger.compiler.Trigger(
                name="never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="28330b06b5e09ef3cfa23690e6e5a9c6ecc087a2",
                    operation="DELETE",
                    pgid="pgtrigger_never_deleted_7f5d6",
                    table="participants_guardianship",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="enrolment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("requested", "enrolled", "waiting", "offered"))),
                fields=("participant", "run"),
                name="one_live_enrolment",
                violation_error_message="This person already has a place in this group.",
            ),
        ),
        migrations.AddConstraint(
            model_name="enrolment",
            constraint=models.UniqueConstraint(fields=("run", "sequence"), name="sequence_once_in_run"),
        ),
        migrations.AddConstraint(
            model_name="enrolment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "requested",
                            "enrolled",
                            "waiting",
                            "offered",
                            "declined",
                            "expired",
                            "refused",
                            "completed",
                            "dropped_out",
                            "no_show",
                            "cancelled_by_learner",
                            "cancelled_by_city",
                            "transferred",
                        ],
                    )
                ),
                name="enrolment_state_known",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="consent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="cf08f874a56c29691ce37d8d55fe7b2aecc5a5c9",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_5aacf",
                    table="participants_consent",
                    when="BEFORE",
                ),
            ),
        ),
    ]
