"""What a convention promises, what its money became, and the two ways to write in it: one line more, one version more.

Nothing is overwritten. A mistake in a money line is corrected by a line with the opposite amount; an amended commitment
keeps the version it replaces.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from learningcity import clock
from learningcity.i18n import short_date
from learningcity.services import audit

from ..models import Axis, Commitment, Course, CourseRun, MoneyEntry, Programme

Kind = MoneyEntry.Kind
NOTHING = Decimal(0)
TWICE = "money_once"


class ConventionRefused(Exception):
    """A sentence for the person who asked, and the name of the answer that is wrong, empty when it is no single one."""

    def __init__(self, sentence, field=""):
        super().__init__(sentence)
        self.sentence, self.field = sentence, field


@dataclass(frozen=True)
class Money:
    """Three sums in dirhams, never one."""

    budgeted: Decimal = NOTHING
    committed: Decimal = NOTHING
    paid: Decimal = NOTHING

    def __add__(self, other):
        return Money(self.budgeted + other.budgeted, self.committed + other.committed, self.paid + other.paid)

    @property
    def paid_share(self):
        """Percent of what is committed, or None while nothing is."""
        return 100 * self.paid / self.committed if self.committed > 0 else None

    @property
    def is_overpaid(self):
        return self.paid > self.committed


@dataclass(frozen=True)
class Promise:
    """A commitment as it stood on the day, and the versions it replaced, the latest first."""

    commitment: Commitment
    before: list


@dataclass(frozen=True)
class AxisBoard:
    axis: Axis
    money: Money
    promises: list
    programmes: list  # with `courses_count` (published) and `runs_count` (neither draft nor cancelled)


@dataclass(frozen=True)
class Board:
    axes: list
    money: Money  # of all axes
    contributions: list


def board(convention, day):
    """Where a convention stands at the end of a civil day."""
    sums, promises, programmes = sums_by_axis(convention, day), promises_by_axis(convention, day), by_axis(convention)
    axes = [
        AxisBoard(axis, sums.get(axis.pk, Money()), promises.get(axis.pk, []), programmes.get(axis.pk, []))
        for axis in convention.axes.all()
    ]
    total = sum((line.money for line in axes), Money())
    return Board(axes, total, list(convention.contributions.select_related("organisation")))


def sums_by_axis(convention, day):
    lines = MoneyEntry.objects.filter(axis__convention=convention, on__lte=day).order_by()
    rows = lines.values_list("axis").annotate(
        **{kind.value: Sum("amount", filter=Q(kind=kind), default=NOTHING) for kind in Kind}
    )
    return {axis: Money(*amounts) for axis, *amounts in rows}


def promises_by_axis(convention, day):
    known = {version.pk: version for version in Commitment.objects.filter(axis__convention=convention)}
    found = {}
    for pk in Commitment.objects.in_force(day).filter(axis__convention=convention).values_list("pk", flat=True):
        version, before = known[pk], []
        while version.replaces_id:
            version = known[version.replaces_id]
            before.append(version)
        found.setdefault(known[pk].axis_id, []).append(Promise(known[pk], before))
    return found


def by_axis(convention):
    offered = Q(courses__state=Course.State.PUBLISHED, courses__kind=Course.Kind.REGULAR)
    hidden = Q(courses__runs__decision__in=[CourseRun.Decision.DRAFT, CourseRun.Decision.CANCELLED])
    programmes = Programme.objects.filter(axis__convention=convention).select_related("organisation")
    found = {}
    for programme in programmes.annotate(
        courses_count=Count("courses", filter=offered, distinct=True),
        runs_count=Count("courses__runs", filter=offered & ~hidden, distinct=True),
    ):
        found.setdefault(programme.axis_id, []).append(programme)
    return found


# --- Writing ------------------------------------------------------------------------------------------------


@transaction.atomic
def enter_money(axis, *, kind, amount, on, reference, contribution, by):
    """Add one line. Returns it with a sentence of warning, or an empty one. Raises ConventionRefused."""
    axis = Axis.objects.select_for_update(of=("self",)).get(pk=axis.pk)
    refuse_line(axis, kind, amount, on, contribution)
    line = MoneyEntry(axis=axis, kind=kind, amount=amount, on=on, reference=reference, contribution=contribution)
    line.entered_by = by
    try:
        with transaction.atomic():
            line.save(force_insert=True)
    except IntegrityError as error:
        if TWICE not in str(error):
            raise
        raise ConventionRefused(_("This line is already there.")) from None
    audit.note("enter money", line, by=by, count=0)
    return line, warning_about(axis)


def refuse_line(axis, kind, amount, on, contribution):
    if not amount:
        raise ConventionRefused(_("Write an amount other than zero"), "amount")
    if on > clock.local_day(clock.now()):
        raise ConventionRefused(_("This day has not come yet"), "on")
    if contribution and contribution.convention_id != axis.convention_id:
        raise ConventionRefused(_("This partner is not part of the agreement"), "contribution")
    if amount < 0 and sum_of(axis, kind) + amount < 0:
        raise ConventionRefused(_("More would be taken back than was entered"), "amount")


def sum_of(axis, kind):
    return axis.money.filter(kind=kind).aggregate(sum=Sum("amount", default=NOTHING))["sum"]


def warning_about(axis):
    if sum_of(axis, Kind.PAID) > sum_of(axis, Kind.COMMITTED):
        return _("More is paid on this axis than is committed.")
    return ""


@transaction.atomic
def amend(commitment, *, target, due_on, agreed_on, by):
    """A new version from `agreed_on`; the one it replaces stays. Raises ConventionRefused."""
    commitment = Commitment.objects.select_for_update(of=("self",)).get(pk=commitment.pk)
    refuse_version(commitment, target, due_on, agreed_on)
    notes = {f"note_{language}": getattr(commitment, f"note_{language}") for language in ("fr", "ar", "en")}
    version = Commitment.objects.create(
        axis_id=commitment.axis_id,
        indicator=commitment.indicator,
        target=target,
        due_on=due_on,
        agreed_on=agreed_on,
        replaces=commitment,
        **notes,
    )
    audit.note("amend commitment", version, by=by, count=0, detail={"replaces": commitment.pk})
    return version


def refuse_version(commitment, target, due_on, agreed_on):
    if Commitment.objects.filter(replaces=commitment).exists():
        raise ConventionRefused(_("This commitment was amended meanwhile. Amend its latest version."))
    if target < 0:
        raise ConventionRefused(_("Write a target of zero or more"), "target")
    if (target, due_on) == (commitment.target, commitment.due_on):
        raise ConventionRefused(_("Change the target or the date: this is what is agreed already."), "target")
    if agreed_on > clock.local_day(clock.now()):
        raise ConventionRefused(_("This day has not come yet"), "agreed_on")
    if agreed_on < commitment.agreed_on:
        since = short_date(commitment.agreed_on)
        raise ConventionRefused(_("The present version was agreed on %(date)s") % {"date": since}, "agreed_on")
    if due_on <= agreed_on:
        raise ConventionRefused(_("The commitment would be due before it is agreed"), "due_on")
