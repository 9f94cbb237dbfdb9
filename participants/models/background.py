from django.db import models

from learningcity import clock

from .people import Participant


class BackgroundAnswersQuerySet(models.QuerySet):
    def forget(self):
        """Nothing is left but that she does not want to be asked."""
        return self.update(answers={}, is_declined=True, at=clock.now())


class BackgroundAnswers(models.Model):
    """What someone tells about herself on the optional page, or that she does not want to. Read by no roster and by no
    export of the staff."""

    participant = models.OneToOneField(Participant, models.PROTECT, related_name="background")
    answers = models.JSONField(default=dict, blank=True, help_text="{question: code} of the form.")
    is_declined = models.BooleanField(default=False)
    text_version = models.CharField(max_length=20)
    at = models.DateTimeField(help_text="When they were given, declined or forgotten.")

    objects = BackgroundAnswersQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_declined=False) | models.Q(answers={}), name="declined_says_nothing"
            )
        ]

    def __str__(self):
        return f"{self.participant_id} {'declined' if self.is_declined else 'answered'}"
