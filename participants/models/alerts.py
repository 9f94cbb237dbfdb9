from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from .enrolments import new_token


class AlertQuerySet(models.QuerySet):
    def live(self, at):
        return self.filter(expires_at__gt=at)


class Alert(models.Model):
    """A saved search: a text message when a group opens that fits it. Whoever holds the link can end it."""

    token = models.CharField(max_length=32, unique=True, default=new_token)
    phone = PhoneNumberField(_("mobile phone"))
    language = models.CharField(_("language of messages"), max_length=2)
    search = models.CharField(max_length=1000, blank=True, help_text="The catalogue's address after `?`, canonical.")
    known_runs = ArrayField(models.BigIntegerField(), default=list, help_text="Groups that are no news to this person.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["phone", "search"], name="alert_once")]

    def __str__(self):
        return self.search
