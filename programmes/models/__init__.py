from .catalogue import CatalogueChange, CatalogueEntry, CourseWords, PlaceWords, Word
from .conventions import Axis, Commitment, Contribution, Convention, MoneyEntry
from .courses import Course, Prerequisite, Programme, VoiceClip
from .demand import DemandSignal
from .meetings import Meeting
from .organisations import Membership, Organisation
from .pathways import Pathway, PathwayStep
from .runs import PLACES_BIT, CourseRun
from .venues import Closure, Room, Venue

__all__ = [
    "PLACES_BIT",
    "Axis",
    "CatalogueChange",
    "CatalogueEntry",
    "Closure",
    "Commitment",
    "Contribution",
    "Convention",
    "Course",
    "CourseRun",
    "CourseWords",
    "DemandSignal",
    "Meeting",
    "Membership",
    "MoneyEntry",
    "Organisation",
    "Pathway",
    "PathwayStep",
    "PlaceWords",
    "Prerequisite",
    "Programme",
    "Room",
    "Venue",
    "VoiceClip",
    "Word",
]
