"""What the staff type about a group and its meetings."""

import re
from datetime import datetime, timedelta

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from learningcity import clock
from learningcity.forms import DayField, HourField, LineField
from learningcity.i18n import weekday

from ..models import CourseRun, Membership, Room
from ..models.courses import TeachingLanguage
from ..services import runs
from ..services.timetable import Rule
from ..wording import MONDAY, falling
from .giving import GivingForm
from .numbers import NumberField
from .unseen import KeyField, VersionedForm

MOST_TIMES = 60
MOST_WEEKS = 4
MOST_MINUTES = 12 * 60
SHIFTS = (-120, -90, -60, -45, -30, -15, 15, 30, 45, 60, 90, 120)
NO_ROOM = _("No room yet")
NOBODY = _("Nobody yet")
PICKED = re.compile(r"([0-9]{1,18})-([0-9]{1,5})")


class RoomField(forms.ModelChoiceField):
    def __init__(self, **options):
        super().__init__(label=_("Room"), queryset=Room.objects.none(), required=False, empty_label=NO_ROOM, **options)

    def label_from_instance(self, room):
        return sized(room)


class TrainerField(forms.ModelChoiceField):
    def __init__(self, **options):
        people = get_user_model().objects.none()
        super().__init__(label=_("Trainer"), queryset=people, required=False, empty_label=NOBODY, **options)


class ReasonField(LineField):
    def __init__(self, **options):
        told = _("Write the reason: the people enrolled will read it")
        super().__init__(label=_("Reason"), max_length=120, error_messages={"required": told}, **options)


class RevisionField(forms.IntegerField):
    """Which state of the record the person saw."""

    def __init__(self):
        stale = _("Load the page again, then make your change.")
        errors = dict.fromkeys(("required", "invalid", "min_value", "max_value"), stale)
        super().__init__(widget=forms.HiddenInput, min_value=0, max_value=32767, error_messages=errors)


def sized(room):
    """`Salle 3, 25 places`."""
    return ngettext("%(room)s, %(n)s place", "%(room)s, %(n)s places", room.capacity) % {
        "room": room.name,
        "n": room.capacity,
    }


def people_who_teach(run):
    """The trainers of the organisation now, and those the group has."""
    roles = Membership.objects.current(clock.local_day(clock.now()))
    roles = roles.filter(role=Membership.Role.TRAINER, organisation=run.course.organisation_id)
    either = Q(pk__in=roles.values("user"), is_active=True) | Q(pk__in=run.trainers.values("pk"))
    return get_user_model().objects.filter(either).order_by("name", "pk")


def blame_order(form, first, last, sentence):
    """Blame the second of two answers when it is not after the first."""
    before, after = form.cleaned_data.get(first), form.cleaned_data.get(last)
    if before is not None and after is not None and after <= before:
        form.add_error(last, sentence)


def at_hour(day, hour):
    return datetime.combine(day, hour, tzinfo=clock.CASABLANCA)


# --- A group ------------------------------------------------------------------------------------------------


