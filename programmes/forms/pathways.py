"""What a programme officer types about a pathway: its words, and one numbered select per step."""

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learningcity.forms import LineField

from ..models import Course
from ..services import pathways
from .unseen import KeyField, VersionedForm

MOST_STEPS = 8
FRENCH = {"lang": "fr", "dir": "ltr", "autocomplete": "off"}
ARABIC = {"lang": "ar", "dir": "rtl", "autocomplete": "off"}
ENGLISH = {"lang": "en", "dir": "ltr", "autocomplete": "off"}


def line(label, attrs, **options):
    return LineField(label=label, max_length=120, widget=forms.TextInput(attrs=attrs), **options)


def text(label, attrs, **options):
    return forms.CharField(label=label, max_length=600, widget=forms.Textarea(attrs=attrs | {"rows": 3}), **options)


class PathwayForm(VersionedForm):
    name_fr = line(
        gettext_lazy("Name in French"), FRENCH, error_messages={"required": gettext_lazy("Write the name in French")}
    )
    name_ar = line(
        gettext_lazy("Name in Arabic"), ARABIC, error_messages={"required": gettext_lazy("Write the name in Arabic")}
    )
    name_en = line(gettext_lazy("Name in English"), ENGLISH, required=False)
    goal_fr = text(
        gettext_lazy("Goal in French"), FRENCH, error_messages={"required": gettext_lazy("Write the goal in French")}
    )
    goal_ar = text(
        gettext_lazy("Goal in Arabic"), ARABIC, error_messages={"required": gettext_lazy("Write the goal in Arabic")}
    )
    goal_en = text(gettext_lazy("Goal in English"), ENGLISH, required=False)
    isco = forms.CharField(
        label=gettext_lazy("Code of the trade (ISCO-08)"),
        help_text=gettext_lazy("1 to 4 digits. Leave empty when the goal is not a trade."),
        required=False,
        max_length=4,
        validators=[RegexValidator(r"^[0-9]{1,4}\Z", gettext_lazy("Write 1 to 4 digits"))],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "dir": "ltr", "size": 5, "class": "input-number"}),
    )
    key = KeyField()
    version_of = staticmethod(pathways.version_of)

    def __init__(self, *args, pathway=None, **options):
        super().__init__(*args, **options)
        taken = [step.course for step in pathway.steps.select_related("course")] if pathway else []
        self.courses = {course.code: course for course in [*Course.objects.published().order_by("title_fr"), *taken]}
        self.steps = [f"step_{number}" for number in range(1, max(MOST_STEPS, len(taken)) + 1)]
        choices = [("", _("No course")), *((code, str(course)) for code, course in self.courses.items())]
        for number, name in enumerate(self.steps, 1):
            self.fields[name] = forms.ChoiceField(
                label=_("Step %(number)s") % {"number": number}, choices=choices, required=False
            )
        del self.fields["key" if pathway else "version"]
        if pathway:
            self.initial = self.facts(pathway) | {"version": self.version_of(pathway)}

    def facts(self, pathway):
        codes = pathway.steps.order_by("position").values_list("course__code", flat=True)
        steps = dict.fromkeys(self.steps) | dict(zip(self.steps, codes, strict=False))
        return {name: getattr(pathway, name) for name in pathways.WRITTEN} | steps

    def clean(self):
        """`values` are what `services.pathways` takes. Empty steps between two others are closed up."""
        answers = super().clean()
        chosen = {}
        for name in self.steps:
            code = answers.get(name)
            if code in chosen.values():
                self.add_error(name, _("This course is already a step"))
            elif code:
                chosen[name] = code
        if not chosen and not self.errors.keys() & set(self.steps):
            self.add_error(self.steps[0], _("Choose at least one course"))
        self.values = {name: answers.get(name) for name in pathways.WRITTEN}
        self.values["courses"] = [self.courses[code] for code in chosen.values()]
        return answers
