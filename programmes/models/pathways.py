from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .courses import Course


class Pathway(models.Model):
    """Courses in an order that leads to a goal: back to school, or a trade named by its ISCO-08 code."""

    code = models.SlugField(max_length=20, unique=True)
    slug = models.SlugField(max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=120)
    goal = models.TextField(_("goal"))
    isco = models.CharField(
        _("trade (ISCO-08)"), max_length=4, blank=True, validators=[RegexValidator(r"^[0-9]{1,4}\Z")]
    )
    courses = models.ManyToManyField(Course, through="PathwayStep", related_name="pathways")

    class Meta:
        ordering = ["name_fr"]

    def __str__(self):
        return self.name


class PathwayStep(models.Model):
    pathway = models.ForeignKey(Pathway, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(help_text="Counted from 1.")
    course = models.ForeignKey(Course, models.CASCADE, related_name="steps")

    class Meta:
        ordering = ["pathway", "position"]
        constraints = [
            models.UniqueConstraint(fields=["pathway", "position"], name="step_position_once"),
            models.UniqueConstraint(fields=["pathway", "course"], name="step_course_once"),
        ]

    def __str__(self):
        return f"{self.position}. {self.course}"
