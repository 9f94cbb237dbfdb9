"""A person's place in a group, and the ledger of everything that happened to it."""

import secrets

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from learningcity.models import District
from learningcity.models.places import Sex
from programmes.models import CourseRun

from .people import Participant

SAFE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that looks like something else


def new_token():
    """22 characters, 128 random bits."""
    return secrets.token_urlsafe(16)


def new_reference():
    """`CA-7K3M9-2QRT8`: read aloud and typed back; opens nothing on its own."""
    letters = "".join(secrets.choice(SAFE_ALPHABET) for _ in range(10))
    return f"CA-{letters[:5]}-{letters[5:]}"


class State(models.TextChoices):
    REQUESTED = "requested", _("Request received")
    ENROLLED = "enrolled", _("Place confirmed")
    WAITING = "waiting", _("Waiting")
    OFFERED = "offered", _("Place offered")
    DECLINED = "declined", _("Place given up")
    EXPIRED = "expired", _("Time passed")
    REFUSED = "refused", _("No place this time")
    COMPLETED = "completed", _("Completed")
    DROPPED_OUT = "dropped_out", _("Course stopped")
    NO_SHOW = "no_show", _("Place not used")
    CANCELLED_BY_LEARNER = "cancelled_by_learner", _("Cancelled by you")
    CANCELLED_BY_CITY = "cancelled_by_city", _("Cancelled by the city")
    TRANSFERRED = "transferred", _("Moved to another group")


LIVE = (State.REQUESTED, State.ENROLLED, State.WAITING, State.OFFERED)
SEAT_HOLDING = (State.ENROLLED, State.OFFERED, State.COMPLETED, State.DROPPED_OUT, State.NO_SHOW)
ON_ROSTER = (State.ENROLLED, State.COMPLETED, State.DROPPED_OUT, State.NO_SHOW)
MOVES = {
    None: (State.REQUESTED, State.ENROLLED, State.WAITING),
    State.REQUESTED: (
        State.ENROLLED,
        State.WAITING,
        State.REFUSED,
        State.CANCELLED_BY_LEARNER,
        State.CANCELLED_BY_CITY,
        State.TRANSFERRED,
    ),
    State.WAITING: (
        State.OFFERED,
        State.ENROLLED,
        State.CANCELLED_BY_LEARNER,
        State.CANCELLED_BY_CITY,
        State.TRANSFERRED,
    ),
    State.OFFERED: (
        State.ENROLLED,
        State.DECLINED,
        State.EXPIRED,
        State.CANCELLED_BY_LEARNER,
        State.CANCELLED_BY_CITY,
        State.TRANSFERRED,
    ),
    State.ENROLLED: (
        State.COMPLETED,
        State.DROPPED_OUT,
        State.NO_SHOW,
        State.CANCELLED_BY_LEARNER,
        State.CANCELLED_BY_CITY,
        State.TRANSFERRED,
    ),
}


CONFIRMED_BY = (State.ENROLLED,)
ENDED_BY = (
    State.COMPLETED,
    State.DROPPED_OUT,
    State.NO_SHOW,
    State.CANCELLED_BY_LEARNER,
    State.CANCELLED_BY_CITY,
    State.TRANSFERRED,
)


def in_order_of_offers(line):
    """`line` as it joined, with people who want in together where the last of them stands, so that nobody brings a
    friend forward. Each has `pk` and `party`."""
    last = {each.party or each.pk: place for place, each in enumerate(line)}
    return sorted(line, key=lambda each: last[each.party or each.pk])


class EnrolmentQuerySet(models.QuerySet):
    def live(self):
        return self.filter(state__in=LIVE)

    def waiting(self):
        """In the order of offers: as drawn, then as joined; nothing that edits a record moves a person."""
        return self.filter(state=State.WAITING).as_served()

    def as_served(self):
        return self.order_by(F("drawn_rank").asc(nulls_last=True), "priority", "sequence")

    def places_in_line(self, runs):
        """{enrolment: 1 for the next of its group to be offered a place} of all who wait in these groups."""
        lines = {}
        for each in self.waiting().filter(run__in=runs).only("party", "run"):
            lines.setdefault(each.run_id, []).append(each)
        return {each: place for line in lines.values() for place, each in enumerate(in_order_of_offers(line), 1)}

    def on_roster(self):
        return self.filter(state__in=ON_ROSTER)


