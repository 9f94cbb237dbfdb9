from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from learningcity.models import District


class Organisation(models.Model):
    class Sector(models.TextChoices):
        MUNICIPAL = "municipal", _("Municipal service")
        STATE = "state", _("Public body")
        ASSOCIATION = "association", _("Association or foundation")
        COMPANY = "company", _("Company")
        UNIVERSITY = "university", _("University")
        INTERNATIONAL = "international", _("International body")

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=160)
    sector = models.CharField(_("sector"), max_length=13, choices=Sector)
    description = models.TextField(_("who they are"), blank=True)
    phone = models.CharField(_("phone"), max_length=16, blank=True)

    class Meta:
        ordering = ["name_fr"]

    def __str__(self):
        return self.name


class MembershipQuerySet(models.QuerySet):
    def current(self, today):
        return self.filter(since__lte=today).filter(Q(until=None) | Q(until__gte=today))


class Membership(models.Model):
    """A user's role. Scope: the organisation for managers, the runs they teach for trainers, the city or a district."""

    class Role(models.TextChoices):
        TRAINER = "trainer", _("Trainer")
        MANAGER = "manager", _("Organisation manager")
        DISTRICT_OFFICER = "district_officer", _("District officer")
        PROGRAMME_OFFICER = "programme_officer", _("Programme officer")
        OFFICIAL = "official", _("Official")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=17, choices=Role)
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, blank=True, related_name="memberships")
    district = models.ForeignKey(District, models.CASCADE, null=True, blank=True, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=["trainer", "manager"], organisation__isnull=False)
                | Q(role="district_officer", district__isnull=False)
                | Q(role__in=["programme_officer", "official"]),
                name="membership_has_its_scope",
                violation_error_message=_("This role needs an organisation or a district."),
            ),
            models.UniqueConstraint(
                fields=["user", "role", "organisation", "district"], nulls_distinct=False, name="membership_once"
            ),
        ]

    def __str__(self):
        return f"{self.user} {self.role}"
