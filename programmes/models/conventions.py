"""Funding agreements: who promised what, who pays what, and what was spent. Amounts are dirhams."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .organisations import Organisation


class Convention(models.Model):
    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    signed_on = models.DateField(_("signed on"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    amount = models.DecimalField(_("amount in dirhams"), max_digits=14, decimal_places=2)
    source = models.CharField(max_length=200, blank=True, help_text="Where the figures were published.")

    class Meta:
        ordering = ["-signed_on", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="convention_ends_after_it_starts",
                violation_error_message=_("The agreement ends before it starts."),
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="convention_amount_not_negative"),
        ]

    def __str__(self):
        return self.name


class Axis(models.Model):
    """A line of work of a convention; programmes hang on it."""

    convention = models.ForeignKey(Convention, models.CASCADE, related_name="axes")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        ordering = ["convention", "number"]
        verbose_name_plural = "axes"
        constraints = [models.UniqueConstraint(fields=["convention", "number"], name="axis_once_in_convention")]

    def __str__(self):
        return f"{self.number}. {self.name}"


class Contribution(models.Model):
    """What one partner brings. Without an organisation: partners that the source does not name."""

    convention = models.ForeignKey(Convention, models.CASCADE, related_name="contributions")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="contributions")
    name = models.CharField(_("partner"), max_length=200)
    amount = models.DecimalField(_("amount in dirhams"), max_digits=14, decimal_places=2)
    is_confirmed = models.BooleanField(default=False, help_text="False: our reading of the source, to be confirmed.")

    class Meta:
        ordering = ["convention", "-amount"]
        constraints = [
            models.UniqueConstraint(fields=["convention", "name_fr"], name="contribution_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="contribution_not_negative"),
        ]

    def __str__(self):
        return self.name


class CommitmentQuerySet(models.QuerySet):
    def in_force(self, day):
        """The version of each promise that stood on a civil day; an amendment keeps both versions."""
        later = Commitment.objects.filter(replaces=models.OuterRef("pk"), agreed_on__lte=day)
        return self.filter(agreed_on__lte=day).exclude(models.Exists(later))


class Commitment(models.Model):
    """A promised value of an indicator by a date."""

    axis = models.ForeignKey(Axis, models.CASCADE, related_name="commitments")
    indicator = models.CharField(max_length=10, help_text="Code of an indicator, as in `indicators.definitions`.")
    target = models.DecimalField(_("target"), max_digits=12, decimal_places=2)
    agreed_on = models.DateField(_("agreed on"))
    due_on = models.DateField(_("due on"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        ordering = ["axis", "due_on", "pk"]

    def __str__(self):
        return f"{self.indicator} {self.target}"


class MoneyEntry(models.Model):
    """Money budgeted, committed or paid: one line each, never one figure that is overwritten; a mistake is corrected
    by a line with the opposite amount."""

    class Kind(models.TextChoices):
        BUDGETED = "budgeted", pgettext_lazy("money", "Budgeted")
        COMMITTED = "committed", pgettext_lazy("money", "Committed")
        PAID = "paid", pgettext_lazy("money", "Paid")

    axis = models.ForeignKey(Axis, models.PROTECT, related_name="money")
    contribution = models.ForeignKey(Contribution, models.PROTECT, null=True, blank=True, related_name="money")
    kind = models.CharField(_("kind"), max_length=9, choices=Kind)
    amount = models.DecimalField(_("amount in dirhams"), max_digits=14, decimal_places=2)
    on = models.DateField(_("date"))
    reference = models.CharField(_("document"), max_length=80, help_text=_("Order, contract or receipt number."))
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["on", "pk"]
        verbose_name_plural = "money entries"
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="money_not_zero"),
            models.UniqueConstraint(
                fields=["axis", "kind", "reference", "amount"],
                name="money_once",
                violation_error_message=_("This line is already there."),
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.amount} {self.on}"
