"""Two people at once at the same offer, each on a connection of their own; beside the promise its controls."""

from datetime import time, timedelta
from threading import Barrier

import pytest
from django.db import transaction

from learningcity import clock
from learningcity.models import Holiday
from learningcity.tests.races import at_once, behind, no_safety_net

from ..models import CatalogueEntry, Course, CourseRun, Meeting, Membership, Venue, Word
from ..services import days, indexing, places, publishing, runs, scheduling, timetable
from ..services.runs import RunRefused
from ..services.timetable import TimetableRefused
from .desk import complete
from .factories import course, meeting, member, offered, room, run, today, venue

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


@pytest.fixture(params=["room", "trainer"])
def bookings(request, officer):
    """Two groups of one place that each ask for the same room, or the same trainer, at the same hours of five weeks."""
    one = run(meetings=0)
    groups = [one, run(meetings=0, venue=one.venue)]
    wanted = room(venue=one.venue) if request.param == "room" else member(Membership.Role.TRAINER)
    first = today() + 14 * DAY
    rules = [scheduling.Rule((first.isoweekday(),), start, time(12), first, 5) for start in (time(10), time(11))]
    means = {"room": None, "trainer": None, request.param: wanted}
    return [
        lambda group=group, rule=rule: scheduling.plan(group, rule, by=officer, **means)
        for group, rule in zip(groups, rules, strict=True)
    ]


def double_bookings():
    """Pairs of meetings that overlap in a room or for a trainer."""
    found = list(Meeting.objects.taking_place().for_timetable())
    pairs = [(one, two) for place, one in enumerate(found) for two in found[:place] if timetable.overlap(one, two)]
    return [
        pair
        for pair in pairs
        if pair[0].room_id == pair[1].room_id is not None or pair[0].trainer_id == pair[1].trainer_id is not None
    ]


def refusals(results):
    return [result for result in results if isinstance(result, TimetableRefused)]


def test_one_of_two_gets_the_hours_and_the_other_is_told_who_has_them(bookings):
    results = at_once(bookings)

    [refusal] = refusals(results)
    [made] = [result for result in results if result is not refusal]
    assert len(made) == Meeting.objects.count() == 5
    assert {clash.other.run for clash in refusal.clashes} == {made[0].run}
    assert len(refusal.clashes) == 5
    assert double_bookings() == []


@pytest.fixture
def _both_checked(monkeypatch):
    """Nobody waits for room and trainer: both check before either writes."""
    both, find, first = Barrier(2), timetable.clashes, set()

    def check(meetings):
        found = find(meetings)
        key = meetings[0].run_id
        if key not in first:
            first.add(key)
            both.wait(timeout=30)
        return found

    monkeypatch.setattr(scheduling, "_lock_means", lambda meetings: None)
    monkeypatch.setattr(timetable, "clashes", check)


@pytest.fixture
def _no_safety_net():
    with no_safety_net({"room_once_at_a_time", "trainer_once_at_a_time"}, Meeting, root=CourseRun):
        yield


@pytest.mark.usefixtures("_both_checked", "_no_safety_net")
def test_control_without_lock_and_constraint_books_twice(bookings):
    results = at_once(bookings)

    assert refusals(results) == []
    assert len(double_bookings()) == 5


@pytest.mark.usefixtures("_both_checked")
def test_control_without_lock_the_constraint_still_refuses_with_a_sentence(bookings):
    results = at_once(bookings)

    [refusal] = refusals(results)
    assert all(refusal.sentences)
    assert Meeting.objects.count() == 5
    assert double_bookings() == []


def test_two_people_move_the_same_meeting(officer):
    group = run(meetings=1)
    one = group.meetings.get()
    days = [one.date + DAY, one.date + 2 * DAY]

    results = at_once([lambda day=day: scheduling.move(one, date=day, by=officer, revision=0) for day in days])

    [refusal] = refusals(results)
    assert "meanwhile" in refusal.sentence or "entre-temps" in refusal.sentence
    one.refresh_from_db()
    [moved] = [result for result in results if result is not refusal]
    assert (one.date, one.revision) == (moved.date, 1)


