import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from learningcity.folding import Folded

from .conventions import Axis
from .levels import CefrLevel, DigcompLevel, IscedField
from .organisations import Membership, Organisation


class Programme(models.Model):
    class Family(models.TextChoices):
        NONFORMAL = "NFE", _("Non-formal education")
        VOCATIONAL = "VOC", _("Vocational training")
        DIGITAL = "DIG", _("Digital skills")

    class Subtype(models.TextChoices):
        LITERACY = "literacy", _("Literacy")
        SECOND_CHANCE = "second_chance", _("Second chance")
        SCHOOL_SUPPORT = "school_support", _("School support")
        LANGUAGES = "languages", _("Languages")
        LIFE_SKILLS = "life_skills", _("Life skills")
        FINANCIAL = "financial", _("Managing money")
        HEALTH = "health", _("Health and prevention")
        CULTURE = "culture", _("Culture")
        CITIZENSHIP = "citizenship", _("Citizenship and environment")
        ENTREPRENEURSHIP = "entrepreneurship", _("Starting a business")
        CERTIFYING = "certifying", _("Short training with a certificate")
        RECONVERSION = "reconversion", _("Changing trade")
        DIPLOMA = "diploma", _("Training with a diploma")
        DIGITAL_BASIC = "digital_basic", _("Digital, first steps")
        DIGITAL_INTERMEDIATE = "digital_intermediate", _("Digital, intermediate")
        DIGITAL_ADVANCED = "digital_advanced", _("Digital, advanced")
        DISTANCE = "distance", _("Distance learning")

    class Audience(models.TextChoices):
        WOMEN = "women", _("Women")
        YOUTH = "youth", _("Young people")
        CHILDREN = "children", _("Children")
        JOB_SEEKERS = "job_seekers", _("Job seekers")
        NON_READERS = "non_readers", _("People who read little")
        DISABILITY = "disability", _("People with disabilities")
        SENIORS = "seniors", _("Older people")

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    family = models.CharField(_("family"), max_length=3, choices=Family)
    subtype = models.CharField(_("kind"), max_length=20, choices=Subtype, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="programmes")
    axis = models.ForeignKey(Axis, models.SET_NULL, null=True, blank=True, related_name="programmes")
    audiences = ArrayField(models.CharField(max_length=12, choices=Audience), default=list, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self):
        return self.name


class Theme(models.TextChoices):
    """What a resident says she wants: the eight tiles of the home page."""

    READING = "reading", _("Read and write")
    DIGITAL = "digital", _("Phone and computer")
    TRADE = "trade", _("A trade")
    LANGUAGE = "language", _("A language")
    CHILD = "child", _("Enrol my child")
    JOB = "job", _("Look for work")
    CULTURE = "culture", _("Culture and creativity")
    LIVING = "living", _("Health, city and environment")


class TeachingLanguage(models.TextChoices):
    DARIJA = "darija", _("Darija")
    ARABIC = "arabic", _("Arabic")
    FRENCH = "french", _("French")
    BOTH = "both", _("Arabic and French")
    ENGLISH = "english", _("English")
    SPANISH = "spanish", _("Spanish")
    AMAZIGH = "amazigh", _("Amazigh")


class CourseQuerySet(models.QuerySet):
    def published(self):
        return self.filter(state=Course.State.PUBLISHED, kind=Course.Kind.REGULAR)

    def shown(self):
        """Those whose page the public can read: an archived one that was public stays at its address."""
        archived = Q(state=Course.State.ARCHIVED, published_at__isnull=False)
        return self.filter(Q(state=Course.State.PUBLISHED) | archived).exclude(kind=Course.Kind.TEMPLATE)

    def templates(self):
        return self.filter(kind=Course.Kind.TEMPLATE)

    def editable_by(self, user, today):
        """The courses whose texts this user may change: those of the organisation, or all."""
        roles = Membership.objects.current(today).filter(user=user)
        if roles.filter(role=Membership.Role.PROGRAMME_OFFICER).exists():
            return self
        return self.filter(organisation__in=roles.filter(role=Membership.Role.MANAGER).values("organisation"))

    def readable_by(self, user, today):
        """The courses this user may see before the public does: also those taught, and those with a group in the
        district."""
        roles = Membership.objects.current(today).filter(user=user)
        if roles.filter(role=Membership.Role.PROGRAMME_OFFICER).exists():
            return self
        managed = roles.filter(role=Membership.Role.MANAGER).values("organisation")
        districts = roles.filter(role=Membership.Role.DISTRICT_OFFICER).values("district")
        taught = roles.filter(role=Membership.Role.TRAINER).values("user__runs_taught__course")
        nearby = Course.objects.filter(runs__venue__district__in=districts).values("pk")
        return self.filter(models.Q(organisation__in=managed) | models.Q(pk__in=nearby) | models.Q(pk__in=taught))


