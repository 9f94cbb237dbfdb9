"""What is added up over people, by name. An indicator divides one by another."""

from ..base import Measure, Population

LEARNERS = Measure("learners", "count(*) FILTER (WHERE minutes >= 60)")
RESIDENT_LEARNERS_15 = Measure("resident_learners_15", LEARNERS.people, where="resident AND years >= 15")
PRESENT = Measure("present", "count(*) FILTER (WHERE minutes > 0)")
MINUTES = Measure("minutes", "sum(minutes)")
EXPECTED = Measure("expected", "count(*) FILTER (WHERE expected_minutes > 0)")
ACTIVE_MINUTES = Measure("active_minutes", "sum(active_minutes)")
EXPECTED_MINUTES = Measure("expected_minutes", "sum(expected_minutes)")
RESIDENTS_15 = Population("residents_15", year=2024, first_age=15)
