"""A page is put together once for each state of the records behind it, and shows each of their changes at once."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from learningcity.models import District
from learningcity.tests.factories import district

from .. import course_page as pages
from ..models import Course, CourseRun, Organisation, Pathway, PathwayStep, Venue, VoiceClip
from .factories import course, meeting, run, venue

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def course_page(page):
    return lambda of: page(f"/cours/{of.slug}/")


def clip_of(one):
    sound = b"OggS"
    values = {"language": "darija", "sound": sound, "size": 4, "seconds": 40, "digest": "ab" * 32}
    return VoiceClip.objects.create(course=one, transcript="Ahlan", **values)


def step_of(one):
    way = Pathway.objects.create(code="W", slug="vers", name_fr="Vers la couture", goal_fr="Coudre")
    return PathwayStep.objects.create(pathway=way, position=1, course=one)


CHANGES = {
    "title": lambda group: Course.objects.filter(pk=group.course_id).update(title_en="Another"),
    "summary": lambda group: Course.objects.filter(pk=group.course_id).update(summary_en="Another"),
    "needs": lambda group: Course.objects.filter(pk=group.course_id).update(prerequisites_en="Reading"),
    "certificate": lambda group: Course.objects.filter(pk=group.course_id).update(certificate_share=60),
    "archived": lambda group: Course.objects.filter(pk=group.course_id).update(state="archived"),
    "organiser": lambda group: Organisation.objects.update(name_en="Another"),
    "phone": lambda group: Organisation.objects.update(phone="+212522999999"),
    "seat": lambda group: CourseRun.objects.filter(pk=group.pk).update(seats_taken=9),
    "desk": lambda group: CourseRun.objects.filter(pk=group.pk).update(desk_seats=3),
    "called off": lambda group: CourseRun.objects.filter(pk=group.pk).update(decision="cancelled"),
    "new group": lambda group: run(course=group.course),
    "no group": lambda group: CourseRun.objects.filter(pk=group.pk).update(decision="draft"),
    "place": lambda group: Venue.objects.filter(pk=group.venue_id).update(name_en="Another"),
    "ramp": lambda group: Venue.objects.filter(pk=group.venue_id).update(step_free=True),
    "arrondissement": lambda group: District.objects.update(name_en="Another"),
    "hour": lambda group: group.meetings.update(ends_at=time(12, 45)),
    "reason": lambda group: group.meetings.update(state="cancelled", reason="Strike"),
    "meeting": lambda group: meeting(group, date=group.starts_on + DAY),
    "no meeting": lambda group: group.meetings.all().delete(),
    "recording": lambda group: clip_of(group.course),
    "step": lambda group: step_of(group.course),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_changes_shows_at_once(course_page, change):
    group = run(venue=venue(district=district()))
    before = course_page(group.course).text

    change(group)

    assert course_page(group.course).text != before


def test_what_is_behind_a_page_and_goes_shows_at_once(course_page):
    one = course()
    clip, step = clip_of(one), step_of(one)
    assert "Ahlan" in course_page(one).text

    step.pathway.name_en = "Another way"
    step.pathway.save()
    assert "Another way" in course_page(one).text
    clip.delete()
    step.delete()

    text = course_page(one).text
    assert "Ahlan" not in text
    assert "Another way" not in text


def test_page_depends_on_the_day_and_on_what_the_clock_makes_of_its_groups():
    group = run()
    seen = pages.look(group.course.slug)

    assert seen.statuses == ("open",)
    assert replace(seen, at=seen.at + timedelta(seconds=1)) == seen
    assert replace(seen, statuses=("closed",)) != seen
    assert replace(seen, today=seen.today + DAY) != seen
    assert replace(seen, language="ar") != seen


def test_page_is_put_together_once_for_each_state(course_page):
    group = run()
    course_page(group.course)
    drawn = pages.drawn.cache_info().misses

    course_page(group.course)

    assert pages.drawn.cache_info().misses == drawn


def test_page_of_a_record_that_is_being_written_is_not_kept(course_page, monkeypatch):
    """What was read before and after a change of somebody else does not go together."""
    group = run()
    taken = iter(range(1, 20))
    read = pages.openings.of

    def of(course, at):
        CourseRun.objects.filter(pk=group.pk).update(seats_taken=next(taken))
        return read(course, at)

    monkeypatch.setattr(pages.openings, "of", of)
    before = pages.drawn.cache_info().currsize

    pages.page(group.course.slug)

    assert pages.drawn.cache_info().currsize == before
    assert next(taken) == pages.ATTEMPTS + 2


def test_course_page_costs_the_same_for_one_and_for_three(page, queries_of):
    def costs():
        pages.drawn.cache_clear()
        return queries_of(page, path), queries_of(page, path)

    one = course()
    run(course=one)
    run()
    path = f"/cours/{one.slug}/"
    for_one = costs()
    run(course=one, label="B", meetings=3)
    run(course=one, label="C", venue=venue(district=district("Anfa", "أنفا")))
    for _ in range(3):
        run(course=course())

    assert costs() == for_one
    assert for_one[1] == 3  # the versions, who is similar, their cards