class Course(models.Model):
    """The catalogue entry. Its groups are `CourseRun`s."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In review")
        PUBLISHED = "published", _("Published")
        ARCHIVED = "archived", _("Archived")

    class Kind(models.TextChoices):
        REGULAR = "regular", _("Course")
        TEMPLATE = "template", _("Model to start from")
        PRACTICE = "practice", _("Practice course")

    kind = models.CharField(max_length=8, choices=Kind, default=Kind.REGULAR)
    code = models.SlugField(max_length=20, unique=True)
    slug = models.SlugField(max_length=120, unique=True)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="courses")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="courses")
    theme = models.CharField(_("theme"), max_length=8, choices=Theme)
    title = models.CharField(_("title"), max_length=120)
    summary = models.TextField(_("summary"), blank=True)
    outcomes = models.TextField(_("what you will be able to do"), blank=True, help_text=_("One per line."))
    to_bring = models.TextField(_("what to bring"), blank=True)
    prerequisites = models.TextField(_("what is needed before"), blank=True)
    level = models.CharField(_("level"), max_length=40, blank=True)
    cefr_level = models.CharField(_("level of language (CEFR)"), max_length=2, choices=CefrLevel, blank=True)
    digcomp_level = models.PositiveSmallIntegerField(
        _("level of digital skill (DigComp 2.2)"), choices=DigcompLevel, null=True, blank=True
    )
    isced_field = models.CharField(_("field (ISCED-F 2013)"), max_length=3, choices=IscedField, blank=True)
    language = models.CharField(_("language of teaching"), max_length=7, choices=TeachingLanguage, blank=True)
    minimum_age = models.PositiveSmallIntegerField(_("minimum age"), null=True, blank=True)
    maximum_age = models.PositiveSmallIntegerField(_("maximum age"), null=True, blank=True)
    hours = models.PositiveSmallIntegerField(_("hours"), null=True, blank=True)
    fee = models.DecimalField(_("fee in dirhams"), max_digits=8, decimal_places=2, default=0)
    certificate_share = models.PositiveSmallIntegerField(
        _("attendance for a certificate, in percent"),
        default=75,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    is_sensitive = models.BooleanField(default=False, help_text="Never named in a message.")
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    required_count = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="Rows of `Prerequisite`, kept by a trigger of theirs."
    )
    review_note = models.TextField(_("what the second reader asks for"), blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    folded = models.GeneratedField(
        expression=Folded("title_fr", "title_ar", "title_en", "summary_fr", "summary_ar"),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = CourseQuerySet.as_manager()

    class Meta:
        ordering = ["title_fr"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minimum_age=None)
                | models.Q(maximum_age=None)
                | models.Q(minimum_age__lte=models.F("maximum_age")),
                name="course_ages_in_order",
                violation_error_message=_("The minimum age is above the maximum age."),
            )
        ]

    def __str__(self):
        return self.title

    @property
    def outcome_list(self):
        return [line for line in self.outcomes.splitlines() if line.strip()]


class Prerequisite(models.Model):
    """One thing that is needed before a course. Those of one `alternative` are needed together; one alternative is
    enough. Each change is a change of the course, so that its page is drawn again."""

    class Kind(models.TextChoices):
        FINISHED = "finished", _("A course finished with us")
        CERTIFICATE = "certificate", _("A certificate of one of our courses")
        DECLARED = "declared", _("Something the person confirms")

    course = models.ForeignKey(Course, models.CASCADE, related_name="required")
    alternative = models.PositiveSmallIntegerField(_("alternative"), default=1)
    kind = models.CharField(_("kind"), max_length=11, choices=Kind)
    needed = models.ForeignKey(Course, models.PROTECT, null=True, blank=True, related_name="+")
    statement = models.CharField(_("what the person confirms"), max_length=120, blank=True)
    months = models.PositiveSmallIntegerField(
        _("not older than, in months"), null=True, blank=True, help_text=_("Empty: however long ago.")
    )

    class Meta:
        ordering = ["course", "alternative", "pk"]
        triggers = [
            pgtrigger.Trigger(
                name="count_on_course",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    UPDATE programmes_course SET required_count =
                        (SELECT count(*) FROM programmes_prerequisite WHERE course_id = programmes_course.id)
                    WHERE id IN (OLD.course_id, NEW.course_id);
                    RETURN NULL;
                """,
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="declared", needed=None, months=None)
                | models.Q(kind__in=["finished", "certificate"], needed__isnull=False),
                name="prerequisite_names_a_course_or_a_statement",
                violation_error_message=_("Choose the course, or write what the person confirms."),
            ),
            models.CheckConstraint(
                condition=~models.Q(needed=models.F("course")),
                name="prerequisite_is_another_course",
                violation_error_message=_("A course cannot be needed before itself."),
            ),
        ]

    def __str__(self):
        return self.statement or f"{self.get_kind_display()}: {self.needed}"


class VoiceClip(models.Model):
    """A recorded reading of the summary, for those who listen: Ogg Opus, served with its size beside its text."""

    class Spoken(models.TextChoices):
        DARIJA = "darija", _("Darija")
        FRENCH = "french", _("French")
        TACHELHIT = "tachelhit", _("Tachelhit")

    MOST_BYTES = 120_000

    course = models.ForeignKey(Course, models.CASCADE, related_name="clips")
    language = models.CharField(_("language"), max_length=9, choices=Spoken)
    sound = models.BinaryField()
    size = models.PositiveIntegerField(help_text="Bytes.")
    seconds = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the sound; part of its address.")
    transcript = models.TextField(_("the same words, written"))

    class Meta:
        ordering = ["course", "language"]
        constraints = [
            models.UniqueConstraint(fields=["course", "language"], name="clip_once_per_language"),
            models.CheckConstraint(condition=models.Q(size__lte=120_000), name="clip_is_light"),
        ]

    def __str__(self):
        return f"{self.course_id} {self.language}"
