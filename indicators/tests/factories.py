"""A small city with random learning, and the same figures worked out a second time, slowly, in Python."""

from collections import defaultdict
from datetime import date, time, timedelta
from random import Random

from learningcity import clock
from learningcity.models import District, Population
from learningcity.tests.factories import district
from participants.models import Attendance, Enrolment
from participants.tests.factories import participant
from programmes.models import Meeting
from programmes.tests.factories import run

SQUARE = [[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]


def districts(count=3):
    """Neighbouring squares with an outline, and the Méchouar, which is another commune."""
    made = []
    for place in range(count):
        outline = [[-7.6 + (x + place) / 100, 33.5 + y / 100] for x, y in SQUARE]
        made.append(district(f"Quartier {place}", f"حي {place}", outline=outline))
    return made, district("Méchouar", "المشور", prefecture=None, outline=SQUARE)


def census(areas, residents=400):
    """So many residents of each sex in each five-year band, in 2024; others in 2014, which must not be read."""
    rows = [
        Population(year=year, district=area, sex=sex, first_age=first_age, residents=residents * (1 + (year == 2014)))
        for area in areas
        for year in (2014, 2024)
        for sex in "FM"
        for first_age in range(0, 80, 5)
    ]
    Population.objects.bulk_create(rows)


def enrol(group, who, number, **fields):
    """A row as the services would leave it, without their rules."""
    values = {"state": "enrolled", "joined_at": clock.now(), "source": "online", "sequence": number}
    values |= {name: getattr(who, name) for name in ("sex", "birth_year", "district", "lives_outside")}
    return Enrolment.objects.create(run=group, participant=who, **values | fields)


def meet(group, day, minutes=90):
    start = time(9)
    return Meeting.objects.create(
        run=group,
        date=day,
        starts_at=start,
        ends_at=time(12),
        state="held" if minutes else "planned",
        held_minutes=minutes,
    )


def attend(enrolment, meeting, minutes):
    """Present for so many minutes; 0 is absent."""
    return Attendance.objects.create(
        enrolment=enrolment,
        meeting=meeting,
        day=meeting.date,
        mark=1 if minutes else 3,
        minutes=minutes,
        entered_at=clock.now(),
    )


def random_city(seed, *, people=26, groups=6, first=date(2025, 6, 1), days=500):
    """Everything that can differ: late joiners, leavers, no-shows, people merged, unmarked, over-long, far away."""
    dice = Random(seed)
    areas, mechouar = districts()
    census([*areas, mechouar])
    homes = [*areas, mechouar, None]
    known = [
        participant(sex=dice.choice("FMU"), birth_year=dice.randint(1940, 2019), district=dice.choice(homes))
        for _ in range(people)
    ]
    for number in range(3):
        known[number].lives_outside, known[number].district = True, None
        known[-1 - number].merged_into = known[number + 5]
    for who in known:
        who.save()
    for _ in range(groups):
        random_group(dice, known, first + timedelta(days=dice.randrange(days)))


def random_group(dice, known, start):
    group = run(meetings=0, starts_on=start)
    meetings = [
        meet(group, start + timedelta(days=9 * week), dice.choice([0, 20, 45, 90]))
        for week in range(dice.randint(1, 9))
    ]
    for number, who in enumerate(dice.sample(known, 12), 1):
        joined = start + timedelta(days=dice.choice([-20, -5, 0, 9, 14]))
        left = dice.choice([None, None, start + timedelta(days=dice.randint(10, 60))])
        state = dice.choice(["dropped_out", "completed", "no_show", "cancelled_by_learner"]) if left else "enrolled"
        one = enrol(group, who, number, state=state, confirmed_on=dice.choice([joined] * 9 + [None]), exited_on=left)
        for meeting in meetings:
            if meeting.held_minutes and dice.random() < 0.7:
                attend(one, meeting, dice.choice([0, 10, 30, meeting.held_minutes, 120]))


# --- The second opinion -----------------------------------------------------------------------------------

BANDS = [(0, "Y_LT10"), (10, "Y10T14"), (15, "Y15T19"), (20, "Y20T24"), (25, "Y25T34"), (35, "Y35T44")]
BANDS += [(45, "Y45T54"), (55, "Y55T64"), (65, "Y_GE65")]


def band_of(age):
    return [code for first, code in BANDS if age >= first][-1]


def area_of(enrolment):
    if enrolment.lives_outside:
        return "outside"
    return enrolment.district.code if enrolment.district else "unknown"


def expects(enrolment, day):
    if enrolment.state == "no_show" or enrolment.confirmed_on is None or day < enrolment.confirmed_on:
        return False
    return enrolment.exited_on is None or day <= enrolment.exited_on


def recount(start, end):
    """{(indicator, area, sex, age): (people, numerator, denominator)} of the days from start to end."""
    learned = defaultdict(lambda: [0, 0, 0])
    snapshots = {}
    places = Enrolment.objects.select_related("participant", "district", "run").prefetch_related("run__meetings")
    for one in places.order_by("pk"):
        who = one.participant.merged_into_id or one.participant_id
        marks = dict(one.attendances.values_list("meeting", "minutes"))
        for meeting in one.run.meetings.all():
            if meeting.state != "held" or not start <= meeting.date <= end:
                continue
            minutes = min(marks.get(meeting.pk, 0), meeting.held_minutes)
            expected = meeting.held_minutes if expects(one, meeting.date) else 0
            if minutes or expected:
                snapshots.setdefault(who, one)
                sums = (minutes, minutes if expected else 0, expected)
                learned[who] = [had + more for had, more in zip(learned[who], sums, strict=True)]
    return cut(learned, snapshots, end)


def cut(learned, snapshots, end):
    cells = defaultdict(lambda: [0, 0, 0])
    commune = set(District.objects.in_commune().values_list("code", flat=True))
    for who, (minutes, active, expected) in learned.items():
        place = snapshots[who]
        age = end.year - place.birth_year
        area = area_of(place)
        reached = minutes >= 60
        counts = {
            "ACC-01": (reached, reached, 0),
            "ACC-03": (reached and age >= 15 and area in commune,) * 2 + (0,),
            "ACC-04": (minutes > 0, minutes, 0),
            "RET-02": (expected > 0, active, expected),
        }
        for cell in every_cut(area, place.sex, band_of(age)):
            for code, added in counts.items():
                cells[code, *cell] = [had + int(more) for had, more in zip(cells[code, *cell], added, strict=True)]
    for row in Population.objects.filter(year=2024, district__code__in=commune, first_age__gte=15):
        for cell in every_cut(row.district.code, row.sex, band_of(row.first_age)):
            cells["ACC-03", *cell][2] += row.residents
    return {key: tuple(counts) for key, counts in cells.items() if (counts[2] if key[0] == "ACC-03" else counts[0])}


def every_cut(area, sex, age):
    return [(a, s, b) for a in {area, ""} for s in {sex, ""} for b in {age, ""}]
