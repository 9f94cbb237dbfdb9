import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

from learningcity.folding import create_function_sql


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        TrigramExtension(),
        migrations.RunSQL(create_function_sql(), "DROP FUNCTION city_fold(text)"),
        migrations.CreateModel(
            name="District",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "number",
                    models.PositiveSmallIntegerField(
                        help_text="Last two digits of the HCP code; fits a fact's cell.", unique=True
                    ),
                ),
                ("code", models.CharField(max_length=12, unique=True)),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("name_fr", models.CharField(max_length=80, null=True, verbose_name="name")),
                ("name_ar", models.CharField(max_length=80, null=True, verbose_name="name")),
                ("name_en", models.CharField(max_length=80, null=True, verbose_name="name")),
                ("alternative_names", models.CharField(blank=True, max_length=200)),
                (
                    "outline",
                    models.JSONField(default=list, help_text="Outer ring: [[longitude, latitude], …], WGS 84."),
                ),
                ("label_longitude", models.FloatField()),
                ("label_latitude", models.FloatField()),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Prefecture",
            fields=[
                ("code", models.CharField(max_length=12, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("name_fr", models.CharField(max_length=120, null=True, verbose_name="name")),
                ("name_ar", models.CharField(max_length=120, null=True, verbose_name="name")),
                ("name_en", models.CharField(max_length=120, null=True, verbose_name="name")),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("language", models.CharField(default="fr", max_length=2, verbose_name="language")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("joined_at", models.DateTimeField(auto_now_add=True)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "action",
                    models.CharField(
                        help_text="A verb and an object: `read roster`, `mark attendance`.", max_length=40
                    ),
                ),
                ("subject", models.CharField(help_text="Model label and primary key, never a name.", max_length=80)),
                ("count", models.PositiveIntegerField(default=1, help_text="How many people's data it touched.")),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("detail", models.JSONField(default=dict, help_text="Ids and codes of what changed, never names.")),
                ("request_id", models.CharField(blank=True, max_length=32)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DistrictContext",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField()),
                ("sex", models.CharField(blank=True, help_text="Empty: both.", max_length=1)),
                ("residents_15_plus", models.PositiveIntegerField(null=True)),
                ("illiteracy_15_plus", models.DecimalField(decimal_places=1, max_digits=4, null=True)),
                ("unemployment", models.DecimalField(decimal_places=1, max_digits=4, null=True)),
                ("schooling_6_11", models.DecimalField(decimal_places=1, max_digits=4, null=True)),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="contexts", to="learningcity.district"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Holiday",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("date", models.DateField()),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("name_fr", models.CharField(max_length=120, null=True, verbose_name="name")),
                ("name_ar", models.CharField(max_length=120, null=True, verbose_name="name")),
                ("name_en", models.CharField(max_length=120, null=True, verbose_name="name")),
                (
                    "is_provisional",
                    models.BooleanField(default=False, help_text="Islamic date, to be confirmed by the announcement."),
                ),
            ],
            options={
                "ordering": ["date"],
                "constraints": [models.UniqueConstraint(fields=("date", "name_fr"), name="holiday_once")],
            },
        ),
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.CharField(choices=[("sms", "Text message"), ("email", "E-mail")], max_length=5)),
                ("recipient", models.CharField(help_text="Phone in E.164, or e-mail address.", max_length=254)),
                ("language", models.CharField(max_length=2)),
                ("template", models.CharField(max_length=60)),
                ("values", models.JSONField(default=dict)),
                ("dedupe_key", models.CharField(max_length=120, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting to leave"),
                            ("sent", "Sent"),
                            ("dead", "Could not be delivered"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="pending",
                        max_length=9,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("provider_reference", models.CharField(blank=True, max_length=120)),
                ("last_error", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "pending")), fields=["next_try_at"], name="outbox_pending"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sent_at__isnull", False), ("state", "sent")),
                            models.Q(models.Q(("state", "sent"), _negated=True), ("sent_at", None)),
                            _connector="OR",
                        ),
                        name="outbox_sent_has_a_date",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Population",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField()),
                ("sex", models.CharField(choices=[("F", "F"), ("M", "M")], max_length=1)),
                ("first_age", models.PositiveSmallIntegerField()),
                ("residents", models.PositiveIntegerField()),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="populations",
                        to="learningcity.district",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="district",
            name="prefecture",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="districts",
                to="learningcity.prefecture",
            ),
        ),
        migrations.CreateModel(
            name="Quartier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("name_fr", models.CharField(max_length=120, null=True, verbose_name="name")),
                ("name_ar", models.CharField(max_length=120, null=True, verbose_name="name")),
                ("name_en", models.CharField(max_length=120, null=True, verbose_name="name")),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quartiers",
                        to="learningcity.district",
                    ),
                ),
            ],
            options={
                "ordering": ["name_fr"],
            },
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("email"),
                name="user_email_once",
                violation_error_message="This e-mail already has an account.",
            ),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["subject", "at"], name="audit_by_subject"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditentry",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="e4c06a02152958ef8856e7d0818f344cf9537499",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_9a513",
                    table="learningcity_auditentry",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="districtcontext",
            constraint=models.UniqueConstraint(fields=("year", "district", "sex"), name="context_once"),
        ),
        migrations.AddConstraint(
            model_name="population",
            constraint=models.UniqueConstraint(
                fields=("year", "district", "sex", "first_age"), name="population_cell_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="population",
            constraint=models.CheckConstraint(condition=models.Q(("sex__in", ["F", "M"])), name="population_sex_known"),
        ),
        migrations.AddConstraint(
            model_name="quartier",
            constraint=models.UniqueConstraint(fields=("district", "name_fr"), name="quartier_once_in_district"),
        ),
    ]
