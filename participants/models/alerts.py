from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import MD5
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
    search = models.TextField(blank=True, help_text="The catalogue's address after `?`, canonical.")
    known_runs = ArrayField(models.BigIntegerField(), default=list, help_text="Groups that are no news to this person.")
    told_on = models.DateField(null=True, help_text="Civil day of the last message: there is one a day at most.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("phone", MD5("search"), name="alert_once")]

    def __str__(self):
        return self.search
