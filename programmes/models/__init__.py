from .courses import Course, Programme
from .organisations import Membership, Organisation
from .runs import CourseRun, Meeting
from .venues import Room, Venue

__all__ = ["Course", "CourseRun", "Meeting", "Membership", "Organisation", "Programme", "Room", "Venue"]