class Enrolment(models.Model):
    class Source(models.TextChoices):
        ONLINE = "online", _("online")
        DESK = "desk", _("at the desk")
        PARTNER = "partner", _("through a partner")
        IMPORT = "import", _("import")

    class WorkStatus(models.TextChoices):
        EMPLOYED = "employed", _("In work")
        JOB_SEEKER = "job_seeker", _("Looking for work")
        INACTIVE = "inactive", _("Not looking for work")
        IN_EDUCATION = "in_education", _("In education")
        UNKNOWN = "", _("Not said")

    run = models.ForeignKey(CourseRun, models.PROTECT, related_name="enrolments")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="enrolments")
    state = models.CharField(max_length=20, choices=State)
    priority = models.PositiveSmallIntegerField(default=0)
    joined_at = models.DateTimeField()
    sequence = models.PositiveIntegerField(help_text="Order of joining within the run; never changes.")
    drawn_rank = models.PositiveIntegerField(null=True, blank=True, help_text="From 1, where places were drawn.")
    source = models.CharField(max_length=7, choices=Source)
    party = models.UUIDField(null=True, blank=True, help_text="People who want in together.")
    offered_at = models.DateTimeField(null=True, blank=True)
    answer_by = models.DateTimeField(null=True, blank=True, help_text="When an offer ends; it holds a seat till then.")
    passes = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="How often others went before.")
    token = models.CharField(max_length=32, unique=True, default=new_token)
    reference = models.CharField(max_length=14, unique=True, default=new_reference)
    opens_person = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Its link also opens what is kept about the person, not this place alone.",
    )
    holds_desk_seat = models.BooleanField(default=False)
    needs = models.JSONField(default=list, blank=True, help_text="Codes of a closed list, see forms.NEEDS.")
    declared = ArrayField(
        models.BigIntegerField(), default=list, db_default=Value([]), blank=True, help_text="Prerequisites confirmed."
    )
    replaces = ArrayField(
        models.BigIntegerField(),
        default=list,
        db_default=Value([]),
        blank=True,
        help_text="Places at the same hours that end in the moment in which this one is a seat.",
    )
    # The person as she was at enrolment: what every figure reads.
    sex = models.CharField(max_length=1, choices=Sex)
    birth_year = models.PositiveSmallIntegerField()
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, related_name="+")
    lives_outside = models.BooleanField(default=False)
    work_status = models.CharField(max_length=12, choices=WorkStatus, blank=True)
    # Civil days in Casablanca, projected from the ledger and from attendance when they are written.
    confirmed_on = models.DateField(null=True, blank=True)
    started_on = models.DateField(null=True, blank=True, help_text="First meeting attended.")
    exited_on = models.DateField(null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "run"],
                condition=Q(state__in=LIVE),
                name="one_live_enrolment",
                violation_error_message=_("This person already has a place in this group."),
            ),
            models.UniqueConstraint(fields=["run", "sequence"], name="sequence_once_in_run"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="enrolment_state_known"),
        ]

    def __str__(self):
        return self.reference

    @property
    def place_in_line(self):
        """1 for the next to be offered a place; None for someone who does not wait. One query."""
        if self.state != State.WAITING:
            return None
        return Enrolment.objects.places_in_line([self.run_id])[self]


class EnrolmentEvent(models.Model):
    """One line of the ledger of a run: number and hash chain it to the line before. The database refuses changes."""

    run = models.ForeignKey(CourseRun, models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="events")
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20, choices=State)
    seat_delta = models.SmallIntegerField()
    at = models.DateTimeField()
    day = models.DateField(help_text="Civil day in Casablanca, computed once.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    why = models.CharField(max_length=200, blank=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["run", "number"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="ledger_number_once")]

    def __str__(self):
        return f"{self.run_id}/{self.number} {self.to_state}"


__all__ = [
    "CONFIRMED_BY",
    "ENDED_BY",
    "LIVE",
    "MOVES",
    "ON_ROSTER",
    "SEAT_HOLDING",
    "Enrolment",
    "EnrolmentEvent",
    "State",
    "in_order_of_offers",
]
