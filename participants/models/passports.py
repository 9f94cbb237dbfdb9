from django.conf import settings
from django.db import models

from .people import Participant


class PassportPersonQuerySet(models.QuerySet):
    def current(self):
        return self.filter(revoked_at=None)


class PassportPerson(models.Model):
    """A person whose pages a passport opens: a receipt of hers was held, and the code came to her phone."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="passport_people")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="passports")
    pin = models.CharField(max_length=128, blank=True, help_text="Hashed; asked before her pages on a shared phone.")
    since = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = PassportPersonQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "participant"], condition=models.Q(revoked_at=None), name="in_a_passport_once"
            )
        ]

    def __str__(self):
        return f"{self.user_id} {self.participant_id}"
