from django.db import models
from django.utils.translation import gettext_lazy as _

from learningcity.models import District


class Venue(models.Model):
    """A place where people learn. An access feature that nobody checked is None, never False."""

    class Kind(models.TextChoices):
        LIBRARY = "library", _("Library")
        CULTURAL = "cultural", _("Cultural centre")
        SOCIAL = "social", _("Social centre")
        WOMEN = "women", _("Women's centre")
        YOUTH = "youth", _("Youth house")
        SECOND_CHANCE = "second_chance", _("Second-chance school")
        VOCATIONAL = "vocational", _("Vocational institute")
        LANGUAGES = "languages", _("Language institute")
        UNIVERSITY = "university", _("University")
        SPORT = "sport", _("Sports centre")
        DIGITAL = "digital", _("Digital centre")

    code = models.SlugField(max_length=20, unique=True)
    slug = models.SlugField(max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=160)
    kind = models.CharField(_("kind"), max_length=13, choices=Kind)
    district = models.ForeignKey(District, models.PROTECT, null=True, related_name="venues")
    quartier = models.CharField(max_length=120, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    phone = models.CharField(max_length=16, blank=True)
    operator = models.CharField(max_length=160, blank=True)
    is_open = models.BooleanField(default=True)
    step_free = models.BooleanField(_("step-free access"), null=True)
    adapted_toilet = models.BooleanField(_("adapted toilet"), null=True)
    hearing_loop = models.BooleanField(_("hearing loop"), null=True)
    childcare = models.BooleanField(_("childcare"), null=True)
    women_space = models.BooleanField(_("space for women only"), null=True)
    transport = models.CharField(_("tram and bus"), max_length=200, blank=True)
    hours = models.CharField(_("opening hours"), max_length=200, blank=True)

    class Meta:
        ordering = ["name_fr"]

    def __str__(self):
        return self.name


class Room(models.Model):
    venue = models.ForeignKey(Venue, models.CASCADE, related_name="rooms")
    name = models.CharField(_("name"), max_length=80)
    capacity = models.PositiveSmallIntegerField(_("capacity"))
    buffer_minutes = models.PositiveSmallIntegerField(
        _("minutes kept free after each meeting"), default=0, help_text=_("To air, clean and set up again.")
    )

    class Meta:
        ordering = ["venue", "pk"]
        constraints = [models.UniqueConstraint(fields=["venue", "name_fr"], name="room_once_in_venue")]

    def __str__(self):
        return self.name


class ClosureQuerySet(models.QuerySet):
    def on(self, days):
        """The closures that touch any of these days."""
        return self.filter(first_day__lte=max(days), last_day__gte=min(days)) if days else self.none()


class Closure(models.Model):
    """Days on which a place gives no courses."""

    venue = models.ForeignKey(Venue, models.CASCADE, related_name="closures")
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=120)

    objects = ClosureQuerySet.as_manager()

    class Meta:
        ordering = ["first_day"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")),
                name="closure_days_in_order",
                violation_error_message=_("The last day is before the first day."),
            )
        ]

    def __str__(self):
        return f"{self.venue_id} {self.first_day} {self.reason}"
