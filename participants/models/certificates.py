from django.db import models
from django.db.models import Q

from .enrolments import Enrolment, new_token


class Certificate(models.Model):
    """What was printed, frozen at issue. A correction is a new certificate; the old code then says so."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="certificates")
    number = models.CharField(max_length=20, unique=True)
    code = models.CharField(max_length=32, unique=True, default=new_token)
    name = models.CharField(max_length=160)
    course_title_fr = models.CharField(max_length=120)
    course_title_ar = models.CharField(max_length=120)
    issuer = models.CharField(max_length=160)
    hours = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    issued_on = models.DateField()
    revoked_on = models.DateField(null=True, blank=True)
    replaced_by = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaces")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(revoked_on=None, replaced_by=None), name="one_valid_certificate"
            )
        ]

    def __str__(self):
        return self.number
