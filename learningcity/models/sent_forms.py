from django.db import models


class SentForm(models.Model):
    """A form that has done what it asked for, and where it led to: kept 72 hours, so that it is not done again."""

    key = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=64, help_text="Of all that was typed.")
    location = models.CharField(max_length=2000, blank=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.key[:8]}"
