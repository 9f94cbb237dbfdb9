from .alerts import Alert
from .attendance import Attendance
from .background import BackgroundAnswers
from .certificates import Certificate
from .drafts import EnrolmentDraft
from .draws import Draw
from .enrolments import Enrolment, EnrolmentEvent
from .merges import Merge
from .passports import PassportPerson
from .people import Consent, Guardianship, Participant
from .surveys import Survey

__all__ = [
    "Alert",
    "Attendance",
    "BackgroundAnswers",
    "Certificate",
    "Consent",
    "Draw",
    "Enrolment",
    "EnrolmentDraft",
    "EnrolmentEvent",
    "Guardianship",
    "Merge",
    "Participant",
    "PassportPerson",
    "Survey",
]
