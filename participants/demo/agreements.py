"""Money and promises of the agreement, invented for the demonstration: every reference begins with DEMO, every note
says that the value is one."""

from datetime import date, timedelta
from decimal import Decimal

from learningcity.services.reference import rows_of
from programmes.models import Axis, Commitment, MoneyEntry, Programme
from programmes.services.reference_courses import TEXTS

CONVENTION = "CS-2024"
# Millions of dirhams budgeted on each axis; what share of them is committed each spring, and of that, paid each autumn.
MILLIONS = {1: 400, 2: 1200, 3: 600, 4: 300, 5: 500}
COMMITTED, PAID = Decimal("0.22"), Decimal("0.6")
AXIS_OF = {"numerique-pour-tous": 4, "services-restauration": 3}
AMENDED = ("OUT-03", date(2025, 7, 1), Decimal(45))  # indicator, agreed on, new target


def sign(today):
    """Once: money lines cannot be taken back."""
    axes = {axis.number: axis for axis in Axis.objects.filter(convention__code=CONVENTION).select_related("convention")}
    if not axes or MoneyEntry.objects.filter(axis__in=axes.values()).exists():
        return
    for code, number in AXIS_OF.items():
        Programme.objects.filter(code=code, axis=None).update(axis=axes[number])
    MoneyEntry.objects.bulk_create(line for axis in axes.values() for line in money(axis) if line.on <= today)
    promise(axes, today)


def money(axis):
    budget = Decimal(MILLIONS[axis.number]) * 1_000_000
    first = axis.convention.starts_on
    yield entry(axis, MoneyEntry.Kind.BUDGETED, budget, first)
    for year in range(4):
        committed = budget * COMMITTED
        yield entry(axis, MoneyEntry.Kind.COMMITTED, committed, first + timedelta(days=365 * year + 90))
        yield entry(axis, MoneyEntry.Kind.PAID, committed * PAID, first + timedelta(days=365 * year + 280))


def entry(axis, kind, amount, on):
    return MoneyEntry(
        axis=axis, kind=kind, amount=amount, on=on, reference=f"DEMO-{axis.number}-{kind[0].upper()}-{on}"
    )


def promise(axes, today):
    """The promises of the file, and one amendment: both versions are kept."""
    for row in rows_of(TEXTS / "commitments.csv"):
        axis = axes[int(row["axis_number"])]
        fields = {"axis": axis, "indicator": row["indicator_code"], "due_on": date.fromisoformat(row["due_on"])}
        fields |= {f"note_{language}": row[f"note_{language}"] for language in ("fr", "ar", "en")}
        agreed_on = axis.convention.signed_on
        first = Commitment.objects.create(target=Decimal(row["target"]), agreed_on=agreed_on, **fields)
        indicator, amended_on, target = AMENDED
        if row["indicator_code"] == indicator and amended_on <= today:
            Commitment.objects.create(target=target, agreed_on=amended_on, replaces=first, **fields)
