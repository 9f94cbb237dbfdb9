"""The decision about a group of too few people."""

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from learningcity.forms import LineField

from .forms import CHOOSE, described

HOLD, OFF, TO = "hold", "off", "to-"


class DecisionForm(forms.Form):
    """`choice` is HOLD, OFF, or TO with the code of the group to which people move."""

    choice = forms.ChoiceField(label=_("What becomes of the group?"), widget=forms.RadioSelect, error_messages=CHOOSE)
    reason = LineField(
        label=_("Reason"),
        max_length=120,
        required=False,
        help_text=_("Needed when the group does not take place: it stands beside the dates that are called off."),
    )

    def __init__(self, *args, groups, may_cancel, **options):
        super().__init__(*args, **options)
        self.groups = {f"{TO}{group.code}": group for group in groups} if may_cancel else {}
        moves = [(value, self.moved_to(group)) for value, group in self.groups.items()]
        off = [(OFF, _("It does not take place; everyone is shown other courses"))] if may_cancel else []
        self.fields["choice"].choices = [(HOLD, _("It takes place anyway")), *moves, *off]

    @staticmethod
    def moved_to(group):
        sentence = gettext("It does not take place; people move to {group} as long as there are places ({n})")
        return format_html(sentence, group=described(group), n=group.places_left)

    def group_of(self, choice):
        return self.groups.get(choice)

    def clean(self):
        answers = super().clean()
        if answers.get("choice", HOLD) != HOLD and not answers.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Write the reason: the people enrolled will read it"))
        return answers
