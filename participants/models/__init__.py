from .alerts import Alert
from .attendance import Attendance
from .certificates import Certificate
from .drafts import EnrolmentDraft
from .enrolments import Enrolment, EnrolmentEvent
from .people import Consent, Guardianship, Participant

__all__ = [
    "Alert",
    "Attendance",
    "Certificate",
    "Consent",
    "Enrolment",
    "EnrolmentDraft",
    "EnrolmentEvent",
    "Guardianship",
    "Participant",
]
