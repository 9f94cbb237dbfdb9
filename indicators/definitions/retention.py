"""Who stays."""

from django.utils.translation import gettext_lazy as _

from ..base import PERCENT, Indicator, Kind
from .access import MEETING_DAY
from .measures import ACTIVE_MINUTES, EXPECTED, EXPECTED_MINUTES

RET_02 = Indicator(
    code="RET-02",
    name=_("Attendance rate"),
    short_name=_("Attendance rate"),
    unit=PERCENT,
    numerator=ACTIVE_MINUTES,
    people=EXPECTED,
    denominator=EXPECTED_MINUTES,
    numerator_text=_("Minutes attended by the people enrolled on the day of the meeting."),
    denominator_text=_("Minutes of the meetings held, for each person enrolled that day."),
    anchor=MEETING_DAY,
    published=Kind.QUARTER,
    live=Kind.MONTH,
    unesco=("KF-2.5.4",),
    limits=(
        _("An excused absence counts as an absence, and so does a meeting where the register was not filled in."),
        _("People who never came are left out; someone who stops counts until the day of leaving."),
    ),
)

RETENTION = (RET_02,)
