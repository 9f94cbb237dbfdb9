from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils.translation import gettext_lazy as _

from learningcity.folding import Folded

from .organisations import Organisation


class Programme(models.Model):
    class Family(models.TextChoices):
        NONFORMAL = "NFE", _("Non-formal education")
        VOCATIONAL = "VOC", _("Vocational training")
        DIGITAL = "DIG", _("Digital skills")

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    family = models.CharField(_("family"), max_length=3, choices=Family)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="programmes")

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


class CourseQuerySet(models.QuerySet):
    def published(self):
        return self.filter(state=Course.State.PUBLISHED)

    def with_next_run(self, runs, at):
        """Courses that have one of these runs, annotated with the pk of the best one as `next_run`, in its order."""
        best = runs.filter(course=models.OuterRef("pk")).open_first(at)
        found = self.annotate(next_run=models.Subquery(best.values("pk")[:1])).exclude(next_run=None)
        open_now = models.Exists(runs.with_places().filter(course=models.OuterRef("pk"), enrolment_opens_at__lte=at))
        starts = models.Subquery(best.values("starts_on")[:1])
        return found.order_by(open_now.desc(), starts, "pk")


class Course(models.Model):
    """The catalogue entry. Its groups are `CourseRun`s."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In review")
        PUBLISHED = "published", _("Published")
        ARCHIVED = "archived", _("Archived")

    code = models.SlugField(max_length=20, unique=True)
    slug = models.SlugField(max_length=120, unique=True)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="courses")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="courses")
    theme = models.CharField(_("theme"), max_length=8, choices=Theme)
    title = models.CharField(_("title"), max_length=120)
    summary = models.TextField(_("summary"), blank=True)
    outcomes = models.TextField(_("what you will be able to do"), blank=True, help_text=_("One per line."))
    to_bring = models.TextField(_("what to bring"), blank=True)
    level = models.CharField(_("level"), max_length=40, blank=True)
    teaching_language = models.CharField(_("language of teaching"), max_length=40, blank=True)
    minimum_age = models.PositiveSmallIntegerField(_("minimum age"), null=True, blank=True)
    maximum_age = models.PositiveSmallIntegerField(_("maximum age"), null=True, blank=True)
    hours = models.PositiveSmallIntegerField(_("hours"), null=True, blank=True)
    fee = models.DecimalField(_("fee in dirhams"), max_digits=8, decimal_places=2, default=0)
    certificate_share = models.PositiveSmallIntegerField(_("attendance for a certificate, in percent"), default=75)
    is_sensitive = models.BooleanField(default=False, help_text="Never named in a message.")
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    published_at = models.DateTimeField(null=True, blank=True)
    folded = models.GeneratedField(
        expression=Folded("title_fr", "title_ar", "title_en", "summary_fr", "summary_ar"),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = CourseQuerySet.as_manager()

    class Meta:
        ordering = ["title_fr"]
        indexes = [GinIndex(OpClass("folded", "gin_trgm_ops"), name="course_folded")]
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
