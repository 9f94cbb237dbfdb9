from modeltranslation.translator import TranslationOptions, register

from .models import (
    Axis,
    Commitment,
    Contribution,
    Convention,
    Course,
    Organisation,
    Pathway,
    Prerequisite,
    Programme,
    Room,
    Venue,
)


@register([Axis, Contribution, Convention, Programme, Room])
class NameOptions(TranslationOptions):
    fields = ("name",)


@register(Commitment)
class CommitmentOptions(TranslationOptions):
    fields = ("note",)


@register(Organisation)
class OrganisationOptions(TranslationOptions):
    fields = ("name", "description")


@register(Pathway)
class PathwayOptions(TranslationOptions):
    fields = ("name", "goal")


@register(Venue)
class VenueOptions(TranslationOptions):
    fields = ("name", "address", "transport", "hours")


@register(Course)
class CourseOptions(TranslationOptions):
    fields = ("title", "summary", "outcomes", "to_bring", "prerequisites", "level")


@register(Prerequisite)
class PrerequisiteOptions(TranslationOptions):
    fields = ("statement",)
