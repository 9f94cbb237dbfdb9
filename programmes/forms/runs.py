"""A new group: where, with whom, how many, when one enrols, and the rhythm of its meetings."""

from datetime import datetime, time, timedelta

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from learningcity import clock
from learningcity.forms import DayField, HourField
from learningcity.i18n import weekday
from learningcity.models import User

from ..models import CourseRun, Membership, Room, Venue
from ..models.courses import TeachingLanguage
from ..services import timetable
from ..services.once import KeyUsed
from ..services.publishing import NewGroup
from ..services.runs import RunRefused
from ..services.timetable import Rule, TimetableRefused
from ..wording import MONDAY
from .giving import GivingForm
from .numbers import NumberField
from .timetable import MOST_TIMES, MOST_WEEKS, NO_ROOM, RoomField, TrainerField, sized
from .unseen import KeyField

MOST_PLACES = 1000
PARTS = {
    "where": ("venue", "room", "trainer", "capacity", "desk_seats"),
    "dates": ("first_day", "weekdays", "starts_at", "ends_at", "every", "times"),
    "giving": ("allocation", "priorities", "desk_release_on", "min_people", "decide_on", "offer_hours"),
    "more": ("opens_on", "opens_at", "closes_on", "mode", "group_language", "women_only"),
}
FIELD_OF_GAP = {"enrolment_closes_at": "closes_on", "enrolment_opens_at": "opens_on"}
FIELD_OF_CLASH = {"room": "room", "buffer": "room", "trainer": "trainer", "group": "first_day"}
NEEDED = {
    "venue": gettext_lazy("Choose the place"),
    "capacity": gettext_lazy("Write how many places the group has"),
    "first_day": gettext_lazy("Write the first day"),
    "starts_at": gettext_lazy("Write when a meeting starts"),
    "ends_at": gettext_lazy("Write when a meeting ends"),
    "times": gettext_lazy("Write how many meetings there are"),
}


def grouped(records, group_of, line_of, empty):
    """The lines of a select under headings, the records being in the order of their groups."""
    groups = {}
    for record in records:
        groups.setdefault(str(group_of(record) or ""), []).append((record.pk, line_of(record)))
    return [("", empty), *groups.items()]


def midnight(day):
    return datetime.combine(day, time(0), tzinfo=clock.CASABLANCA)


