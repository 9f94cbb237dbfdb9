"""What people may change about themselves, and what the staff say when two records are one person."""

from django import forms
from django.utils.translation import gettext_lazy as _

from learningcity.forms import LineField

from .forms import ContactForm, PersonForm
from .models.people import ContactChannel
from .services.people import residence, residence_code


class CorrectionForm(PersonForm):
    """Phone and date of birth say who someone is: they are changed at the desk."""

    channel = ContactForm.base_fields["channel"]
    language = ContactForm.base_fields["language"]

    def __init__(self, *args, person, **options):
        self.person = person
        known = {name: getattr(person, name) for name in ("given_name", "family_name", "channel", "language")}
        super().__init__(*args, who="me", initial=known | {"district": residence_code(person)}, **options)
        del self.fields["birth"], self.fields["sex"]
        self.fields["district"].required = False

    def clean_channel(self):
        channel = self.cleaned_data["channel"]
        if channel != ContactChannel.NONE and not self.person.phone:
            raise forms.ValidationError(_("We have no phone number here. The desk can add one."))
        return channel

    def fields_of_person(self):
        """As `people.correct` takes them."""
        return self.cleaned_data | residence(self.cleaned_data["district"])


class EraseForm(forms.Form):
    sure = forms.BooleanField(
        label=_("I understand that this cannot be undone."),
        error_messages={"required": _("Tick the box to erase the data")},
    )


class MergeForm(forms.Form):
    survivor = forms.TypedChoiceField(
        label=_("Which record stays?"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the record that stays")},
    )
    reason = LineField(
        label=_("How do you know it is one person?"),
        help_text=_("Without names, for example: she said so at the desk."),
        max_length=200,
        error_messages={"required": _("Write how you know")},
    )

    def __init__(self, *args, pair, **options):
        super().__init__(*args, initial={"survivor": pair[0].pk}, **options)
        self.fields["survivor"].choices = [(pair[0].pk, _("Record 1")), (pair[1].pk, _("Record 2"))]