def test_control_without_the_version_the_second_overwrites_the_first(officer):
    one = run(meetings=1).meetings.get()

    for later in (DAY, 2 * DAY):
        scheduling.move(Meeting.objects.get(), date=one.date + later, by=officer)

    assert Meeting.objects.get().date == one.date + 2 * DAY


def test_two_groups_exchange_rooms_without_waiting_for_each_other_for_ever(officer):
    one = run(meetings=4)
    two = run(meetings=4, venue=one.venue)
    halls = [room(venue=one.venue) for _ in range(2)]
    scheduling.assign(one.meetings.all(), room=halls[0], by=officer)
    scheduling.assign(two.meetings.all(), room=halls[1], by=officer)

    results = at_once(
        [
            lambda: scheduling.assign(one.meetings.all(), room=halls[1], by=officer),
            lambda: scheduling.assign(two.meetings.all(), room=halls[0], by=officer),
        ]
    )

    assert len(refusals(results)) == 2
    assert double_bookings() == []


def test_many_shifts_of_one_hall_leave_no_overlap(officer):
    """Neighbours in one room, each shifted by someone else at the same moment: whoever wins, nobody overlaps."""
    one = run(meetings=0)
    hall = room(venue=one.venue)
    groups = [one, *(run(meetings=0, venue=one.venue) for _ in range(3))]
    chosen = [
        meeting(group, date=today() + DAY, starts_at=time(9 + place), ends_at=time(10 + place), room=hall)
        for place, group in enumerate(groups)
    ]

    results = at_once(
        [lambda one=one: scheduling.retime([one], shift=timedelta(hours=1), by=officer) for one in chosen]
    )

    assert all(isinstance(result, list | TimetableRefused) for result in results)
    assert double_bookings() == []


# --- A group that goes elsewhere ----------------------------------------------------------------------------


def test_who_waits_for_a_group_finds_it_where_it_went(officer):
    group = run(meetings=2)
    elsewhere, first = venue(), group.meetings.first()

    with transaction.atomic():
        runs.change(group, by=officer, venue=elsewhere)
        ends = [
            behind(lambda: scheduling.assign([first], trainer=officer, by=officer)),
            behind(lambda: runs.postpone(group, by=officer, reason="Travaux")),
        ]

    refusal, postponed = (end() for end in ends)
    assert isinstance(refusal, TimetableRefused)  # its revision is another one
    assert (postponed.decision, postponed.venue) == ("postponed", elsewhere)


def test_who_waits_for_a_group_finds_its_new_room(officer):
    group = run(meetings=1)
    hall = room(venue=group.venue)

    def look():
        with transaction.atomic():
            return scheduling.lock_runs([group.pk])[0].room

    with transaction.atomic():
        runs.change(group, by=officer, room=hall)
        end = behind(look)

    assert end() == hall


# --- A course and its groups --------------------------------------------------------------------------------


def test_no_group_opens_while_its_course_is_archived(officer):
    published = complete(state="published", published_at=clock.now())
    group = run(course=published, decision="draft")

    with transaction.atomic():
        publishing.archive(published, by=officer)
        end = behind(lambda: runs.announce(group, by=officer))

    assert isinstance(end(), RunRefused)
    assert CourseRun.objects.get().decision == "draft"


def test_no_course_is_archived_while_a_group_of_it_opens(officer):
    published = complete(state="published", published_at=clock.now())
    group = run(course=published, decision="draft")

    with transaction.atomic():
        runs.announce(group, by=officer)
        end = behind(lambda: publishing.archive(published, by=officer))

    assert isinstance(end(), publishing.PublishingRefused)
    assert Course.objects.get().state == "published"


