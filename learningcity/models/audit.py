import pgtrigger
from django.conf import settings
from django.db import models


class AuditEntry(models.Model):
    """Who did or read what, on whom, when, why. The database refuses to change or delete a row."""

    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=40, help_text="A verb and an object: `read roster`, `mark attendance`.")
    subject = models.CharField(max_length=80, help_text="Model label and primary key, never a name.")
    count = models.PositiveIntegerField(default=1, help_text="How many people's data it touched.")
    reason = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict, help_text="Ids and codes of what changed, never names.")
    request_id = models.CharField(max_length=32, blank=True)

    class Meta:
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        indexes = [models.Index(fields=["subject", "at"], name="audit_by_subject")]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject}"
