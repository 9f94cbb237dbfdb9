"""Where people live and learn. Codes and figures are those of HCP (census 2014 and 2024), outlines OpenStreetMap."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sex(models.TextChoices):
    FEMALE = "F", _("Female")
    MALE = "M", _("Male")
    UNKNOWN = "U", _("Not said")


class Prefecture(models.Model):
    """One of the 8 préfectures d'arrondissements."""

    code = models.CharField(max_length=12, primary_key=True)
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        ordering = ["code"]

    def __str__(self):
        return self.name


class DistrictQuerySet(models.QuerySet):
    def in_commune(self):
        """The 16 arrondissements; the Méchouar is a commune of its own."""
        return self.exclude(prefecture=None)


class District(models.Model):
    """One of the 16 arrondissements, or the Méchouar (no prefecture)."""

    number = models.PositiveSmallIntegerField(
        unique=True, help_text="Last two digits of the HCP code; fits a fact's cell."
    )
    code = models.CharField(max_length=12, unique=True)
    slug = models.SlugField(max_length=60, unique=True)
    prefecture = models.ForeignKey(Prefecture, models.PROTECT, null=True, related_name="districts")
    name = models.CharField(_("name"), max_length=80)
    alternative_names = models.CharField(max_length=200, blank=True)
    outline = models.JSONField(default=list, help_text="Outer ring: [[longitude, latitude], …], WGS 84.")
    label_longitude = models.FloatField()
    label_latitude = models.FloatField()

    objects = DistrictQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self):
        return self.name


class Quartier(models.Model):
    district = models.ForeignKey(District, models.CASCADE, related_name="quartiers")
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        ordering = ["name_fr"]
        constraints = [models.UniqueConstraint(fields=["district", "name_fr"], name="quartier_once_in_district")]

    def __str__(self):
        return self.name


class Population(models.Model):
    """Municipal residents of a five-year age band; `first_age` 75 means 75 and over. Known to ± 0.05 % of the area."""

    year = models.PositiveSmallIntegerField()
    district = models.ForeignKey(District, models.CASCADE, related_name="populations")
    sex = models.CharField(max_length=1, choices=[("F", "F"), ("M", "M")])
    first_age = models.PositiveSmallIntegerField()
    residents = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "district", "sex", "first_age"], name="population_cell_once"),
            models.CheckConstraint(condition=models.Q(sex__in=["F", "M"]), name="population_sex_known"),
        ]

    def __str__(self):
        return f"{self.year} {self.district_id} {self.sex} {self.first_age}+"


class DistrictContext(models.Model):
    """Census shares of an arrondissement, in percent."""

    year = models.PositiveSmallIntegerField()
    district = models.ForeignKey(District, models.CASCADE, related_name="contexts")
    sex = models.CharField(max_length=1, blank=True, help_text="Empty: both.")
    residents_15_plus = models.PositiveIntegerField(null=True)
    illiteracy_15_plus = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    unemployment = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    schooling_6_11 = models.DecimalField(max_digits=4, decimal_places=1, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["year", "district", "sex"], name="context_once")]

    def __str__(self):
        return f"{self.year} {self.district_id} {self.sex}"


class Holiday(models.Model):
    date = models.DateField()
    name = models.CharField(_("name"), max_length=120)
    is_provisional = models.BooleanField(default=False, help_text="Islamic date, to be confirmed by the announcement.")

    class Meta:
        ordering = ["date"]
        constraints = [models.UniqueConstraint(fields=["date", "name_fr"], name="holiday_once")]

    def __str__(self):
        return f"{self.date} {self.name}"
