from django import forms
from django.utils.translation import gettext_lazy as _

from .definitions import INDICATORS

DEFAULT = "ACC-03"


class IndicatorForm(forms.Form):
    """Which figure the map and the tables show: `?indicateur=ACC-03`."""

    indicateur = forms.ChoiceField(
        label=_("Figure on the map and in the tables"),
        choices=[(code, indicator.name) for code, indicator in INDICATORS.items()],
    )

    @property
    def chosen(self):
        """The indicator asked for; the default one when the address names none that exists."""
        code = self.cleaned_data.get("indicateur") if self.is_valid() else None
        return INDICATORS[code or DEFAULT]
