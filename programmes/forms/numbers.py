"""Whole numbers as people type them."""

from django import forms


class NumberField(forms.IntegerField):
    """A whole number, typed with the digits of any keyboard."""

    widget = forms.TextInput(
        attrs={"inputmode": "numeric", "size": 5, "dir": "ltr", "class": "input-number", "autocomplete": "off"}
    )
