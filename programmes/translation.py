from modeltranslation.translator import TranslationOptions, register

from .models import Course, Organisation, Programme, Room, Venue


@register([Organisation, Programme, Room])
class NameOptions(TranslationOptions):
    fields = ("name",)


@register(Venue)
class VenueOptions(TranslationOptions):
    fields = ("name", "address")


@register(Course)
class CourseOptions(TranslationOptions):
    fields = ("title", "summary", "outcomes", "to_bring", "level", "teaching_language")
