"""Who is reached, and how much."""

from django.utils.translation import gettext_lazy as _

from ..base import HOURS, ONCE, PER_1000, PERSONS, Indicator, Kind
from .measures import LEARNERS, MINUTES, PRESENT, RESIDENT_LEARNERS_15, RESIDENTS_15

MEETING_DAY = _("local day of the meeting")

ACC_01 = Indicator(
    code="ACC-01",
    name=_("Learners reached (at least one hour)"),
    short_name=_("People who learned"),
    unit=PERSONS,
    numerator=LEARNERS,
    people=LEARNERS,
    numerator_text=_("Different people who attended at least 60 minutes in the period, residents of the city or not."),
    anchor=MEETING_DAY,
    published=Kind.YEAR,
    live=Kind.YEAR,
    unesco=("KF-2.2.2", "KF-2.1.2"),
    sdg=("4.3.1",),
    limits=(
        ONCE,
        _("A person may enrol several times: people are not enrolments."),
        _("Visits without enrolment are not counted here."),
    ),
)

ACC_03 = Indicator(
    code="ACC-03",
    name=_("Participation rate in municipal programmes (15+)"),
    short_name=_("Participation rate"),
    unit=PER_1000,
    numerator=RESIDENT_LEARNERS_15,
    people=RESIDENT_LEARNERS_15,
    denominator=RESIDENTS_15,
    numerator_text=_("Different residents of the 16 districts, aged 15 and over, who attended at least 60 minutes."),
    denominator_text=_("Municipal residents aged 15 and over, census of 2024, kept until the next census."),
    anchor=MEETING_DAY,
    published=Kind.YEAR,
    live=Kind.YEAR,
    unesco=("KF-2.1.2", "KF-2.2.2"),
    sdg=("4.3.1",),
    limits=(
        ONCE,
        _("Municipal programmes only: without other providers and companies, it does not compare with surveys."),
        _("Age is the year of the end of the period minus the year of birth; the district is that of residence."),
        _("People who live outside Casablanca or whose district is not known are not in a rate."),
    ),
)

ACC_04 = Indicator(
    code="ACC-04",
    name=_("Learner-hours delivered"),
    short_name=_("Hours learned"),
    unit=HOURS,
    numerator=MINUTES,
    people=PRESENT,
    numerator_text=_("Minutes attended, at most the minutes of the meeting, divided by 60."),
    anchor=MEETING_DAY,
    published=Kind.QUARTER,
    live=Kind.MONTH,
    unesco=("KF-2.1.2", "KF-3.3.2"),
    sdg=("4.3.1",),
    limits=(_("Hours received, not hours planned: a cancelled meeting gives none."),),
)

ACCESS = (ACC_01, ACC_03, ACC_04)
