from datetime import time, timedelta

import pytest
from django.utils import translation

from learningcity import clock
from learningcity.tests.factories import district

from .. import cards
from ..models import CourseRun, Meeting
from .factories import course, meeting, run, today, venue

pytestmark = pytest.mark.django_db


def drawn(*runs, language="en"):
    with translation.override(language):
        return cards.of_runs([each.pk for each in runs], clock.now())


def test_cards_stand_in_the_order_that_was_asked():
    first, second, third = run(), run(), run()

    assert [card.run for card in drawn(third, first, second)] == [third.pk, first.pk, second.pk]


def test_cards_need_one_statement_however_many_there_are(queries_of):
    group = run()
    one = queries_of(cards.of_runs, [group.pk], clock.now())
    others = [run(venue=venue(district=None), meetings=3), run(meetings=0)]

    assert queries_of(cards.of_runs, [group.pk, *(each.pk for each in others)], clock.now()) == one == 1


def test_no_group_needs_no_statement(queries_of):
    assert cards.of_runs([], clock.now()) == ()


@pytest.mark.parametrize(("language", "title"), [("fr", "Couture"), ("ar", "الخياطة"), ("en", "Couture")])
def test_card_speaks_the_language_of_the_page_and_french_where_words_are_missing(language, title):
    group = run(course=course(title_fr="Couture", title_ar="الخياطة", title_en=""))

    (card,) = drawn(group, language=language)

    assert card.title == title
    assert title in card.html
    assert card.href == f"/{language}/cours/{group.course.slug}/"


def take_seats(group):
    CourseRun.objects.filter(pk=group.pk).update(seats_taken=27)


def fill(group):
    CourseRun.objects.filter(pk=group.pk).update(seats_taken=30)


def make_wait(group):
    CourseRun.objects.filter(pk=group.pk).update(seats_taken=30, waiting_count=1)


def call_off(group):
    CourseRun.objects.filter(pk=group.pk).update(decision="cancelled")


def open_later(group):
    CourseRun.objects.filter(pk=group.pk).update(enrolment_opens_at=clock.now() + timedelta(days=2))


def start_later(group):
    CourseRun.objects.filter(pk=group.pk).update(starts_on=group.starts_on + timedelta(days=1))


def end_later(group):
    CourseRun.objects.filter(pk=group.pk).update(ends_on=group.ends_on + timedelta(days=1))


def keep_for_women(group):
    CourseRun.objects.filter(pk=group.pk).update(women_only=True)


def teach_online(group):
    CourseRun.objects.filter(pk=group.pk).update(mode="online")


def teach_in_spanish(group):
    CourseRun.objects.filter(pk=group.pk).update(language="spanish")


def rename(group):
    group.course.title_en = "Another title"
    group.course.save()


def ask_a_fee(group):
    group.course.fee = 120
    group.course.save()


def limit_ages(group):
    group.course.minimum_age = 12
    group.course.save()


def teach_the_course_in_english(group):
    group.course.language = "english"
    group.course.save()


def name_a_level(group):
    group.course.level_en = "Second level"
    group.course.save()


def rename_the_place(group):
    group.venue.name_en = "Another place"
    group.venue.save()


def look_after_children(group):
    group.venue.childcare = True
    group.venue.save()


def build_a_ramp(group):
    group.venue.step_free = True
    group.venue.save()


def move_elsewhere(group):
    CourseRun.objects.filter(pk=group.pk).update(venue=venue())


def rename_the_arrondissement(group):
    group.venue.district.name_en = "Another arrondissement"
    group.venue.district.save()


def change_the_hours(group):
    group.meetings.update(ends_at=time(12, 45))


def change_the_day(group):
    Meeting.objects.filter(run=group).update(date=group.starts_on + timedelta(days=1))


def add_a_day(group):
    meeting(group, date=group.starts_on + timedelta(days=2))


def cancel_the_meetings(group):
    group.meetings.update(state="cancelled")


CHANGES = [take_seats, fill, make_wait, call_off, open_later, start_later, end_later, keep_for_women, teach_online]
CHANGES += [teach_in_spanish, rename, ask_a_fee, limit_ages, teach_the_course_in_english, name_a_level]
CHANGES += [rename_the_place, look_after_children, build_a_ramp, move_elsewhere, rename_the_arrondissement]
CHANGES += [change_the_hours, change_the_day, add_a_day, cancel_the_meetings]


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_shows_at_once(change):
    group = run()
    (before,) = drawn(group)

    change(group)

    assert drawn(group)[0].html != before.html


def test_what_stays_the_same_is_drawn_once():
    group = run()
    (before,) = drawn(group)
    drawings = cards.drawing.cache_info().misses

    assert drawn(group)[0].html == before.html
    assert cards.drawing.cache_info().misses == drawings


def test_what_comes_back_looks_as_it_did():
    group = run()
    (before,) = drawn(group)
    fill(group)
    drawn(group)
    CourseRun.objects.filter(pk=group.pk).update(seats_taken=0)

    assert drawn(group)[0].html == before.html


def test_texts_of_the_records_are_shown_as_text():
    bad = '"><script>alert(1)</script>{{ 7 }}<b>'
    place = venue(name_en=bad, district=district(name_fr=bad))
    group = run(course=course(title_en=bad, level_en=bad[:40]), venue=place)

    html = drawn(group)[0].html

    assert "<script" not in html
    assert "<b>" not in html
    assert html.count("&lt;script&gt;") == 4


def test_card_names_what_helps_to_come():
    place = venue(step_free=True, childcare=True)
    html = drawn(run(venue=place, women_only=True, mode="hybrid"))[0].html

    assert "women&#x27;s group · childcare" in html
    assert "On site and online · step-free access" in html


def test_meetings_that_do_not_take_place_are_not_said():
    group = run(meetings=3, starts_on=today() + timedelta(days=14))
    html = drawn(group)[0].html
    meeting(group, date=group.starts_on + timedelta(days=1), state="skipped", reason="Holiday")

    assert drawn(group)[0].html == html


# --- A group to choose --------------------------------------------------------------------------------


def test_moved_and_cancelled_meetings_are_listed_with_their_reason():
    group = run(meetings=0)
    day = group.starts_on
    meeting(group, date=day)
    meeting(group, date=day + timedelta(days=8), state="moved", moved_from=day + timedelta(days=7), reason="Strike")
    meeting(group, date=day + timedelta(days=14), state="cancelled", reason="Trainer is ill")
    meeting(group, date=day + timedelta(days=21), state="skipped", reason="Eid")

    with translation.override("en"):
        dates = cards.group(group, clock.now(), checked=False)["dates"]

    assert [each["is_on"] for each in dates] == [True, True, False, False]
    notes = [each["note"] for each in dates]
    assert notes[0] == ""
    assert notes[1].startswith("instead of ")
    assert notes[1].endswith(": Strike")
    assert notes[2:] == ["cancelled: Trainer is ill", "not held: Eid"]


def test_full_group_says_how_many_wait():
    group = run(seats_taken=30, waiting_count=3)

    with translation.override("en"):
        shown = cards.group(group, clock.now(), checked=False)

    assert shown["status"] == "full_wait"
    assert "3 people are waiting" in shown["lines"]


def test_language_is_said_when_it_is_not_that_of_the_course():
    one = course(language="arabic")

    def lines(group):
        with translation.override("en"):
            return cards.group(group, clock.now(), checked=False)["lines"]

    assert "French" in lines(run(course=one, language="french"))
    assert "Arabic" not in lines(run(course=one, language="arabic"))
