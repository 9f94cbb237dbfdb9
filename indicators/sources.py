"""What can be counted and how it can be cut. The only file that knows the tables of the other apps.

`learning` reads attendance by the local day of the meeting. Its fold gives one row per person and month; who the person
was (district, sex, year of birth, as copied onto the enrolment) is packed into 18 bits behind the enrolment's id, so
that grouping and comparing people moves one integer: district number (8), sex (2), year of birth - 1900 (8).
"""

SEXES = ["U", "F", "M"]
OUTSIDE, UNKNOWN = "outside", "unknown"
FIRST_AGES = {
    "Y_LT10": 0,
    "Y10T14": 10,
    "Y15T19": 15,
    "Y20T24": 20,
    "Y25T34": 25,
    "Y35T44": 35,
    "Y45T54": 45,
    "Y55T64": 55,
    "Y_GE65": 65,
}
OUTSIDE_NUMBER = 255
CELL_BITS = 18

HELD_MONTHS = """
SELECT date_trunc('month', min(date))::date, date_trunc('month', max(date))::date
FROM programmes_meeting WHERE state = 'held'
"""

# Someone is expected from the day her place is confirmed to the day she leaves, both included; a no-show never is.
# Nearly everyone is there all month: her minutes are those of the run, and only the others look at single meetings.
# OFFSET 0 has the enrolments read run by run: whatever is planned, those of other months cost nothing.
FOLD = f"""
WITH held AS MATERIALIZED (
    SELECT id, run_id, date, held_minutes FROM programmes_meeting
    WHERE date BETWEEN %(first)s AND %(last)s AND state = 'held'
), runs AS (
    SELECT run_id, sum(held_minutes) AS minutes, min(date) AS first, max(date) AS last FROM held GROUP BY run_id
), attended AS (
    SELECT a.enrolment_id, sum(least(a.minutes, held.held_minutes)) AS minutes, min(a.day) AS first, max(a.day) AS last
    FROM participants_attendance a JOIN held ON held.id = a.meeting_id
    WHERE a.day BETWEEN %(first)s AND %(last)s AND a.minutes > 0
    GROUP BY a.enrolment_id
), places AS (
    SELECT e.id, e.participant_id, e.birth_year, e.sex, e.district_id, e.lives_outside,
        CASE WHEN e.state = 'no_show' THEN NULL ELSE e.confirmed_on END AS since,
        coalesce(e.exited_on, 'infinity') AS until,
        runs.run_id, runs.minutes AS held_minutes, runs.first AS held_first, runs.last AS held_last,
        coalesce(attended.minutes, 0) AS minutes, attended.first, attended.last
    FROM runs CROSS JOIN LATERAL (SELECT * FROM participants_enrolment WHERE run_id = runs.run_id OFFSET 0) e
    LEFT JOIN attended ON attended.enrolment_id = e.id
    WHERE e.confirmed_on <= runs.last OR attended.minutes > 0
), counted AS (
    SELECT *,
        CASE WHEN minutes = 0 OR since IS NULL THEN 0 WHEN first >= since AND last <= until THEN minutes ELSE (
            SELECT coalesce(sum(least(a.minutes, m.held_minutes)), 0)
            FROM participants_attendance a JOIN programmes_meeting m ON m.id = a.meeting_id
            WHERE a.enrolment_id = places.id AND m.state = 'held'
                AND a.day BETWEEN greatest(since, %(first)s) AND least(until, %(last)s)
        ) END AS active_minutes,
        CASE WHEN since IS NULL THEN 0 WHEN since <= held_first AND until >= held_last THEN held_minutes ELSE (
            SELECT coalesce(sum(m.held_minutes), 0) FROM programmes_meeting m
            WHERE m.run_id = places.run_id AND m.state = 'held'
                AND m.date BETWEEN greatest(since, %(first)s) AND least(until, %(last)s)
        ) END AS expected_minutes
    FROM places
)
SELECT %(first)s::date, coalesce(p.merged_into_id, c.participant_id),
    min((c.id << {CELL_BITS})
        | (CASE WHEN c.lives_outside THEN {OUTSIDE_NUMBER} ELSE coalesce(d.number, 0) END << 10)
        | (CASE c.sex WHEN 'F' THEN 1 WHEN 'M' THEN 2 ELSE 0 END << 8)
        | greatest(0, least(c.birth_year - 1900, 255))),
    sum(c.minutes), sum(c.active_minutes), sum(c.expected_minutes)
FROM counted c
LEFT JOIN learningcity_district d ON d.id = c.district_id
LEFT JOIN (SELECT id, merged_into_id FROM participants_participant WHERE merged_into_id IS NOT NULL) p
    ON p.id = c.participant_id
WHERE c.minutes > 0 OR c.expected_minutes > 0
GROUP BY 2
"""

# One row per person of the period: the totals that the measures read.
PEOPLE = """
SELECT min(snapshot) AS snapshot, sum(minutes)::int AS minutes, sum(active_minutes)::int AS active_minutes,
    sum(expected_minutes)::int AS expected_minutes
FROM indicators_learnermonth WHERE month BETWEEN %(start)s AND %(end)s GROUP BY participant
"""


def band(age):
    """SQL of the age band of an age."""
    bounds = ", ".join(str(first) for first in list(FIRST_AGES.values())[1:])
    return f"('{{{','.join(FIRST_AGES)}}}'::text[])[width_bucket({age}, ARRAY[{bounds}]) + 1]"


# What the 18 bits say, for the rows `folded` of the rollup.
CELLS = f"""
SELECT folded.*, d.prefecture_id IS NOT NULL AS resident, b.age AS years,
    coalesce(d.code, CASE n.district_number WHEN {OUTSIDE_NUMBER} THEN '{OUTSIDE}' ELSE '{UNKNOWN}' END) AS area,
    ('{{{",".join(SEXES)}}}'::text[])[1 + ((cell >> 8) & 3)] AS sex, {band("b.age")} AS age
FROM folded
CROSS JOIN LATERAL (SELECT ((cell >> 10) & 255)::int AS district_number) n
LEFT JOIN learningcity_district d ON d.number = n.district_number
CROSS JOIN LATERAL (SELECT extract(year FROM %(end)s::date)::int - 1900 - (cell & 255)::int AS age) b
"""

# Residents of the 16 arrondissements by area, sex and age band: what the rates are shares of.
RESIDENTS = f"""
SELECT d.code AS area, p.sex, {band("p.first_age")} AS age, p.first_age, p.year, p.residents
FROM learningcity_population p JOIN learningcity_district d ON d.id = p.district_id
WHERE d.prefecture_id IS NOT NULL
"""
