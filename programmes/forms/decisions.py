"""What a person decides about a whole course."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Course
from ..services import publishing
from .unseen import KeyField


class DecisionForm(forms.Form):
    """`allowed` are the decisions this person may take now; `version` is the course as she read it."""

    do = forms.ChoiceField(
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), gettext_lazy("Choose what to do with this course")
        ),
    )
    note = forms.CharField(
        label=gettext_lazy("What should be changed?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )
    version = forms.CharField(widget=forms.HiddenInput, max_length=16, required=False)

    def __init__(self, *args, course, allowed, **options):
        super().__init__(*args, **options)
        self.initial["version"] = self.now = publishing.version_of(course)
        self.fields["do"].choices = [(decision, decision) for decision in allowed]

    def clean(self):
        answers = super().clean()
        if answers.get("do") == "send_back" and not answers.get("note"):
            self.add_error("note", _("Write what should be changed"))
        if answers.get("do") and answers.get("version") != self.now:
            self.add_error(None, _("Someone changed this course while you were reading it. Read it again."))
        return answers


class CopyForm(forms.Form):
    """`key`, as in the form of a new course: sent twice, it makes one copy."""

    key = KeyField()
    kind = forms.ChoiceField(choices=[(kind, kind) for kind in (Course.Kind.REGULAR, Course.Kind.TEMPLATE)])
