from .audit import AuditEntry
from .incoming import IncomingMessage
from .messages import OutboxMessage
from .places import District, DistrictContext, Holiday, Population, Prefecture, Quartier
from .sent_forms import SentForm
from .users import User

__all__ = [
    "AuditEntry",
    "District",
    "DistrictContext",
    "Holiday",
    "IncomingMessage",
    "OutboxMessage",
    "Population",
    "Prefecture",
    "Quartier",
    "SentForm",
    "User",
]
