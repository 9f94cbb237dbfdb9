"""One sitting of a group, a row of local wall time. The rule of a timetable only generates rows."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from learningcity.clock import CASABLANCA

from .runs import CourseRun
from .venues import Room


class Occupied(Func):
    """The local time a meeting takes, `[start, end + buffer)`: two that touch do not overlap."""

    template = "tsrange(%(expressions)s, '[)')"
    arg_joiner = ", "

    def __init__(self, *, buffer):
        after = "make_interval(mins => buffer_minutes)" if buffer else "interval '0'"
        super().__init__(
            Func(F("date"), F("starts_at"), template="(%(expressions)s)", arg_joiner=" + "),
            Func(F("date"), F("ends_at"), template=f"(%(expressions)s + {after})", arg_joiner=" + "),
            output_field=models.TextField(),
        )


class MeetingQuerySet(models.QuerySet):
    def counted(self):
        """Meetings that took place: the only ones whose minutes are expected of anyone."""
        return self.filter(state=Meeting.State.HELD)

    def taking_place(self):
        """Planned, moved or held: what a timetable shows and what keeps a room and a trainer busy."""
        return self.filter(state__in=TAKING_PLACE)

    def to_come(self, at):
        """Those that start after this instant, whatever their state."""
        local = at.astimezone(CASABLANCA)
        return self.filter(Q(date__gt=local.date()) | Q(date=local.date(), starts_at__gt=local.time()))

    def changeable(self, at):
        """Planned or moved, and still to come: what may be moved, cancelled, given other hours."""
        return self.to_come(at).filter(state__in=[Meeting.State.PLANNED, Meeting.State.MOVED])

    def touching(self, days, venue=None):
        """On any of these days, at one place or anywhere."""
        found = self.filter(date__in=days)
        return found if venue is None else found.filter(run__venue=venue)

    def for_timetable(self):
        """In order, with what a timetable prints."""
        return self.select_related("run__course", "run__venue", "room", "trainer").order_by("date", "starts_at", "pk")

    def lock(self, pks):
        """By ascending id, after the runs they belong to."""
        return self.select_for_update(of=("self",)).select_related("run", "room").filter(pk__in=pks).order_by("pk")


class Meeting(models.Model):
    """The instant is derived from `zone`, so a change of clock law moves no class. A moved meeting stands at its new
    date and remembers the old one; a skipped one (holiday, closure) keeps its reason and may be taken up again."""

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("meeting", "Planned")
        HELD = "held", pgettext_lazy("meeting", "Held")
        MOVED = "moved", pgettext_lazy("meeting", "Moved")
        CANCELLED = "cancelled", pgettext_lazy("meeting", "Cancelled")
        SKIPPED = "skipped", pgettext_lazy("meeting", "Not held that day")

    run = models.ForeignKey(CourseRun, models.CASCADE, related_name="meetings")
    date = models.DateField(_("date"))
    starts_at = models.TimeField(_("from"))
    ends_at = models.TimeField(_("to"))
    zone = models.CharField(max_length=40, default="Africa/Casablanca")
    room = models.ForeignKey(Room, models.SET_NULL, null=True, blank=True, related_name="meetings")
    buffer_minutes = models.PositiveSmallIntegerField(default=0, help_text="Of the room, when it was booked.")
    trainer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="meetings"
    )
    state = models.CharField(max_length=9, choices=State, default=State.PLANNED)
    reason = models.CharField(
        _("reason"), max_length=120, blank=True, help_text="Why it was moved, cancelled, skipped."
    )
    moved_from = models.DateField(null=True, blank=True)
    revision = models.PositiveSmallIntegerField(default=0, help_text="SEQUENCE of its calendar entry.")
    held_minutes = models.PositiveSmallIntegerField(default=0, help_text="Minutes really given; 0 until held.")

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["date", "starts_at"]
        indexes = [models.Index(fields=["date"], name="meeting_date")]
        constraints = [
            models.UniqueConstraint(fields=["run", "date", "starts_at"], name="meeting_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="meeting_ends_after_it_starts",
                violation_error_message=_("The meeting ends before it starts."),
            ),
            models.CheckConstraint(
                condition=Q(state="held", held_minutes__gt=0) | (~Q(state="held") & Q(held_minutes=0)),
                name="meeting_held_has_minutes",
            ),
            ExclusionConstraint(
                name="room_once_at_a_time",
                expressions=[
                    ("room", RangeOperators.EQUAL),
                    (Occupied(buffer=True), RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=["planned", "held", "moved"], room__isnull=False),
                violation_error_message=_("The room is already taken at this time."),
            ),
            ExclusionConstraint(
                name="trainer_once_at_a_time",
                expressions=[
                    ("trainer", RangeOperators.EQUAL),
                    (Occupied(buffer=False), RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=["planned", "held", "moved"], trainer__isnull=False),
                violation_error_message=_("The trainer already teaches at this time."),
            ),
        ]

    def __str__(self):
        return f"{self.run_id} {self.date}"

    @property
    def takes_place(self):
        return self.state in TAKING_PLACE

    @property
    def planned_minutes(self):
        return (self.ends_at.hour - self.starts_at.hour) * 60 + self.ends_at.minute - self.starts_at.minute


TAKING_PLACE = (Meeting.State.PLANNED, Meeting.State.MOVED, Meeting.State.HELD)
