"""The journal of who read or changed whose data."""

from ..logs import request_id
from ..models import AuditEntry


def note(action, record, *, by, count, detail=None, reason=""):
    """One line: a verb and an object, on what, and how many people's data it touched. `detail` holds ids, no names."""
    return AuditEntry.objects.create(
        by=by,
        action=action,
        subject=f"{record._meta.label_lower}:{record.pk}",
        count=count,
        reason=reason,
        detail=detail or {},
        request_id=request_id.get(),
    )
