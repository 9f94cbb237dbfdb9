"""How the places of a group are given, and until when the desk keeps some."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learningcity.forms import DayField

from ..models import CourseRun


class GivingForm(forms.Form):
    allocation = forms.ChoiceField(
        label=gettext_lazy("How places are given"),
        help_text=gettext_lazy("Told on the course page; it stays as it is once someone has enrolled."),
        choices=CourseRun.Allocation,
        initial=CourseRun.Allocation.FIRST_COME,
        widget=forms.RadioSelect,
        required=False,
    )
    priorities = forms.MultipleChoiceField(
        label=gettext_lazy("Who goes first"),
        help_text=gettext_lazy("In this order, where some people go first; everyone else comes last."),
        choices=CourseRun.Priority,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    desk_release_on = DayField(
        label=gettext_lazy("Places kept for the desk are for everyone from"),
        help_text=gettext_lazy("Empty: they are kept as long as enrolment is open."),
        required=False,
    )

    def clean(self):
        answers = super().clean()
        answers["allocation"] = answers.get("allocation") or CourseRun.Allocation.FIRST_COME
        chosen = answers.get("priorities") or []
        some_first = answers["allocation"] == CourseRun.Allocation.PRIORITY_DRAW
        answers["priorities"] = [code for code in CourseRun.Priority.values if some_first and code in chosen]
        if some_first and not chosen and "priorities" not in self.errors:
            self.add_error("priorities", _("Say who goes first, or choose another way of giving places."))
        return answers
