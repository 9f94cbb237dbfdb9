"""What a programme officer types about money and commitments."""

import re
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from learningcity.forms import DayField
from learningcity.i18n import ascii_digits

from ..models import Axis, Contribution, MoneyEntry

# Thousands apart with a space, a point or a comma, or not at all; the last one or two digits may be centimes.
PLAIN = re.compile(r"([+-]?[0-9]{1,12})(?:[.,٫]([0-9]{1,2}))?")
GROUPED = re.compile(r"([+-]?[0-9]{1,3}(?:([.,٬])[0-9]{3})(?:\2[0-9]{3})*)(?:(?!\2)[.,٫]([0-9]{1,2}))?")


class AmountField(forms.Field):
    """A number as people write it: `1 500 000`, `1.500.000`, `-2500,50`, in any digits. Value: a Decimal, or None."""

    widget = forms.TextInput(
        attrs={"inputmode": "decimal", "dir": "ltr", "size": 14, "class": "input-number", "autocomplete": "off"}
    )
    default_error_messages = {"invalid": _("Write a number, like 1500000 or 1500000,50")}

    def to_python(self, value):
        text = "".join(ascii_digits(value or "").replace("−", "-").split())
        if not text:
            return None
        if found := PLAIN.fullmatch(text):
            whole, cents = found[1], found[2]
        elif found := GROUPED.fullmatch(text):
            whole, cents = found[1].replace(found[2], ""), found[3]
        else:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return Decimal(f"{whole}.{cents or 0}")

    def prepare_value(self, value):
        return f"{value:f}".removesuffix(".00") if isinstance(value, Decimal) else value


class MoneyForm(forms.Form):
    axis = forms.ModelChoiceField(
        Axis.objects.none(),
        label=_("Axis"),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose an axis")},
    )
    kind = forms.ChoiceField(
        label=pgettext_lazy("money", "Kind"),
        choices=MoneyEntry.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what kind of line it is")},
    )
    amount = AmountField(
        label=_("Amount in dirhams"),
        help_text=_("To correct a mistake, enter the opposite amount, for example -1500."),
        error_messages={"required": _("Write the amount")},
    )
    on = DayField(label=_("Date of the document"), error_messages={"required": _("Write the date of the document")})
    reference = forms.CharField(
        label=_("Document"),
        help_text=_("Order, contract or receipt number."),
        max_length=80,
        error_messages={"required": _("Write the number of the document")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    contribution = forms.ModelChoiceField(
        Contribution.objects.none(), label=_("Paid by"), empty_label=_("Not said"), required=False
    )

    def __init__(self, *args, convention, **options):
        super().__init__(*args, **options)
        self.fields["axis"].queryset = convention.axes.all()
        self.fields["contribution"].queryset = convention.contributions.all()


class AmendForm(forms.Form):
    target = AmountField(label=_("New target"), error_messages={"required": _("Write the new target")})
    due_on = DayField(label=_("Due on"), error_messages={"required": _("Write when it is due")})
    agreed_on = DayField(label=_("Agreed on"), error_messages={"required": _("Write when it was agreed")})
