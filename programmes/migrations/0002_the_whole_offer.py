import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension, CreateExtension
from django.db import migrations, models

import programmes.models.meetings

# Folded text holds no accents: what is all ASCII is Latin, any other word Arabic. One configuration reads both scripts.
CREATE_CITY = """
    CREATE TEXT SEARCH CONFIGURATION city (PARSER = default);
    ALTER TEXT SEARCH CONFIGURATION city
        ADD MAPPING FOR asciiword, asciihword, hword_asciipart WITH french_stem;
    ALTER TEXT SEARCH CONFIGURATION city
        ADD MAPPING FOR word, hword, hword_part WITH arabic_stem;
    ALTER TEXT SEARCH CONFIGURATION city
        ADD MAPPING FOR numword, numhword, hword_numpart, int, uint, float, version WITH simple;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("learningcity", "0001_initial"),
        ("programmes", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        BtreeGistExtension(),
        CreateExtension("fuzzystrmatch"),
        migrations.RunSQL(CREATE_CITY, "DROP TEXT SEARCH CONFIGURATION city"),
        migrations.CreateModel(
            name="Axis",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("name_fr", models.CharField(max_length=200, null=True, verbose_name="name")),
                ("name_ar", models.CharField(max_length=200, null=True, verbose_name="name")),
                ("name_en", models.CharField(max_length=200, null=True, verbose_name="name")),
            ],
            options={
                "verbose_name_plural": "axes",
                "ordering": ["convention", "number"],
            },
        ),
        migrations.CreateModel(
            name="CatalogueEntry",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="entry",
                        serialize=False,
                        to="programmes.courserun",
                    ),
                ),
                ("facets", models.BigIntegerField()),
                ("low_age", models.PositiveSmallIntegerField(default=0)),
                ("high_age", models.PositiveSmallIntegerField(default=150)),
                ("opens_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                ("starts_on", models.DateField()),
                ("words", django.contrib.postgres.search.SearchVectorField()),
            ],
        ),
        migrations.CreateModel(
            name="Closure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_day", models.DateField(verbose_name="first day")),
                ("last_day", models.DateField(verbose_name="last day")),
                ("reason", models.CharField(max_length=120, verbose_name="reason")),
            ],
            options={
                "ordering": ["first_day"],
            },
        ),
        migrations.CreateModel(
            name="Commitment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "indicator",
                    models.CharField(help_text="Code of an indicator, as in `indicators.definitions`.", max_length=10),
                ),
                ("target", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="target")),
                ("agreed_on", models.DateField(verbose_name="agreed on")),
                ("due_on", models.DateField(verbose_name="due on")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("note_fr", models.CharField(blank=True, max_length=200, null=True, verbose_name="note")),
                ("note_ar", models.CharField(blank=True, max_length=200, null=True, verbose_name="note")),
                ("note_en", models.CharField(blank=True, max_length=200, null=True, verbose_name="note")),
            ],
            options={
                "ordering": ["axis", "due_on", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Contribution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="partner")),
                ("name_fr", models.CharField(max_length=200, null=True, verbose_name="partner")),
                ("name_ar", models.CharField(max_length=200, null=True, verbose_name="partner")),
                ("name_en", models.CharField(max_length=200, null=True, verbose_name="partner")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount in dirhams")),
                (
                    "is_confirmed",
                    models.BooleanField(default=False, help_text="False: our reading of the source, to be confirmed."),
                ),
            ],
            options={
                "ordering": ["convention", "-amount"],
            },
        ),
        migrations.CreateModel(
            name="Convention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("name_fr", models.CharField(max_length=200, null=True, verbose_name="name")),
                ("name_ar", models.CharField(max_length=200, null=True, verbose_name="name")),
                ("name_en", models.CharField(max_length=200, null=True, verbose_name="name")),
                ("signed_on", models.DateField(verbose_name="signed on")),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(verbose_name="until")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount in dirhams")),
                ("source", models.CharField(blank=True, help_text="Where the figures were published.", max_length=200)),
            ],
            options={
                "ordering": ["-signed_on", "code"],
            },
        ),
        migrations.CreateModel(
            name="DemandSignal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("search", "A search that found nothing"),
                            ("refusal", "A place that could not be given"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "words",
                    models.CharField(blank=True, help_text="Folded words of the catalogue, sorted.", max_length=120),
                ),
                (
                    "theme",
                    models.CharField(
                        blank=True,
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
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, help_text="Code of the refusal, or the filters in the way.", max_length=40
                    ),
                ),
                ("count", models.PositiveIntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name="MoneyEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("budgeted", "Budgeted"), ("committed", "Committed"), ("paid", "Paid")],
                        max_length=9,
                        verbose_name="kind",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount in dirhams")),
                ("on", models.DateField(verbose_name="date")),
                (
                    "reference",
                    models.CharField(
                        help_text="Order, contract or receipt number.", max_length=80, verbose_name="document"
                    ),
                ),
                ("entered_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name_plural": "money entries",
                "ordering": ["on", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Pathway",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=20, unique=True)),
                ("slug", models.SlugField(max_length=120, unique=True)),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("name_fr", models.CharField(max_length=120, null=True, verbose_name="name")),
                ("name_ar", models.CharField(max_length=120, null=True, verbose_name="name")),
                ("name_en", models.CharField(max_length=120, null=True, verbose_name="name")),
                ("goal", models.TextField(verbose_name="goal")),
                ("goal_fr", models.TextField(null=True, verbose_name="goal")),
                ("goal_ar", models.TextField(null=True, verbose_name="goal")),
                ("goal_en", models.TextField(null=True, verbose_name="goal")),
                (
                    "isco",
                    models.CharField(
                        blank=True,
                        max_length=4,
                        validators=[django.core.validators.RegexValidator("^[0-9]{1,4}\\Z")],
                        verbose_name="trade (ISCO-08)",
                    ),
                ),
            ],
            options={
                "ordering": ["name_fr"],
            },
        ),
        migrations.CreateModel(
            name="PathwayStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(help_text="Counted from 1.")),
            ],
            options={
                "ordering": ["pathway", "position"],
            },
        ),
        migrations.CreateModel(
            name="VoiceClip",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "language",
                    models.CharField(
                        choices=[("darija", "Darija"), ("french", "French"), ("tachelhit", "Tachelhit")],
                        max_length=9,
                        verbose_name="language",
                    ),
                ),
                ("sound", models.BinaryField()),
                ("size", models.PositiveIntegerField(help_text="Bytes.")),
                ("seconds", models.PositiveSmallIntegerField()),
                ("digest", models.CharField(help_text="SHA-256 of the sound; part of its address.", max_length=64)),
                ("transcript", models.TextField(verbose_name="the same words, written")),
            ],
            options={
                "ordering": ["course", "language"],
            },
        ),
        migrations.CreateModel(
            name="Word",
            fields=[
                ("text", models.CharField(max_length=60, primary_key=True, serialize=False)),
                (
                    "lexeme",
                    models.CharField(help_text="Its stem in the text search configuration `city`.", max_length=60),
                ),
                (
                    "sound",
                    models.CharField(help_text="How it sounds, in Latin letters: `spelling.sound`.", max_length=60),
                ),
            ],
        ),
        migrations.AlterModelOptions(
            name="room",
            options={"ordering": ["venue", "pk"]},
        ),
        migrations.AddField(
            model_name="course",
            name="cefr_level",
            field=models.CharField(
                blank=True,
                choices=[("A1", "A1"), ("A2", "A2"), ("B1", "B1"), ("B2", "B2"), ("C1", "C1"), ("C2", "C2")],
                max_length=2,
                verbose_name="level of language (CEFR)",
            ),
        ),
        migrations.AddField(
            model_name="course",
            name="digcomp_level",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=[
                    (1, "Foundation, level 1"),
                    (2, "Foundation, level 2"),
                    (3, "Intermediate, level 3"),
                    (4, "Intermediate, level 4"),
                    (5, "Advanced, level 5"),
                    (6, "Advanced, level 6"),
                    (7, "Highly specialised, level 7"),
                    (8, "Highly specialised, level 8"),
                ],
                null=True,
                verbose_name="level of digital skill (DigComp 2.2)",
            ),
        ),
        migrations.AddField(
            model_name="course",
            name="isced_field",
            field=models.CharField(
                blank=True,
                choices=[
                    ("001", "Basic programmes and qualifications"),
                    ("002", "Literacy and numeracy"),
                    ("003", "Personal skills and development"),
                    ("011", "Education"),
                    ("021", "Arts"),
                    ("022", "Humanities except languages"),
                    ("023", "Languages"),
                    ("031", "Social and behavioural sciences"),
                    ("032", "Journalism and information"),
                    ("041", "Business and administration"),
                    ("042", "Law"),
                    ("051", "Biological and related sciences"),
                    ("052", "Environment"),
                    ("053", "Physical sciences"),
                    ("054", "Mathematics and statistics"),
                    ("061", "Information and communication technologies"),
                    ("071", "Engineering and engineering trades"),
                    ("072", "Manufacturing and processing"),
                    ("073", "Architecture and construction"),
                    ("081", "Agriculture"),
                    ("082", "Forestry"),
                    ("083", "Fisheries"),
                    ("084", "Veterinary"),
                    ("091", "Health"),
                    ("092", "Welfare"),
                    ("101", "Personal services"),
                    ("102", "Hygiene and occupational health services"),
                    ("103", "Security services"),
                    ("104", "Transport services"),
                ],
                max_length=3,
                verbose_name="field (ISCED-F 2013)",
            ),
        ),
        migrations.AddField(
            model_name="course",
            name="kind",
            field=models.CharField(
                choices=[("regular", "Course"), ("template", "Model to start from"), ("practice", "Practice course")],
                default="regular",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="course",
            name="language",
            field=models.CharField(
                blank=True,
                choices=[
                    ("darija", "Darija"),
                    ("arabic", "Arabic"),
                    ("french", "French"),
                    ("both", "Arabic and French"),
                    ("english", "English"),
                    ("spanish", "Spanish"),
                    ("amazigh", "Amazigh"),
                ],
                max_length=7,
                verbose_name="language of teaching",
            ),
        ),
        migrations.AddField(
            model_name="course",
            name="prerequisites",
            field=models.TextField(blank=True, verbose_name="what is needed before"),
        ),
        migrations.AddField(
            model_name="course",
            name="prerequisites_ar",
            field=models.TextField(blank=True, null=True, verbose_name="what is needed before"),
        ),
        migrations.AddField(
            model_name="course",
            name="prerequisites_en",
            field=models.TextField(blank=True, null=True, verbose_name="what is needed before"),
        ),
        migrations.AddField(
            model_name="course",
            name="prerequisites_fr",
            field=models.TextField(blank=True, null=True, verbose_name="what is needed before"),
        ),
        migrations.AddField(
            model_name="course",
            name="review_note",
            field=models.TextField(blank=True, verbose_name="what the second reader asks for"),
        ),
        migrations.AddField(
            model_name="courserun",
            name="language",
            field=models.CharField(
                blank=True,
                choices=[
                    ("darija", "Darija"),
                    ("arabic", "Arabic"),
                    ("french", "French"),
                    ("both", "Arabic and French"),
                    ("english", "English"),
                    ("spanish", "Spanish"),
                    ("amazigh", "Amazigh"),
                ],
                help_text="Empty: the language of the course.",
                max_length=7,
                verbose_name="language of teaching",
            ),
        ),
        migrations.AddField(
            model_name="meeting",
            name="buffer_minutes",
            field=models.PositiveSmallIntegerField(default=0, help_text="Of the room, when it was booked."),
        ),
        migrations.AddField(
            model_name="meeting",
            name="moved_from",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="meeting",
            name="reason",
            field=models.CharField(
                blank=True, help_text="Why it was moved, cancelled, skipped.", max_length=120, verbose_name="reason"
            ),
        ),
        migrations.AddField(
            model_name="meeting",
            name="revision",
            field=models.PositiveSmallIntegerField(default=0, help_text="SEQUENCE of its calendar entry."),
        ),
        migrations.AddField(
            model_name="meeting",
            name="room",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="meetings",
                to="programmes.room",
            ),
        ),
        migrations.AddField(
            model_name="meeting",
            name="trainer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="meetings",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="description",
            field=models.TextField(blank=True, verbose_name="who they are"),
        ),
        migrations.AddField(
            model_name="organisation",
            name="description_ar",
            field=models.TextField(blank=True, null=True, verbose_name="who they are"),
        ),
        migrations.AddField(
            model_name="organisation",
            name="description_en",
            field=models.TextField(blank=True, null=True, verbose_name="who they are"),
        ),
        migrations.AddField(
            model_name="organisation",
            name="description_fr",
            field=models.TextField(blank=True, null=True, verbose_name="who they are"),
        ),
        migrations.AddField(
            model_name="organisation",
            name="phone",
            field=models.CharField(blank=True, max_length=16, verbose_name="phone"),
        ),
        migrations.AddField(
            model_name="programme",
            name="audiences",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("women", "Women"),
                        ("youth", "Young people"),
                        ("children", "Children"),
                        ("job_seekers", "Job seekers"),
                        ("non_readers", "People who read little"),
                        ("disability", "People with disabilities"),
                        ("seniors", "Older people"),
                    ],
                    max_length=12,
                ),
                blank=True,
                default=list,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="programme",
            name="subtype",
            field=models.CharField(
                blank=True,
                choices=[
                    ("literacy", "Literacy"),
                    ("second_chance", "Second chance"),
                    ("school_support", "School support"),
                    ("languages", "Languages"),
                    ("life_skills", "Life skills"),
                    ("financial", "Managing money"),
                    ("health", "Health and prevention"),
                    ("culture", "Culture"),
                    ("citizenship", "Citizenship and environment"),
                    ("entrepreneurship", "Starting a business"),
                    ("certifying", "Short training with a certificate"),
                    ("reconversion", "Changing trade"),
                    ("diploma", "Training with a diploma"),
                    ("digital_basic", "Digital, first steps"),
                    ("digital_intermediate", "Digital, intermediate"),
                    ("digital_advanced", "Digital, advanced"),
                    ("distance", "Distance learning"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AddField(
            model_name="room",
            name="buffer_minutes",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="To air, clean and set up again.",
                verbose_name="minutes kept free after each meeting",
            ),
        ),
        migrations.AddField(
            model_name="venue",
            name="hours",
            field=models.CharField(blank=True, max_length=200, verbose_name="opening hours"),
        ),
        migrations.AddField(
            model_name="venue",
            name="hours_ar",
            field=models.CharField(blank=True, max_length=200, null=True, verbose_name="opening hours"),
        ),
        migrations.AddField(
            model_name="venue",
            name="hours_en",
            field=models.CharField(blank=True, max_length=200, null=True, verbose_name="opening hours"),
        ),
        migrations.AddField(
            model_name="venue",
            name="hours_fr",
            field=models.CharField(blank=True, max_length=200, null=True, verbose_name="opening hours"),
        ),
        migrations.AddField(
            model_name="venue",
            name="transport",
            field=models.CharField(blank=True, max_length=200, verbose_name="tram and bus"),
        ),
        migrations.AddField(
            model_name="venue",
            name="transport_ar",
            field=models.CharField(blank=True, max_length=200, null=True, verbose_name="tram and bus"),
        ),
        migrations.AddField(
            model_name="venue",
            name="transport_en",
            field=models.CharField(blank=True, max_length=200, null=True, verbose_name="tram and bus"),
        ),
        migrations.AddField(
            model_name="venue",
            name="transport_fr",
            field=models.CharField(blank=True, max_length=200, null=True, verbose_name="tram and bus"),
        ),
        migrations.AddField(
            model_name="venue",
            name="women_space",
            field=models.BooleanField(null=True, verbose_name="space for women only"),
        ),
        migrations.AlterField(
            model_name="course",
            name="certificate_share",
            field=models.PositiveSmallIntegerField(
                default=75,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)],
                verbose_name="attendance for a certificate, in percent",
            ),
        ),
        migrations.AlterField(
            model_name="meeting",
            name="date",
            field=models.DateField(verbose_name="date"),
        ),
        migrations.AlterField(
            model_name="meeting",
            name="ends_at",
            field=models.TimeField(verbose_name="to"),
        ),
        migrations.AlterField(
            model_name="meeting",
            name="starts_at",
            field=models.TimeField(verbose_name="from"),
        ),
        migrations.AlterField(
            model_name="meeting",
            name="state",
            field=models.CharField(
                choices=[
                    ("planned", "Planned"),
                    ("held", "Held"),
                    ("moved", "Moved"),
                    ("cancelled", "Cancelled"),
                    ("skipped", "Not held that day"),
                ],
                default="planned",
                max_length=9,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="courserun",
            trigger=pgtrigger.compiler.Trigger(
                name="keep_places",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN ((OLD.waiting_count = 0 AND OLD.seats_taken < OLD.capacity - OLD.desk_seats + OLD.desk_taken) IS DISTINCT FROM (NEW.waiting_count = 0 AND NEW.seats_taken < NEW.capacity - NEW.desk_seats + NEW.desk_taken))",
                    func="\n                    UPDATE programmes_catalogueentry SET facets =\n                        CASE WHEN (NEW.waiting_count = 0 AND NEW.seats_taken < NEW.capacity - NEW.desk_seats + NEW.desk_taken) THEN facets | 1 ELSE facets & ~1::bigint END\n                    WHERE run_id = NEW.id;\n                    RETURN NULL;\n                ",
                    hash="e2a33480125f3930c72a8506962be64f6cd0afe0",
                    operation='UPDATE OF "capacity", "desk_seats", "desk_taken", "seats_taken", "waiting_count"',
                    pgid="pgtrigger_keep_places_5176e",
                    table="programmes_courserun",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("room__isnull", False), ("state__in", ["planned", "held", "moved"])),
                expressions=[("room", "="), (programmes.models.meetings.Occupied(buffer=True), "&&")],
                name="room_once_at_a_time",
                violation_error_message="The room is already taken at this time.",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("state__in", ["planned", "held", "moved"]), ("trainer__isnull", False)),
                expressions=[("trainer", "="), (programmes.models.meetings.Occupied(buffer=False), "&&")],
                name="trainer_once_at_a_time",
                violation_error_message="The trainer already teaches at this time.",
            ),
        ),
        migrations.AddField(
            model_name="programme",
            name="axis",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="programmes",
                to="programmes.axis",
            ),
        ),
        migrations.AddField(
            model_name="catalogueentry",
            name="course",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="programmes.course"
            ),
        ),
        migrations.AddField(
            model_name="catalogueentry",
            name="venue",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="programmes.venue"
            ),
        ),
        migrations.AddField(
            model_name="closure",
            name="venue",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="closures", to="programmes.venue"
            ),
        ),
        migrations.AddField(
            model_name="commitment",
            name="axis",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="commitments", to="programmes.axis"
            ),
        ),
        migrations.AddField(
            model_name="commitment",
            name="replaces",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="programmes.commitment",
            ),
        ),
        migrations.AddField(
            model_name="contribution",
            name="organisation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="contributions",
                to="programmes.organisation",
            ),
        ),
        migrations.AddConstraint(
            model_name="convention",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gt", models.F("starts_on"))),
                name="convention_ends_after_it_starts",
                violation_error_message="The agreement ends before it starts.",
            ),
        ),
        migrations.AddConstraint(
            model_name="convention",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0)), name="convention_amount_not_negative"
            ),
        ),
        migrations.AddField(
            model_name="contribution",
            name="convention",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="contributions", to="programmes.convention"
            ),
        ),
        migrations.AddField(
            model_name="axis",
            name="convention",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="axes", to="programmes.convention"
            ),
        ),
        migrations.AddField(
            model_name="demandsignal",
            name="district",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="learningcity.district"
            ),
        ),
        migrations.AddField(
            model_name="moneyentry",
            name="axis",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="money", to="programmes.axis"
            ),
        ),
        migrations.AddField(
            model_name="moneyentry",
            name="contribution",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="money",
                to="programmes.contribution",
            ),
        ),
        migrations.AddField(
            model_name="moneyentry",
            name="entered_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="pathwaystep",
            name="course",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="programmes.course"
            ),
        ),
        migrations.AddField(
            model_name="pathwaystep",
            name="pathway",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="programmes.pathway"
            ),
        ),
        migrations.AddField(
            model_name="pathway",
            name="courses",
            field=models.ManyToManyField(
                related_name="pathways", through="programmes.PathwayStep", to="programmes.course"
            ),
        ),
        migrations.AddField(
            model_name="voiceclip",
            name="course",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="clips", to="programmes.course"
            ),
        ),
        migrations.AddIndex(
            model_name="word",
            index=models.Index(fields=["lexeme"], name="word_lexeme"),
        ),
        migrations.AddIndex(
            model_name="word",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass("text", "varchar_pattern_ops"), name="word_beginning"
            ),
        ),
        migrations.AddIndex(
            model_name="word",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("sound", "gin_trgm_ops"), name="word_sound"
            ),
        ),
        migrations.AddIndex(
            model_name="catalogueentry",
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=["words"], name="entry_words"),
        ),
        migrations.AddIndex(
            model_name="catalogueentry",
            index=models.Index(
                fields=["closes_at"],
                include=("run", "course", "venue", "facets", "low_age", "high_age", "opens_at", "starts_on"),
                name="entry_narrow",
            ),
        ),
        migrations.AddConstraint(
            model_name="closure",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_day__gte", models.F("first_day"))),
                name="closure_days_in_order",
                violation_error_message="The last day is before the first day.",
            ),
        ),
        migrations.AddConstraint(
            model_name="contribution",
            constraint=models.UniqueConstraint(fields=("convention", "name_fr"), name="contribution_once"),
        ),
        migrations.AddConstraint(
            model_name="contribution",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="contribution_not_negative"),
        ),
        migrations.AddConstraint(
            model_name="axis",
            constraint=models.UniqueConstraint(fields=("convention", "number"), name="axis_once_in_convention"),
        ),
        migrations.AddConstraint(
            model_name="demandsignal",
            constraint=models.UniqueConstraint(
                fields=("day", "kind", "words", "theme", "district", "reason"), name="demand_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="moneyentry",
            constraint=models.CheckConstraint(condition=models.Q(("amount", 0), _negated=True), name="money_not_zero"),
        ),
        migrations.AddConstraint(
            model_name="moneyentry",
            constraint=models.UniqueConstraint(
                fields=("axis", "kind", "reference", "amount"),
                name="money_once",
                violation_error_message="This line is already there.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="moneyentry",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="37615f7b3467422b8db095b29f988f382e18342b",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_22444",
                    table="programmes_moneyentry",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="pathwaystep",
            constraint=models.UniqueConstraint(fields=("pathway", "position"), name="step_position_once"),
        ),
        migrations.AddConstraint(
            model_name="pathwaystep",
            constraint=models.UniqueConstraint(fields=("pathway", "course"), name="step_course_once"),
        ),
        migrations.AddConstraint(
            model_name="voiceclip",
            constraint=models.UniqueConstraint(fields=("course", "language"), name="clip_once_per_language"),
        ),
        migrations.AddConstraint(
            model_name="voiceclip",
            constraint=models.CheckConstraint(condition=models.Q(("size__lte", 120000)), name="clip_is_light"),
        ),
    ]
