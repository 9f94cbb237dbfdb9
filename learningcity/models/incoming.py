from django.db import models


class IncomingMessage(models.Model):
    """What a person wrote to us, kept once for each id of the gateway, with what became of it."""

    provider_id = models.CharField(max_length=120, unique=True)
    sender = models.CharField(max_length=20, help_text="Phone in E.164.")
    text = models.CharField(max_length=500, help_text="The beginning, if it was longer.")
    at = models.DateTimeField(help_text="When it was written, by the clock of the gateway.")
    received_at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=12, blank=True, help_text="A code of `services/replies.py`.")

    def __str__(self):
        return f"{self.received_at:%Y-%m-%d %H:%M} {self.outcome}"
