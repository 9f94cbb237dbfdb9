from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    SMS = "sms", _("Text message")
    EMAIL = "email", _("E-mail")


class OutboxQuerySet(models.QuerySet):
    def pending(self):
        return self.filter(state=OutboxMessage.State.PENDING)

    def due(self, at):
        return self.pending().filter(next_try_at__lte=at)


class OutboxMessage(models.Model):
    """A message is a row first. It is written with the change it tells of and delivered after the commit."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting to leave")
        SENT = "sent", _("Sent")
        DEAD = "dead", _("Could not be delivered")
        CANCELLED = "cancelled", _("Cancelled")

    channel = models.CharField(max_length=5, choices=Channel)
    recipient = models.CharField(max_length=254, help_text="Phone in E.164, or e-mail address.")
    language = models.CharField(max_length=2)
    template = models.CharField(max_length=60)
    values = models.JSONField(default=dict)
    dedupe_key = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=9, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    provider_reference = models.CharField(max_length=120, blank=True)
    last_error = models.CharField(max_length=200, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["next_try_at"], condition=models.Q(state="pending"), name="outbox_pending"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False)
                | (~models.Q(state="sent") & models.Q(sent_at=None)),
                name="outbox_sent_has_a_date",
            )
        ]

    def __str__(self):
        return f"{self.template} {self.state}"
