"""How the places of a group are given, and until when the desk keeps some."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learningcity.forms import DayField

from ..models import CourseRun
from ..models.runs import LEAST_OFFER_HOURS, MOST_OFFER_HOURS, OFFER_HOURS
from .numbers import NumberField


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

    min_people = NumberField(
        label=gettext_lazy("People needed to start"),
        help_text=gettext_lazy("Told on the course page. Empty: the group starts with whoever comes."),
        min_value=0,
        max_value=1000,
        required=False,
    )
    decide_on = DayField(
        label=gettext_lazy("With fewer, decided on"),
        help_text=gettext_lazy("A day before the first meeting. Nothing is cancelled by itself: you decide."),
        required=False,
    )
    offer_hours = NumberField(
        label=gettext_lazy("Hours to answer when a place is offered"),
        help_text=format_lazy(
            gettext_lazy("From {least} to {most}. Empty: {usual}."),
            least=LEAST_OFFER_HOURS,
            most=MOST_OFFER_HOURS,
            usual=OFFER_HOURS,
        ),
        min_value=LEAST_OFFER_HOURS,
        max_value=MOST_OFFER_HOURS,
        required=False,
    )

    def clean(self):
        answers = super().clean()
        answers["min_people"] = answers.get("min_people") or 0
        answers["allocation"] = answers.get("allocation") or CourseRun.Allocation.FIRST_COME
        chosen = answers.get("priorities") or []
        some_first = answers["allocation"] == CourseRun.Allocation.PRIORITY_DRAW
        answers["priorities"] = [code for code in CourseRun.Priority.values if some_first and code in chosen]
        if some_first and not chosen and "priorities" not in self.errors:
            self.add_error("priorities", _("Say who goes first, or choose another way of giving places."))
        if "decide_on" not in self.errors and bool(answers["min_people"]) != bool(answers.get("decide_on")):
            self.add_error("decide_on", _("Say how many people are needed, and a day before the start to decide."))
        return answers
