from modeltranslation.translator import TranslationOptions, register

from .models import District, Holiday, Prefecture, Quartier


@register([Prefecture, District, Quartier, Holiday])
class NameOptions(TranslationOptions):
    fields = ("name",)