class RunForm(GivingForm, VersionedForm):
    """`venues` are the places this user may choose. The room is one of any of them, and has to be in the one chosen."""

    venue = forms.ModelChoiceField(label=_("Place"), queryset=None, empty_label=None)
    room = RoomField()
    capacity = NumberField(label=_("Places in the group"), min_value=1, max_value=1000)
    desk_seats = NumberField(label=_("Of these, kept for people who enrol at a desk"), min_value=0, max_value=1000)
    waiting_places = NumberField(label=_("Places on the waiting list"), min_value=0, max_value=1000)
    opens_on = DayField(label=_("Enrolment opens on"))
    opens_at = HourField(label=_("Hour at which enrolment opens"))
    closes_on = DayField(label=_("Enrolment closes on"))
    closes_at = HourField(label=_("Hour at which enrolment closes"))
    mode = forms.ChoiceField(label=_("How the group meets"), choices=CourseRun.Mode, widget=forms.RadioSelect)
    language = forms.ChoiceField(
        label=_("Language of teaching"),
        choices=[("", _("The language of the course")), *TeachingLanguage.choices],
        required=False,
    )
    women_only = forms.BooleanField(label=_("For women only"), required=False)
    queue_paused = forms.BooleanField(
        label=_("The waiting list is paused"),
        help_text=_("Nobody is offered a place meanwhile; people may still join, and keep their place in line."),
        required=False,
    )
    trainers = forms.ModelMultipleChoiceField(
        label=_("Trainers"), queryset=None, required=False, widget=forms.CheckboxSelectMultiple
    )
    field_order = ("version", "venue", "room", "capacity", "desk_seats", "waiting_places")  # then how they are given
    version_of = staticmethod(runs.version_of)
    labels_from = {"enrolment_opens_at": "opens_on", "enrolment_closes_at": "closes_on"}

    def __init__(self, *args, run, venues, **options):
        super().__init__(*args, initial=self.shown(run), **options)
        self.fields["venue"].queryset = venues
        self.fields["room"].queryset = Room.objects.filter(venue__in=venues)
        self.fields["room"].choices = [("", NO_ROOM), *self.rooms_by_place()]
        self.fields["capacity"].help_text = falling(run)
        self.fields["trainers"].queryset = people_who_teach(run)

    def rooms_by_place(self):
        """[(place, [(primary key, room)])], the shape of a select with groups."""
        groups = {}
        for room in self.fields["room"].queryset.select_related("venue").order_by("venue__name", "name", "pk"):
            groups.setdefault(room.venue.name, []).append((room.pk, sized(room)))
        return list(groups.items())

    def facts(self, run):
        instants = {name: getattr(run, name).replace(second=0, microsecond=0) for name in self.labels_from}
        trainers = list(run.trainers.order_by("name", "pk"))
        return {name: runs.fact(run, name) for name in runs.FACTS} | instants | {"trainers": trainers}

    def shown(self, run):
        opens, closes = (at.astimezone(clock.CASABLANCA) for at in (run.enrolment_opens_at, run.enrolment_closes_at))
        return self.facts(run) | {
            "opens_on": opens.date(),
            "opens_at": opens.time(),
            "closes_on": closes.date(),
            "closes_at": closes.time(),
            "version": self.version_of(run),
        }

    def clean(self):
        answers = super().clean()
        room, venue = answers.get("room"), answers.get("venue")
        if room and venue and room.venue_id != venue.pk:
            self.add_error("room", _("This room is in another place. Choose a room of the place above."))
        if (answers.get("desk_seats") or 0) > (answers.get("capacity") or 1000):
            self.add_error("desk_seats", _("More places are kept for the desk than the group has."))
        if window := self.window(answers):
            answers["enrolment_opens_at"], answers["enrolment_closes_at"] = window
            if window[1] <= window[0]:
                self.add_error("closes_on", _("Enrolment closes before it opens."))
        return answers

    def window(self, answers):
        """The two instants of the enrolment, once their four parts are right."""
        parts = [answers.pop(name, None) for name in ("opens_on", "opens_at", "closes_on", "closes_at")]
        return None if None in parts else (at_hour(*parts[:2]), at_hour(*parts[2:]))


class DecisionForm(forms.Form):
    reason = ReasonField()


class OpeningForm(forms.Form):
    """Nothing to say: a group is simply opened."""


class CopyForm(forms.Form):
    key = KeyField()
    first_day = DayField(
        label=_("First day of the new group"),
        help_text=_("The other meetings follow at the same intervals, at the same hours."),
        error_messages={"required": _("Write the first day")},
    )

    def clean_first_day(self):
        if self.cleaned_data["first_day"] < clock.local_day(clock.now()):
            raise forms.ValidationError(_("This day is past."), code="past")
        return self.cleaned_data["first_day"]


