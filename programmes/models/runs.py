"""Groups and their meetings. Seats belong to the run; who sits there belongs to `participants`."""

from datetime import date

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from .courses import Course, TeachingLanguage
from .organisations import Membership
from .venues import Room, Venue


class RunStatus(models.TextChoices):
    """What the public sees. Derived from seats and clock; only cancelled and postponed are set by hand."""

    DRAFT = "draft", _("Draft")
    SOON = "soon", _("Opens soon")
    OPEN = "open", _("Places available")
    FEW = "few", _("Few places left")
    FULL_WAIT = "full_wait", _("Full, waiting list")
    FULL = "full", _("Full")
    CLOSED = "closed", _("Enrolment closed")
    RUNNING = "running", _("In progress")
    FINISHED = "finished", _("Finished")
    POSTPONED = "postponed", _("Postponed")
    CANCELLED = "cancelled", _("Cancelled")


PLACES_BIT = 1  # of CatalogueEntry.facets


OFFER_HOURS = 48  # to answer an offer, where a group says nothing else
LEAST_OFFER_HOURS, MOST_OFFER_HOURS = 2, 168
OFFER_HOURS_RULE = format_lazy(
    _("An offer can be answered for {least} to {most} hours."), least=LEAST_OFFER_HOURS, most=MOST_OFFER_HOURS
)
SEATS = ("capacity", "desk_seats", "desk_taken", "seats_taken", "waiting_count", "offered_count")


def _places(row):
    """`CourseRun.PLACES` of OLD or NEW, for the trigger."""
    line = f"{row}.waiting_count + {row}.offered_count"
    return f"({line} = 0 AND {row}.seats_taken < {row}.capacity - {row}.desk_seats + {row}.desk_taken)"


