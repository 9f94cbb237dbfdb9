"""What a person writes about a course: French and Arabic side by side, English on demand, then the facts."""

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learningcity.forms import LineField

from ..models import Course, Programme
from ..services import publishing
from .unseen import VersionedForm

SAID_IN = {
    "fr": gettext_lazy("%(what)s, in French"),
    "ar": gettext_lazy("%(what)s, in Arabic"),
    "en": gettext_lazy("%(what)s, in English"),
}
ROWS = {"summary": 4, "outcomes": 5, "to_bring": 2, "prerequisites": 2}
LONGEST_TEXT = 2000
MOST = {"minimum_age": 120, "maximum_age": 120, "hours": 2000, "fee": 20_000, "certificate_share": 100}
PLACES = {
    "about": ("programme", "theme", "language", "cefr_level", "digcomp_level", "isced_field"),
    "audience": ("all_ages", "minimum_age", "maximum_age"),
    "practical": ("hours", "fee", "certificate_share", "is_sensitive"),
}


class NumberInput(forms.TextInput):
    """Text, not a spinner, so that every keyboard's digits can be typed."""

    def __init__(self):
        attrs = {"inputmode": "decimal", "dir": "ltr", "size": 6, "class": "input-number", "autocomplete": "off"}
        super().__init__(attrs=attrs)


def text_field(text, language):
    """One text of a course in one language, in its own writing direction whatever that of the page."""
    field = Course._meta.get_field(text)
    attrs = {"lang": language, "dir": "rtl" if language == "ar" else "ltr", "autocomplete": "off"}
    attrs |= {"rows": ROWS[text]} if text in ROWS else {}
    return (forms.CharField if text in ROWS else LineField)(
        label=SAID_IN[language] % {"what": capfirst(field.verbose_name)},
        help_text=field.help_text,
        max_length=field.max_length or LONGEST_TEXT,
        required=False,
        widget=(forms.Textarea if text in ROWS else forms.TextInput)(attrs=attrs),
    )


def choose(field):
    """The empty line of a select asks for a choice."""
    if isinstance(field, forms.ModelChoiceField):
        field.empty_label = _("Choose")
    elif isinstance(field, forms.TypedChoiceField):
        field.choices = [("", _("Choose")), *(choice for choice in field.choices if choice[0] not in ("", None))]


class CourseForm(VersionedForm, forms.ModelForm):
    """A draft needs a title in one of the two languages, a programme and a theme; what the public needs is asked when
    it is published. `values` are what `publishing.change` takes.

    `programmes` are those that this person may choose, besides the one the course has; by default all.
    """

    all_ages = forms.BooleanField(label=gettext_lazy("All ages"), required=False)
    version_of = staticmethod(publishing.version_of)

    class Meta:
        model = Course
        fields = publishing.FACTS
        widgets = dict.fromkeys(MOST, NumberInput)
        labels = {"is_sensitive": gettext_lazy("Never name this course in a message")}
        help_texts = {"is_sensitive": ""}
        localized_fields = ["fee"]
        error_messages = {
            "programme": {"required": gettext_lazy("Choose a programme")},
            "theme": {"required": gettext_lazy("Choose a theme")},
        }

    def __init__(self, *args, programmes=None, **options):
        super().__init__(*args, **options)
        if programmes is not None:
            own = Q(pk=self.instance.programme_id if self.instance.pk else None)
            self.fields["programme"].queryset = Programme.objects.filter(Q(pk__in=programmes) | own)
        for text, language in self._texts():
            self.fields[f"{text}_{language}"] = text_field(text, language)
            self.initial.setdefault(f"{text}_{language}", getattr(self.instance, f"{text}_{language}"))
        for name, most in MOST.items():
            self.fields[name].required = False
            self.fields[name].validators += [MinValueValidator(0), MaxValueValidator(most)]
        for name in publishing.FACTS:
            choose(self.fields[name])
        self.initial["version"] = self.version_of(self.instance) if self.instance.pk else ""
        if self.instance.minimum_age == 0 and self.instance.maximum_age is None:
            self.initial |= {"all_ages": True, "minimum_age": None}

    @staticmethod
    def _texts():
        return [(text, language) for text in publishing.TEXTS for language in publishing.LANGUAGES]

    def clean(self):
        answers = super().clean()
        if not answers.get("title_fr") and not answers.get("title_ar") and "title_fr" not in self.errors:
            self.add_error("title_fr", _("Write the title in French or in Arabic"))
        if answers.get("all_ages"):
            answers |= {"minimum_age": 0, "maximum_age": None}
        low, high = answers.get("minimum_age"), answers.get("maximum_age")
        if low is not None and high is not None and low > high:
            self.add_error("maximum_age", _("The minimum age is above the maximum age."))
        answers["fee"] = answers.get("fee") or 0
        answers["certificate_share"] = answers.get("certificate_share") or 0
        return answers

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in publishing.WRITTEN}

    # --- What stands where on the page ----------------------------------------------------------------------

    @property
    def pairs(self):
        """The French and the Arabic field of each text."""
        return [(self[f"{text}_fr"], self[f"{text}_ar"]) for text in publishing.TEXTS]

    @property
    def english(self):
        return [self[f"{text}_en"] for text in publishing.TEXTS]

    @property
    def has_english(self):
        return any(field.value() or field.errors for field in self.english)

    @property
    def places(self):
        return {place: [self[name] for name in names] for place, names in PLACES.items()}

    # --- Refused by the records -----------------------------------------------------------------------------

    def lead_to(self, gaps):
        """The texts a published course would lose, each beside its field."""
        for gap in gaps:
            self.add_error(gap.anchor.removeprefix("id_"), gap.sentence)

    def facts(self, course):
        return {name: getattr(course, name) for name in publishing.WRITTEN}