class RuleForm(forms.Form):
    """The rhythm of a group, for example every Saturday from 10:30 to 12:00, 7 times."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("On which days"),
        choices=lambda: [(day, capfirst(weekday(MONDAY.replace(day=day)))) for day in range(1, 8)],
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one day")},
    )
    every = forms.TypedChoiceField(
        label=_("How often"),
        choices=lambda: [
            (weeks, ngettext("every week", "every %(n)s weeks", weeks) % {"n": weeks})
            for weeks in range(1, MOST_WEEKS + 1)
        ],
        coerce=int,
    )
    starts_at = HourField(label=_("Start"), help_text=_("For example 10:30"))
    ends_at = HourField(label=_("End"))
    first_day = DayField(label=_("First day"))
    times = NumberField(label=_("Number of meetings"), min_value=1, max_value=MOST_TIMES)
    room = RoomField()
    trainer = TrainerField()

    def __init__(self, *args, run, **options):
        first = run.starts_on if run.starts_on > clock.local_day(clock.now()) else None
        super().__init__(*args, initial={"first_day": first, "room": run.room_id}, **options)
        self.fields["room"].queryset = Room.objects.filter(venue=run.venue_id)
        self.fields["trainer"].queryset = people_who_teach(run)

    def clean(self):
        answers = super().clean()
        blame_order(self, "starts_at", "ends_at", _("The meeting ends before it starts."))
        if answers.get("first_day") and answers["first_day"] < clock.local_day(clock.now()):
            self.add_error("first_day", _("This day is past."))
        return answers

    def rule(self):
        parts = ("weekdays", "starts_at", "ends_at", "first_day", "times", "every")
        return Rule(**{name: self.cleaned_data[name] for name in parts})


# --- One meeting --------------------------------------------------------------------------------------------


class MeetingForm(forms.Form):
    """Base of the four sheets of the page of a meeting; what is filled in comes from the meeting as it stands."""

    revision = RevisionField()
    shown = ("revision",)

    def __init__(self, *args, meeting, **options):
        super().__init__(*args, initial={name: getattr(meeting, name) for name in self.shown}, **options)

    def look_again(self, meeting):
        """After a refusal the page shows the meeting as it is now, so the next attempt starts from there."""
        self.data = self.data.copy()
        self.data[self.add_prefix("revision")] = meeting.revision


class MoveForm(MeetingForm):
    date = DayField(label=_("New date"), error_messages={"required": _("Write the date")})
    starts_at = HourField(label=_("Start"))
    ends_at = HourField(label=_("End"))
    reason = ReasonField()
    shown = ("revision", "date", "starts_at", "ends_at")

    def clean(self):
        blame_order(self, "starts_at", "ends_at", _("The meeting ends before it starts."))
        return super().clean()


class MeansForm(MeetingForm):
    """Where and with whom, the hours staying as they are."""

    room = RoomField()
    trainer = TrainerField()
    shown = ("revision", "room", "trainer")

    def __init__(self, *args, meeting, **options):
        super().__init__(*args, meeting=meeting, **options)
        self.fields["room"].queryset = Room.objects.filter(venue=meeting.run.venue_id)
        self.fields["trainer"].queryset = people_who_teach(meeting.run)


class CancelForm(MeetingForm):
    reason = ReasonField()


class TakeUpForm(MeetingForm):
    """Nothing to say: the meeting is held after all, where and when it stands."""


# --- Many meetings ------------------------------------------------------------------------------------------


class PickedField(forms.Field):
    """Meetings and the revision in which they were seen, each `17-2`. Value: {primary key: revision}."""

    widget = hidden_widget = forms.MultipleHiddenInput

    def __init__(self):
        super().__init__(error_messages={"required": _("Choose at least one meeting")})

    def to_python(self, values):
        found = filter(None, map(PICKED.fullmatch, values or []))
        return {int(each[1]): int(each[2]) for each in found}


class ScopeForm(forms.Form):
    """Which meetings to change, in the address of the page."""

    du = DayField(label=_("From"), required=False)
    au = DayField(label=_("Until"), required=False)
    lieu = forms.ModelChoiceField(
        label=_("Place"), queryset=None, required=False, empty_label=_("All places"), to_field_name="slug"
    )
    groupe = forms.CharField(label=_("Code of one group"), required=False, max_length=20)

    def __init__(self, *args, venues, **options):
        super().__init__(*args, **options)
        self.fields["lieu"].queryset = venues

    def clean(self):
        first, last = self.cleaned_data.get("du"), self.cleaned_data.get("au")
        if first and last and last < first:
            self.add_error("au", _("The last day is before the first day."))
        return super().clean()


def shifts():
    return [("", gettext("No shift")), *((minutes, shifted(minutes)) for minutes in SHIFTS)]


def shifted(minutes):
    if minutes < 0:
        return ngettext("%(n)s minute earlier", "%(n)s minutes earlier", -minutes) % {"n": -minutes}
    return ngettext("%(n)s minute later", "%(n)s minutes later", minutes) % {"n": minutes}


class HoursForm(forms.Form):
    """New hours for many meetings: a start and perhaps a length, or a shift of the hours they have."""

    seance = PickedField()
    starts_at = HourField(label=_("New start"), required=False, help_text=_("For example 10:30"))
    minutes = NumberField(
        label=_("New length in minutes"),
        required=False,
        min_value=15,
        max_value=MOST_MINUTES,
        help_text=_("Empty: as long as before."),
    )
    shift = forms.TypedChoiceField(label=_("Or shift the hours"), choices=shifts, coerce=int, required=False)
    reason = ReasonField()

    def clean(self):
        answers = super().clean()
        starts_at, minutes, shift = (answers.get(name) for name in ("starts_at", "minutes", "shift"))
        if starts_at and shift:
            self.add_error("shift", _("Choose one: a new start, or a shift."))
        elif not starts_at and not shift and not self.errors.keys() & {"starts_at", "shift"}:
            self.add_error("starts_at", _("Write the new start, or choose a shift"))
        if minutes and not starts_at:
            self.add_error("minutes", _("A new length needs a new start."))
        if starts_at and minutes and self.end(starts_at, minutes) is None:
            self.add_error("minutes", _("The meeting would reach into another day."))
        return answers

    @staticmethod
    def end(starts_at, minutes):
        start = datetime.combine(MONDAY, starts_at)
        end = start + timedelta(minutes=minutes)
        return end.time() if end.date() == start.date() else None

    def hours(self):
        """The change, in the words of `scheduling.retime`."""
        answers = self.cleaned_data
        if answers["shift"]:
            return {"shift": timedelta(minutes=answers["shift"])}
        starts_at, minutes = answers["starts_at"], answers["minutes"]
        return {"starts_at": starts_at, "ends_at": self.end(starts_at, minutes) if minutes else None}