class CourseRunQuerySet(models.QuerySet):
    def public(self):
        """Groups that anyone may see, cancelled ones included."""
        return self.exclude(decision=CourseRun.Decision.DRAFT).filter(
            course__state=Course.State.PUBLISHED, course__kind=Course.Kind.REGULAR
        )

    def on_offer(self, at):
        """Groups one can enrol in now or soon, full ones included."""
        return self.public().filter(decision=CourseRun.Decision.PLANNED, enrolment_closes_at__gt=at)

    def with_place(self):
        return self.select_related("course", "venue__district", "room")

    def for_reading(self):
        """With the place and the meetings that a card or a page prints."""
        return self.with_place().prefetch_related("meetings")

    def open_first(self, at):
        """Groups with places whose enrolment is open, then the earliest start."""
        is_open = Case(When(CourseRun.PLACES & Q(enrolment_opens_at__lte=at), then=0), default=1)
        return self.order_by(is_open, "starts_on", "pk")

    def lock(self, pk):
        """The one lock of the seats and of the queue."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def lock_all(self, pks):
        """{pk: run}, each locked as by `lock`, by ascending id: who wants the same ones waits, and nobody for ever."""
        return {pk: self.lock(pk) for pk in sorted(pks)}

    def visible_to(self, user, today):
        """The groups whose people this user may see: those taught, of the organisation, of the district, or all."""
        roles = Membership.objects.current(today).filter(user=user)
        if roles.filter(role=Membership.Role.PROGRAMME_OFFICER).exists():
            return self
        managed = roles.filter(role=Membership.Role.MANAGER).values("organisation")
        districts = roles.filter(role=Membership.Role.DISTRICT_OFFICER).values("district")
        taught = roles.filter(role=Membership.Role.TRAINER).values("user__runs_taught")
        return self.filter(Q(course__organisation__in=managed) | Q(venue__district__in=districts) | Q(pk__in=taught))

    def schedulable_by(self, user, today):
        """The groups whose facts and dates this user may change: of the organisation, of the district, or all."""
        roles = Membership.objects.current(today).filter(user=user)
        if roles.filter(role=Membership.Role.PROGRAMME_OFFICER).exists():
            return self
        managed = roles.filter(role=Membership.Role.MANAGER).values("organisation")
        districts = roles.filter(role=Membership.Role.DISTRICT_OFFICER).values("district")
        return self.filter(Q(course__organisation__in=managed) | Q(venue__district__in=districts))

    def owned_by(self, user, today):
        """The groups this user may also copy and cancel: of the organisation, or all. A district only changes them."""
        roles = Membership.objects.current(today).filter(user=user)
        if roles.filter(role=Membership.Role.PROGRAMME_OFFICER).exists():
            return self
        return self.filter(course__organisation__in=roles.filter(role=Membership.Role.MANAGER).values("organisation"))

    def with_places(self):
        return self.filter(CourseRun.PLACES)


class CourseRun(models.Model):
    class Decision(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PLANNED = "planned", _("Planned")
        POSTPONED = "postponed", _("Postponed")
        CANCELLED = "cancelled", _("Cancelled")

    class Mode(models.TextChoices):
        ON_SITE = "on_site", _("On site")
        ONLINE = "online", _("Online")
        HYBRID = "hybrid", _("On site and online")

    class Allocation(models.TextChoices):
        FIRST_COME = "first_come", _("First come, first served")
        DRAW = "draw", _("Drawn by lot after enrolment closes")
        PRIORITY_DRAW = "priority_draw", _("Drawn by lot, some people first")

    class Priority(models.TextChoices):
        """Who goes first where places are drawn, in this order."""

        DISTRICT = "district", _("People who live in the arrondissement of the place")
        FIRST_TIME = "first_time", _("People who have not had a place in one of our groups")

    # The same as `places_left > 0`, as a condition of the database.
    PLACES = Q(waiting_count=0, offered_count=0, seats_taken__lt=F("capacity") - F("desk_seats") + F("desk_taken"))

    code = models.SlugField(max_length=20, unique=True)
    course = models.ForeignKey(Course, models.PROTECT, related_name="runs")
    label = models.CharField(_("group"), max_length=10, help_text=_("A, B, C…"))
    venue = models.ForeignKey(Venue, models.PROTECT, related_name="runs")
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="runs")
    trainers = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="runs_taught")
    mode = models.CharField(_("mode"), max_length=7, choices=Mode, default=Mode.ON_SITE)
    language = models.CharField(
        _("language of teaching"),
        max_length=7,
        choices=TeachingLanguage,
        blank=True,
        help_text=_("Empty: the language of the course."),
    )
    women_only = models.BooleanField(_("women's group"), default=False)
    decision = models.CharField(max_length=9, choices=Decision, default=Decision.DRAFT)
    enrolment_opens_at = models.DateTimeField()
    enrolment_closes_at = models.DateTimeField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    capacity = models.PositiveSmallIntegerField(_("places"))
    capacity_wanted = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Where more people have a place: what `capacity` falls to as they leave."
    )
    desk_seats = models.PositiveSmallIntegerField(_("places kept for the desk"), default=0)
    waiting_places = models.PositiveSmallIntegerField(_("places on the waiting list"), default=50)
    allocation = models.CharField(
        max_length=13, choices=Allocation, default=Allocation.FIRST_COME, db_default=Allocation.FIRST_COME.value
    )
    priorities = ArrayField(
        models.CharField(max_length=10, choices=Priority),
        default=list,
        db_default=Value([]),
        blank=True,
        help_text="Classes of a draw, in the order of Priority; who is in none comes last.",
    )
    desk_release_on = models.DateField(
        null=True, blank=True, help_text="First day on which the places kept for the desk are for everyone."
    )
    drawn_on = models.DateField(null=True, blank=True, help_text="Where places are drawn: the day of the draw.")
    min_people = models.PositiveSmallIntegerField(
        _("people needed to start"), default=0, db_default=0, help_text="0: it starts with whoever comes."
    )
    decide_on = models.DateField(
        null=True, blank=True, help_text="Day on which someone decides whether a group of too few starts."
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    offer_hours = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="To answer an offer; empty: as in the other groups."
    )
    queue_paused = models.BooleanField(default=False, db_default=False, help_text="No offer goes out meanwhile.")
    seats_taken = models.PositiveSmallIntegerField(default=0)
    desk_taken = models.PositiveSmallIntegerField(default=0, help_text="Desk seats in use, within desk_seats.")
    waiting_count = models.PositiveSmallIntegerField(default=0)
    offered_count = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="Offers not answered yet.")
    joined_count = models.PositiveIntegerField(default=0, help_text="Sequence of the last person who joined.")
    ledger_number = models.PositiveIntegerField(default=0, help_text="Number of the last ledger event.")
    ledger_hash = models.CharField(max_length=64, blank=True, help_text="Hash of the last ledger event.")

    objects = CourseRunQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "pk"]
        triggers = [
            pgtrigger.Trigger(
                name="keep_places",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf(*SEATS),
                condition=pgtrigger.Condition(f"({_places('OLD')} IS DISTINCT FROM {_places('NEW')})"),
                func=f"""
                    UPDATE programmes_catalogueentry SET facets =
                        CASE WHEN {_places("NEW")} THEN facets | {PLACES_BIT} ELSE facets & ~{PLACES_BIT}::bigint END
                    WHERE run_id = NEW.id;
                    RETURN NULL;
                """,
            )
        ]
        indexes = [
            models.Index(fields=["enrolment_closes_at"], condition=Q(decision="planned"), name="run_bookable"),
            models.Index(fields=["ends_on"], name="run_ends_on"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(seats_taken__lte=F("capacity")), name="seats_within_capacity"),
            models.CheckConstraint(
                condition=Q(capacity_wanted=None) | Q(capacity_wanted__lt=F("capacity")),
                name="capacity_falls_to_less",
            ),
            models.CheckConstraint(
                condition=Q(desk_seats__lte=F("capacity")),
                name="desk_seats_within_capacity",
                violation_error_message=_("More places are kept for the desk than the group has."),
            ),
            models.CheckConstraint(
                condition=Q(desk_taken__lte=F("desk_seats")) & Q(desk_taken__lte=F("seats_taken")),
                name="desk_taken_within_desk_seats",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="run_ends_after_it_starts",
                violation_error_message=_("The group ends before it starts."),
            ),
            models.CheckConstraint(
                condition=Q(enrolment_closes_at__gt=F("enrolment_opens_at")),
                name="enrolment_closes_after_it_opens",
                violation_error_message=_("Enrolment closes before it opens."),
            ),
            models.CheckConstraint(
                condition=Q(allocation="priority_draw", priorities__len__gt=0)
                | Q(allocation__in=["first_come", "draw"], priorities=[]),
                name="priorities_where_they_count",
                violation_error_message=_("Say who goes first, or choose another way of giving places."),
            ),
            models.CheckConstraint(
                condition=Q(min_people=0, decide_on=None)
                | Q(min_people__gt=0, decide_on__isnull=False, decide_on__lt=F("starts_on")),
                name="minimum_is_decided_before_the_start",
                violation_error_message=_("Say how many people are needed, and a day before the start to decide."),
            ),
            models.CheckConstraint(
                condition=Q(offer_hours=None) | Q(offer_hours__range=(LEAST_OFFER_HOURS, MOST_OFFER_HOURS)),
                name="offer_hours_between_two_and_a_week",
                violation_error_message=OFFER_HOURS_RULE,
            ),
        ]

    def __str__(self):
        return f"{self.course} {self.label}"

    @property
    def places_left(self):
        """What the public sees: nothing while someone is in line, since newcomers join the tail."""
        return 0 if self.has_line else max(0, self.free_seats)

    @property
    def has_line(self):
        """Whether someone waits or holds an offer."""
        return bool(self.waiting_count or self.offered_count)

    @property
    def free_seats(self):
        """Neither taken nor kept for the desk."""
        return self.capacity - self.seats_taken - (self.desk_seats - self.desk_taken)

    @property
    def common_seats(self):
        """What is not kept for the desk: as many as people in line can have at most."""
        return self.capacity_set - self.desk_seats

    @property
    def capacity_set(self):
        """As the staff set it; `capacity` is more while more people have a place."""
        return self.capacity if self.capacity_wanted is None else self.capacity_wanted

    @property
    def is_drawn(self):
        """Whether places are given by lot, some time after enrolment closes."""
        return self.allocation != self.Allocation.FIRST_COME

    @property
    def awaits_draw(self):
        """Whether who comes now asks for a place: after the draw newcomers are given what is left, or wait."""
        return self.is_drawn and self.drawn_on is None

    @property
    def answer_hours(self):
        """How long who is offered a place has to say yes, at most."""
        return self.offer_hours or OFFER_HOURS

    @property
    def is_nearly_full(self):
        return self.places_left <= max(5, self.capacity // 5)

    def status(self, at, today: date):
        """The one tag of the group at an instant; `today` is the civil day in Casablanca."""
        decided = {self.Decision.CANCELLED: RunStatus.CANCELLED, self.Decision.POSTPONED: RunStatus.POSTPONED}
        if self.decision in decided:
            return decided[self.decision]
        if self.decision == self.Decision.DRAFT:
            return RunStatus.DRAFT
        if today > self.ends_on:
            return RunStatus.FINISHED
        if at < self.enrolment_opens_at:
            return RunStatus.SOON
        if at < self.enrolment_closes_at:
            return self._seat_status()
        return RunStatus.RUNNING if today >= self.starts_on else RunStatus.CLOSED

    def _seat_status(self):
        if self.places_left == 0:
            return RunStatus.FULL_WAIT if self.waiting_count < self.waiting_places else RunStatus.FULL
        return RunStatus.FEW if self.is_nearly_full else RunStatus.OPEN

    def let_capacity_fall(self):
        """As near to what is wanted as the seats taken allow. The caller saves."""
        if self.capacity_wanted is not None:
            self.capacity = max(self.capacity_wanted, self.seats_taken)
        if self.capacity == self.capacity_wanted:
            self.capacity_wanted = None

    def take_seat(self, *, kept=False):
        """Take one seat, a common one or one kept for the desk: true, or false when none is left.

        The caller holds the lock; this condition and the CHECK stand behind it.
        """
        free = CourseRun.objects.filter(pk=self.pk, seats_taken__lt=F("capacity"))
        if kept:
            free = free.filter(desk_taken__lt=F("desk_seats"))
        else:
            free = free.filter(seats_taken__lt=F("capacity") - F("desk_seats") + F("desk_taken"))
        taken = bool(free.update(seats_taken=F("seats_taken") + 1, desk_taken=F("desk_taken") + int(kept)))
        if taken:
            self.seats_taken += 1
            self.desk_taken += kept
        return taken
