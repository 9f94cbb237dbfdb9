"""The optional questions about oneself. Nothing is required; whoever would rather not answer one may say so."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import Enrolment
from .services.background import DEGREES, QUESTIONS

UNSAID = ("unsaid", _("I would rather not answer"))
SCHOOLING = [  # by ISCED: less than 1, 1, 2, 3, 4, 5 to 8
    ("none", _("I have not been to school")),
    ("primary", _("Primary school")),
    ("lower_secondary", _("Lower secondary school (collège)")),
    ("upper_secondary", _("Upper secondary school (lycée)")),
    ("vocational", _("Vocational training after school")),
    ("higher", _("University or another higher school")),
]
WORK = [(status.value, status.label) for status in Enrolment.WorkStatus if status.value]
WORKING_AGE = 15


class BackgroundForm(forms.Form):
    """`wording`: the texts of the Short Set, as `background.wording`. Children are not asked about work."""

    schooling = forms.ChoiceField(
        label=_("What is the last level of school you went to, or go to now?"),
        choices=[*SCHOOLING, UNSAID],
        required=False,
        widget=forms.RadioSelect,
    )
    work = forms.ChoiceField(
        label=_("What is your work situation?"), choices=[*WORK, UNSAID], required=False, widget=forms.RadioSelect
    )

    def __init__(self, *args, wording, age, **options):
        super().__init__(*args, **options)
        degrees = [*((code, wording[code]) for code in DEGREES), UNSAID]
        for question in QUESTIONS:
            self.fields[question] = forms.ChoiceField(
                label=wording[question], choices=degrees, required=False, widget=forms.RadioSelect
            )
        if age < WORKING_AGE:
            del self.fields["work"]
        self.order_fields(QUESTIONS)
