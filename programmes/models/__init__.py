from .catalogue import CatalogueEntry, Word
from .conventions import Axis, Commitment, Contribution, Convention, MoneyEntry
from .courses import Course, Programme, VoiceClip
from .demand import DemandSignal
from .meetings import Meeting
from .organisations import Membership, Organisation
from .pathways import Pathway, PathwayStep
from .runs import CourseRun
from .venues import Closure, Room, Venue

__all__ = [
    "Axis",
    "CatalogueEntry",
    "Closure",
    "Commitment",
    "Contribution",
    "Convention",
    "Course",
    "CourseRun",
    "DemandSignal",
    "Meeting",
    "Membership",
    "MoneyEntry",
    "Organisation",
    "Pathway",
    "PathwayStep",
    "Programme",
    "Room",
    "Venue",
    "VoiceClip",
    "Word",
]
