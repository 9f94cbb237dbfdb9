"""One more thing that is needed before a course."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learningcity.forms import LineField

from ..models import Course, Prerequisite
from .numbers import NumberField

Kind = Prerequisite.Kind


class RequiredForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("What is needed"),
        choices=Kind,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose an answer")},
    )
    needed = forms.ModelChoiceField(
        label=gettext_lazy("Course"), queryset=Course.objects.none(), required=False, empty_label=gettext_lazy("Choose")
    )
    months = NumberField(
        label=gettext_lazy("Not older than, in months"),
        help_text=gettext_lazy("Empty: however long ago."),
        min_value=1,
        max_value=600,
        required=False,
    )
    statement_fr = LineField(label=gettext_lazy("What the person confirms, in French"), max_length=120, required=False)
    statement_ar = LineField(label=gettext_lazy("What the person confirms, in Arabic"), max_length=120, required=False)
    alternative = NumberField(
        label=gettext_lazy("Alternative"),
        help_text=gettext_lazy("Lines with the same number are needed together; one alternative is enough."),
        min_value=1,
        max_value=20,
        initial=1,
    )

    def __init__(self, *args, course, **options):
        super().__init__(*args, **options)
        courses = Course.objects.filter(kind=Course.Kind.REGULAR).exclude(pk=course.pk)
        self.fields["needed"].queryset = courses.order_by("title_fr", "pk")

    def clean(self):
        answers = super().clean()
        if answers.get("kind") == Kind.DECLARED:
            answers |= {"needed": None, "months": None}
            for name in ("statement_fr", "statement_ar"):
                if not answers.get(name) and name not in self.errors:
                    self.add_error(name, _("Write what the person confirms"))
        elif answers.get("kind"):
            answers |= {"statement_fr": "", "statement_ar": ""}
            if not answers.get("needed") and "needed" not in self.errors:
                self.add_error("needed", _("Choose the course"))
        return answers