class NewGroupForm(GivingForm):
    """Once it is valid, `group` is a publishing.NewGroup, or None when none is needed and nothing was said of one."""

    key = KeyField()
    venue = forms.ModelChoiceField(Venue.objects.none(), label=gettext_lazy("Place"), required=False)
    room = RoomField()
    trainer = TrainerField()
    capacity = NumberField(
        label=gettext_lazy("Places in the group"), min_value=1, max_value=MOST_PLACES, required=False
    )
    desk_seats = NumberField(
        label=gettext_lazy("Of these, kept for people who enrol at a desk"),
        min_value=0,
        max_value=MOST_PLACES,
        required=False,
    )
    first_day = DayField(label=gettext_lazy("First day"), required=False)
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("On which days"),
        help_text=gettext_lazy("None: on the weekday of the first day."),
        choices=lambda: [(day, capfirst(weekday(MONDAY.replace(day=day)))) for day in range(1, 8)],
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    every = forms.TypedChoiceField(
        label=gettext_lazy("How often"),
        choices=lambda: [
            (weeks, ngettext("every week", "every %(n)s weeks", weeks) % {"n": weeks})
            for weeks in range(1, MOST_WEEKS + 1)
        ],
        coerce=int,
        empty_value=1,
        required=False,
    )
    starts_at = HourField(label=gettext_lazy("Start"), help_text=gettext_lazy("For example 10:30"), required=False)
    ends_at = HourField(label=gettext_lazy("End"), required=False)
    times = NumberField(label=gettext_lazy("Number of meetings"), min_value=1, max_value=MOST_TIMES, required=False)
    opens_on = DayField(
        label=gettext_lazy("Enrolment opens on"), help_text=gettext_lazy("Empty: at once."), required=False
    )
    opens_at = HourField(label=gettext_lazy("Hour at which enrolment opens"), required=False)
    closes_on = DayField(
        label=gettext_lazy("Last day to enrol"),
        help_text=gettext_lazy("Empty: the day before the first meeting."),
        required=False,
    )
    mode = forms.ChoiceField(label=gettext_lazy("How the group meets"), choices=CourseRun.Mode, required=False)
    group_language = forms.ChoiceField(
        label=gettext_lazy("Language of this group"),
        choices=[("", gettext_lazy("The language of the course")), *TeachingLanguage.choices],
        required=False,
    )
    women_only = forms.BooleanField(label=gettext_lazy("For women only"), required=False)
    settle_later = forms.BooleanField(
        label=gettext_lazy("Keep these dates without the room or the trainer, to settle later"), required=False
    )

    group_is_needed = True
    days = ()  # [(day, why it is skipped or "")] of the rule, once it is valid
    clashes = ()  # timetable.Clash, when the group was refused for them

    def __init__(self, *args, organisations, venues, **options):
        super().__init__(*args, **options)
        rooms = Room.objects.filter(venue__in=venues).select_related("venue").order_by("venue__name", "venue", "pk")
        venues = venues.select_related("district").order_by("district__name", "name", "pk")
        self.fields["venue"].queryset, self.fields["room"].queryset = venues, rooms
        self.fields["venue"].choices = grouped(venues, lambda venue: venue.district, str, _("Choose"))
        self.fields["room"].choices = grouped(rooms, lambda room: room.venue, sized, NO_ROOM)
        today = clock.local_day(clock.now())
        hired = Membership.objects.current(today).filter(role=Membership.Role.TRAINER, organisation__in=organisations)
        trainers = User.objects.filter(is_active=True, pk__in=hired.values("user"))
        self.fields["trainer"].queryset = trainers.order_by("name", "pk")

    @property
    def parts(self):
        """The fields under the headings of the page."""
        return {part: [self[name] for name in names] for part, names in PARTS.items()}

    # --- From answers to a group ----------------------------------------------------------------------------

    def clean(self):
        answers = super().clean()
        self.group = None
        said = {*NEEDED, "weekdays", "room"}
        if (
            self.group_is_needed
            or "show" in self.data
            or self.errors.keys() & said
            or any(answers.get(name) for name in said)
        ):
            for name, sentence in NEEDED.items():
                if name not in self.errors and answers.get(name) is None:
                    self.add_error(name, sentence)
            if not self.errors.keys() & said:
                self.group = self._group(answers)
        return answers

    def _group(self, answers):
        first_day, starts_at, ends_at = (answers[name] for name in ("first_day", "starts_at", "ends_at"))
        if ends_at <= starts_at:
            return self.add_error("ends_at", _("The meeting ends before it starts."))
        if first_day < clock.local_day(clock.now()):
            return self.add_error("first_day", _("This day is past."))
        weekdays = tuple(answers["weekdays"] or [first_day.isoweekday()])
        rule = Rule(weekdays, starts_at, ends_at, first_day, answers["times"], answers.get("every") or 1)
        try:
            self.days = timetable.dates_of(rule, answers["venue"])
        except TimetableRefused as refused:
            return self.add_error("first_day", refused.sentence)
        first_day = next(day for day, reason in self.days if not reason)
        facts = self._facts(answers) | self._window(answers, first_day) | {"starts_on": first_day}
        return NewGroup(facts, rule, answers.get("trainer"), answers["settle_later"])

    @staticmethod
    def _facts(answers):
        named = {name: answers.get(name) for name in ("venue", "room", "capacity")}
        named |= {"mode": answers.get("mode") or CourseRun.Mode.ON_SITE, "desk_seats": answers.get("desk_seats") or 0}
        named |= {name: answers.get(name) for name in PARTS["giving"]}
        return named | {"language": answers.get("group_language", ""), "women_only": answers["women_only"]}

    @staticmethod
    def _window(answers, first_day):
        """Enrolment from and until: by default at once, and until the day of the first meeting begins."""
        opens, closes = answers.get("opens_on"), answers.get("closes_on")
        hour = answers.get("opens_at") or time(0)
        opening = {"enrolment_opens_at": datetime.combine(opens, hour, tzinfo=clock.CASABLANCA)} if opens else {}
        return opening | {"enrolment_closes_at": midnight(closes + timedelta(days=1) if closes else first_day)}

    def forget_the_rest(self):
        """Keep only the errors of the group: the page was asked for its dates."""
        for name in self.errors.keys() - NewGroupForm.base_fields.keys():
            del self.errors[name]

    def explain(self, refused):
        """What the records refused, beside the field that can be changed."""
        if isinstance(refused, KeyUsed):
            self.add_error(None, refused.sentence)
            return
        if isinstance(refused, RunRefused):
            for gap in refused.gaps:
                name = FIELD_OF_GAP.get(gap.field, gap.field)
                self.add_error(name if name in self.fields else None, gap.sentence)
            return
        self.clashes = refused.clashes
        for clash in refused.clashes:
            self.add_error(FIELD_OF_CLASH[clash.kind], clash.sentence)
        if not refused.clashes:
            self.add_error("first_day", refused.sentence)
