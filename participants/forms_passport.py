"""What a passport asks. Everything else about a person is on the pages of her places."""

from django import forms
from django.utils.translation import gettext_lazy as _

from learningcity.i18n import ascii_digits

from .forms import OWN_LANGUAGE_NAMES, WHO, WhoForm
from .services.lost_links import read

TYPED_CODE = {"autocomplete": "off", "inputmode": "numeric", "dir": "ltr"}


class FindAgainForm(forms.Form):
    asked = forms.CharField(
        label=_("Reference or mobile phone"),
        help_text=_("For example CA-7K3M9-2QRT8, or 06 12 34 56 78."),
        max_length=60,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        error_messages={"required": _("Write a reference or a phone number")},
    )

    def clean_asked(self):
        return read(self.cleaned_data["asked"])


class ReferenceForm(forms.Form):
    reference = forms.CharField(
        label=_("Reference of an enrolment"),
        help_text=_("It begins with CA and stands on the receipt."),
        max_length=60,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        error_messages={"required": _("Write a reference")},
    )


class PinField(forms.CharField):
    """4 to 6 digits of any keyboard. Value: digits 0-9."""

    default_error_messages = {"invalid": _("Write 4 to 6 digits"), "required": _("Write 4 to 6 digits")}
    widget = forms.TextInput(attrs=TYPED_CODE)

    def clean(self, value):
        digits = super().clean("".join(ascii_digits(value or "").split()))
        if digits and not (digits.isdecimal() and digits.isascii() and 4 <= len(digits) <= 6):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return digits


class PinForm(forms.Form):
    pin = PinField(label=_("PIN of this person"))


class NewPinForm(forms.Form):
    pin = PinField(
        label=_("New PIN (4 to 6 digits)"),
        help_text=_("It is asked before the pages of this person, each time someone signs in."),
    )


class LanguageForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language of our messages"),
        choices=OWN_LANGUAGE_NAMES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a language")},
    )


class WhoInPassportForm(WhoForm):
    """`people` is the passport. Value of `person`: one of them, or None for someone else."""

    def __init__(self, *args, people, **options):
        super().__init__(*args, **options)
        self.people = {f"p{person.participant.pk}": person for person in people}
        own = [(value, str(person.participant)) for value, person in self.people.items()]
        self.fields["who"].choices = own + WHO
        if (known := f"p{self.initial.get('known')}") in self.people:
            self.initial["who"] = known

    @property
    def person(self):
        return self.people.get(self.cleaned_data["who"])
