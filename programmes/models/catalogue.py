"""What the search reads: one narrow row per group on offer, and the words people may type.

Both are derived from courses, venues and groups by `services.indexing`, and can be rebuilt at any time.
"""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from .courses import Course
from .runs import PLACES_BIT, CourseRun
from .venues import Venue

__all__ = ["PLACES_BIT", "CatalogueEntry", "Word"]


class CatalogueEntry(models.Model):
    """A public, planned group. `facets` has one bit per option of `programmes.facets`; the lowest bit says that places
    are left and is kept by a trigger of the group, in the transaction that takes or frees the seat."""

    run = models.OneToOneField(CourseRun, models.CASCADE, primary_key=True, related_name="entry")
    course = models.ForeignKey(Course, models.CASCADE, related_name="+")
    venue = models.ForeignKey(Venue, models.CASCADE, related_name="+")
    facets = models.BigIntegerField()
    low_age = models.PositiveSmallIntegerField(default=0)
    high_age = models.PositiveSmallIntegerField(default=150)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    starts_on = models.DateField()
    words = SearchVectorField()

    class Meta:
        indexes = [
            GinIndex(fields=["words"], name="entry_words", fastupdate=False),
            models.Index(
                fields=["closes_at"],
                include=["run", "course", "venue", "facets", "low_age", "high_age", "opens_at", "starts_on"],
                name="entry_narrow",
            ),
        ]

    def __str__(self):
        return f"{self.run_id}"


class Word(models.Model):
    """A folded word of the catalogue or of its synonyms."""

    text = models.CharField(max_length=60, primary_key=True)
    lexeme = models.CharField(max_length=60, help_text="Its stem in the text search configuration `city`.")
    sound = models.CharField(max_length=60, help_text="How it sounds, in Latin letters: `spelling.sound`.")

    class Meta:
        indexes = [
            models.Index(fields=["lexeme"], name="word_lexeme"),
            models.Index(OpClass("text", "varchar_pattern_ops"), name="word_beginning"),
            GinIndex(OpClass("sound", "gin_trgm_ops"), name="word_sound"),
        ]

    def __str__(self):
        return self.text
