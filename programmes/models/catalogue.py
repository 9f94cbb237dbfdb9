"""What the search reads: one narrow row per group on offer, the stems of each course and place, and the words people
may type. All of it is derived by `services.indexing`, and can be rebuilt at any time.
"""

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Value

from .courses import Course
from .runs import PLACES_BIT, CourseRun
from .venues import Venue

DAY_AT, DAY_BITS = 40, 16  # where the day stands in `CatalogueEntry.rank`, and how wide it is
__all__ = ["DAY_AT", "DAY_BITS", "PLACES_BIT", "CatalogueChange", "CatalogueEntry", "CourseWords", "PlaceWords", "Word"]


NOTE_CHANGE = pgtrigger.Trigger(
    name="note_change",
    level=pgtrigger.Statement,
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
    func="INSERT INTO programmes_cataloguechange DEFAULT VALUES; RETURN NULL;",
)


class CatalogueEntry(models.Model):
    """A public, planned group. `facets` has one bit per option of `programmes.facets`; the lowest bit says that places
    are left and is kept by a trigger of the group, in the transaction that takes or frees the seat."""

    run = models.OneToOneField(CourseRun, models.CASCADE, primary_key=True, related_name="entry")
    course = models.ForeignKey(Course, models.CASCADE, related_name="+", db_index=False)  # it begins `entry_narrow`
    venue = models.ForeignKey(Venue, models.CASCADE, related_name="+")
    facets = models.BigIntegerField()
    low_age = models.PositiveSmallIntegerField(default=0)
    high_age = models.PositiveSmallIntegerField(default=150)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    rank = models.BigIntegerField(help_text="Days of the start since 2000, then the primary key of the group.")

    class Meta:
        triggers = [NOTE_CHANGE]
        indexes = [
            models.Index(
                fields=["course"],
                include=["run", "venue", "facets", "low_age", "high_age", "opens_at", "closes_at", "rank"],
                name="entry_narrow",
            )
        ]

    def __str__(self):
        return f"{self.run_id}"


class CatalogueChange(models.Model):
    """One row for each statement that wrote what the search reads, in its transaction: as long as a reader sees the
    same rows here, it would read the same. Writers wait for nobody, since each adds a row of its own."""

    def __str__(self):
        return f"{self.pk}"


class CourseWords(models.Model):
    """The stems of the texts of a course on offer and of their synonyms."""

    course = models.OneToOneField(Course, models.CASCADE, primary_key=True, related_name="+")
    titles = SearchVectorField(help_text="Of its title alone.")
    words = SearchVectorField()

    class Meta:
        triggers = [NOTE_CHANGE]
        indexes = [
            GinIndex(fields=["titles"], name="course_titles", fastupdate=False),
            GinIndex(fields=["words"], name="course_words", fastupdate=False),
        ]

    def __str__(self):
        return f"{self.course_id}"


class PlaceWords(models.Model):
    """The stems of the names of a place, its quartier and its arrondissement. There are too few for an index."""

    venue = models.OneToOneField(Venue, models.CASCADE, primary_key=True, related_name="+")
    words = SearchVectorField()

    class Meta:
        triggers = [NOTE_CHANGE]

    def __str__(self):
        return f"{self.venue_id}"


class Word(models.Model):
    """A folded word of the catalogue or of its synonyms."""

    text = models.CharField(max_length=60, primary_key=True)
    lexeme = models.CharField(max_length=60, help_text="Its stem in the text search configuration `city`.")
    sound = models.CharField(max_length=60, help_text="How it sounds, in Latin letters: `spelling.sound`.")
    traces = SearchVectorField(db_default=Value(""), help_text="What mistakes may leave of it: `spelling.traces`.")
    in_courses = models.BooleanField(default=False)
    in_places = models.BooleanField(default=False)
    facets = models.BigIntegerField(default=0, help_text="The options it names (Saturday, evening), as bits.")
    is_telling = models.BooleanField(default=False, help_text="False: it only helps to order what others find.")

    class Meta:
        triggers = [NOTE_CHANGE]
        indexes = [
            models.Index(fields=["lexeme"], name="word_lexeme"),
            GinIndex(fields=["traces"], name="word_traces", fastupdate=False),
        ]

    def __str__(self):
        return self.text