@pytest.mark.parametrize(
    ("act", "decision"),
    [
        (lambda group, by: runs.announce(group, by=by), "draft"),
        (lambda group, by: runs.change(group, by=by, capacity=12), "planned"),
        (lambda group, by: scheduling.assign(group.meetings.all(), trainer=by, by=by), "planned"),
    ],
    ids=["announce", "change", "assign"],
)
def test_a_course_and_its_group_are_changed_at_once(officer, monkeypatch, act, decision):
    """The entry of the search refers to the course, which is locked then; and the course has its groups indexed."""
    published = complete(state="published", published_at=clock.now())
    group, ends, index = run(course=published, decision=decision), [], indexing.index_courses

    def index_late(courses):
        ends.append(behind(lambda: act(group, officer)))
        index(courses)

    monkeypatch.setattr(indexing, "index_courses", index_late)
    version = publishing.version_of(published)
    changed = publishing.change(published, {"title_fr": "Autre"}, version=version, by=officer)

    assert not isinstance(ends[0](), Exception)
    assert changed.title_fr == "Autre"
    assert CatalogueEntry.objects.get().run == group


def test_a_place_is_corrected_while_a_group_moves_there(officer, monkeypatch):
    group, library, ends, index = run(meetings=0), venue(), [], indexing.index_venues
    run(venue=library)

    def index_late(venues):
        ends.append(behind(lambda: runs.change(group, by=officer, venue=library)))
        index(venues)

    monkeypatch.setattr(indexing, "index_venues", index_late)
    places.change(library, by=officer, phone="+212522000000")

    assert ends[0]().venue == library
    assert Venue.objects.get(pk=library.pk).phone == "+212522000000"


# --- What was read before the wait --------------------------------------------------------------------------


def test_nothing_is_published_that_its_reader_has_not_seen(officer):
    draft = complete(state="in_review")
    seen = publishing.version_of(draft)

    with transaction.atomic():
        publishing.change(draft, {"title_fr": "Tout autre chose"}, version=seen, by=officer)
        end = behind(lambda: publishing.publish(draft, by=officer, version=seen))

    assert isinstance(end(), publishing.PublishingRefused)
    assert Course.objects.get().state == "in_review"


def test_a_feast_is_settled_twice(officer):
    eid = Holiday.objects.create(date=today() + 40 * DAY, name_fr="Fête du sacrifice", is_provisional=True)
    Holiday.objects.create(date=eid.date + DAY, name_fr="Fête du sacrifice", is_provisional=True)

    with transaction.atomic():
        days.settle(eid, first_day=eid.date + 6 * DAY, by=officer)
        end = behind(lambda: days.settle(eid, first_day=eid.date + 7 * DAY, by=officer))

    first = eid.date + 7 * DAY
    assert [day.date for day in end()] == [first, first + DAY]
    assert list(Holiday.objects.values_list("date", flat=True)) == [first, first + DAY]


# --- Words of the search ------------------------------------------------------------------------------------


def test_words_that_come_while_everything_is_indexed_stay(monkeypatch):
    """One service is done before the words are written, another waits for that, or has them written again."""
    offered(course=course(title_fr="Couture"))
    titles, ends = ["Zellijologie", "Babouchologie"], []
    first, second = (run(course=course(title_fr=title), decision="draft") for title in titles)
    coming = {"of_places": first, "rows": second}  # texts of courses have been read; words are about to be written

    def while_it(name, real):
        def work(*values):
            if group := coming.pop(name, None):
                ends.append(behind(lambda: show(group)))
            return real(*values)

        return work

    for name in list(coming):
        monkeypatch.setattr(indexing._Words, name, while_it(name, getattr(indexing._Words, name)))
    indexing.index_all()

    assert [end() for end in ends] == [None, None]
    assert Word.objects.filter(text__in=[title.lower() for title in titles]).count() == 2
    assert not any(indexing.differences().values())


def show(group):
    with transaction.atomic():
        CourseRun.objects.filter(pk=group.pk).update(decision="planned")
        indexing.index_runs([group])
