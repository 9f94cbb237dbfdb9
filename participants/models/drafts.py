from django.db import models

from programmes.models import CourseRun

from .enrolments import Enrolment, new_token


class EnrolmentDraft(models.Model):
    """Answers typed before sending, kept two hours and reached by an unguessable link.

    The token is also the idempotency key of the sending: a draft that was sent knows its enrolment, so the same form
    gives the same receipt.
    """

    token = models.CharField(max_length=32, unique=True, default=new_token)
    run = models.ForeignKey(CourseRun, models.CASCADE, related_name="+")
    answers = models.JSONField(default=dict)
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, null=True, related_name="drafts")
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self):
        return f"draft for {self.run_id}"
