"""What forms carry that nobody types: a key, so that sending twice makes one record, and the version that was shown."""

from datetime import date, datetime

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learningcity import clock
from learningcity.i18n import short_date, time_of

from .. import wording
from ..services import once


class KeyField(forms.RegexField):
    def __init__(self, **options):
        sentence = gettext_lazy("Open this form again from the list.")
        errors = dict.fromkeys(("required", "invalid"), sentence)
        super().__init__(once.KEY, widget=forms.HiddenInput, initial=once.new_key, error_messages=errors, **options)


class VersionedForm(forms.Form):
    """A form of a record that others may change meanwhile. Needs `version_of`, of the service that saves it, and
    `facts`."""

    version = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)
    version_of = None
    labels_from = {}  # {name in `facts`: the field beside which it is typed, where that is another}
    differing = ()  # rows of a summary: label, and what stands now

    def facts(self, record):
        """{name: value} as the record stands, with the names and kinds of value of `cleaned_data`."""
        raise NotImplementedError

    def catch_up(self, record):
        """Someone else saved first: what was typed stays, the next try is against the record as it stands now."""
        typed, facts = self.cleaned_data, self.facts(record)
        self.add_error(None, _("Someone else changed this meanwhile. Compare, then save again."))
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = self.version_of(record)
        bound = {name: self[self.labels_from.get(name, name)] for name in facts}
        self.differing = [
            {"key": bound[name].label, "value": said(bound[name].field, now)}
            for name, now in facts.items()
            if alike(typed.get(name)) != alike(now)
        ]


def alike(value):
    """No text and none are the same, and a list is whatever it was read from."""
    return list(value) if isinstance(value, QuerySet) else None if value == "" else value


def said(field, value):
    """The value of a field for a reader; a dash when there is none."""
    if isinstance(value, datetime):
        at = value.astimezone(clock.CASABLANCA)
        return f"{short_date(at)}, {time_of(at)}"
    if isinstance(value, date):
        return short_date(value)
    if value in (None, "", []):
        return "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    choices = {} if isinstance(field, forms.ModelChoiceField) else dict(getattr(field, "choices", ()))
    if isinstance(value, list):
        return wording.listed([choices.get(each, each) for each in value])
    return choices.get(value, value)
