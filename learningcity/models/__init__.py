from .audit import AuditEntry
from .incoming import IncomingMessage
from .messages import OutboxMessage
from .places import District, DistrictContext, Holiday, Population, Prefecture, Quartier
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
    "User",
]
