"""What the staff type about a place, its rooms, and the days on which it is closed."""

from datetime import timedelta

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from learningcity import clock
from learningcity.forms import DayField, LineField, PhoneField

from ..models import Venue
from ..services import places
from ..services.days import SAME_FEAST
from .timetable import NumberField, PickedField
from .unseen import VersionedForm

ARABIC = {"lang": "ar", "dir": "rtl", "autocomplete": "off"}
FRENCH = {"lang": "fr", "dir": "ltr", "autocomplete": "off"}
A_YEAR = timedelta(days=366)
KNOWN = {"yes": True, "no": False}


def text(label, limit, attrs, **options):
    return LineField(label=label, max_length=limit, widget=forms.TextInput(attrs=attrs), **options)


class KnownField(forms.TypedChoiceField):
    """Yes, no, or nobody checked: True, False, None."""

    def __init__(self, name):
        super().__init__(
            label=capfirst(Venue._meta.get_field(name).verbose_name),
            choices=[("yes", _("Yes")), ("no", _("No")), ("", _("Not checked"))],
            coerce=KNOWN.get,
            empty_value=None,
            required=False,
            widget=forms.RadioSelect,
        )

    def prepare_value(self, value):
        return {True: "yes", False: "no", None: ""}.get(value, value)


class PlaceForm(VersionedForm):
    address_fr = text(_("Address in French"), 200, FRENCH, required=False)
    address_ar = text(_("Address in Arabic"), 200, ARABIC, required=False)
    phone = PhoneField(label=_("Phone"), required=False)
    hours_fr = text(_("Opening hours in French"), 200, FRENCH, required=False)
    hours_ar = text(_("Opening hours in Arabic"), 200, ARABIC, required=False)
    transport_fr = text(_("Tram and bus in French"), 200, FRENCH, required=False)
    transport_ar = text(_("Tram and bus in Arabic"), 200, ARABIC, required=False)
    step_free, adapted_toilet, hearing_loop, childcare, women_space = map(KnownField, places.ACCESS)
    version_of = staticmethod(places.version_of)

    def __init__(self, *args, venue, **options):
        super().__init__(*args, **options)
        self.initial = self.facts(venue) | {"version": self.version_of(venue)}

    def facts(self, venue):
        return {name: getattr(venue, name) for name in places.FACTS_OF_PLACE}


class RoomForm(VersionedForm):
    name_fr = text(_("Name in French"), 80, FRENCH, error_messages={"required": _("Write the name in French")})
    name_ar = text(_("Name in Arabic"), 80, ARABIC, required=False)
    capacity = NumberField(label=_("How many people it holds"), min_value=1, max_value=2000)
    buffer_minutes = NumberField(
        label=_("Minutes kept free after each meeting"),
        help_text=_("To air, clean and set up again."),
        min_value=0,
        max_value=240,
    )

    version_of = staticmethod(places.version_of)

    def __init__(self, *args, room=None, **options):
        shown = self.facts(room) | {"version": self.version_of(room)} if room else {"buffer_minutes": 0}
        super().__init__(*args, initial=shown, **options)
        if room is None:
            del self.fields["version"]

    def facts(self, room):
        return {name: getattr(room, name) for name in places.FACTS_OF_ROOM}


class ClosureForm(forms.Form):
    first_day = DayField(label=_("First day"), error_messages={"required": _("Write the first day")})
    last_day = DayField(label=_("Last day"), error_messages={"required": _("Write the last day")})
    reason = LineField(label=_("Reason"), max_length=120, error_messages={"required": _("Write the reason")})

    def clean(self):
        answers = super().clean()
        first, last = answers.get("first_day"), answers.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day is before the first day."))
        if first and last and last - first > A_YEAR:
            self.add_error("last_day", _("A closure lasts one year at most."))
        if last and last < clock.local_day(clock.now()):
            self.add_error("last_day", _("This day is past."))
        return answers


class TouchedForm(forms.Form):
    """Which of the meetings on a day off are not held; the others are kept."""

    seance = PickedField()

    def __init__(self, *args, meetings, **options):
        super().__init__(*args, **options)
        self.meetings = {meeting.pk: meeting for meeting in meetings}

    def clean_seance(self):
        """Those shown on the page, in the revision in which they were shown."""
        seen = {pk: revision for pk, revision in self.cleaned_data["seance"].items() if pk in self.meetings}
        if not seen:
            raise forms.ValidationError(self.fields["seance"].error_messages["required"], code="required")
        return seen

    def picked(self):
        for pk, revision in self.cleaned_data["seance"].items():
            self.meetings[pk].revision = revision
        return [self.meetings[pk] for pk in self.cleaned_data["seance"]]


class HolidayForm(forms.Form):
    """The first day of a feast that is expected on another."""

    first_day = DayField(label=_("First day, as announced"), error_messages={"required": _("Write the first day")})

    def __init__(self, *args, expected, **kwargs):
        super().__init__(*args, initial={"first_day": expected}, **kwargs)
        self.expected = expected

    def clean_first_day(self):
        day = self.cleaned_data["first_day"]
        if abs(day - self.expected) > SAME_FEAST:
            raise forms.ValidationError(
                _("The feast is expected within four days of the date calculated. Check the month and the year.")
            )
        return day
