"""What is needed before a course: who shows it, who is refused, and what the page then says."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from learningcity import clock
from programmes.models import Course, CourseRun, Prerequisite
from programmes.tests.factories import course, run

from ..models import Certificate, Enrolment
from ..services import drafts, invariants, places, prerequisites, queue
from ..services.enrolment import rejoin
from ..services.refusals import EnrolmentRefused
from .factories import TYPED, draft, enrolment, participant
from .lines import let_pass, month_ahead

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
DAY = timedelta(days=1)


def today():
    return clock.local_day(clock.now())


def needs(of, kind="finished", needed=None, **fields):
    if kind != "declared":
        needed = needed or course()
    row = Prerequisite.objects.create(course=of.course, kind=kind, needed=needed, **fields)
    of.course.refresh_from_db()
    return row


def finished(person, of, *, on=None):
    """Her place in a group of a course, as it is after its end."""
    group, place = queue.lock(enrolment(run(course=of), person))
    places.move(group, place, "completed", by=None, at=clock.now())
    places.save(group)
    Enrolment.objects.filter(pk=place.pk).update(exited_on=on or today())
    return place


def certified(person, of, *, on=None, **fields):
    place = finished(person, of, on=today())
    texts = {"name": "Yasmine", "course_title_fr": "", "course_title_ar": "", "issuer": "", "hours": 20}
    days = {"starts_on": today(), "ends_on": today(), "issued_on": on or today()}
    return Certificate.objects.create(enrolment=place, number=f"N-{place.pk}", **texts | days | fields)


def refused(of, who, **said):
    with pytest.raises(EnrolmentRefused) as refusal:
        enrolment(of, who, **said)
    return refusal.value.reason


# --- The rule -----------------------------------------------------------------------------------------------


def test_a_course_that_needs_nothing_costs_nothing(queries_of):
    of, other = month_ahead(capacity=9), month_ahead(capacity=9)
    person = participant()
    row = needs(other, "declared", statement="Je sais lire")
    costs = [queries_of(prerequisites.lacking, person, each, [row.pk]) for each in (of, other)]

    assert costs == [0, 1]


def test_who_has_not_finished_the_course_before_is_refused_and_told_which():
    of = month_ahead()
    row = needs(of)

    reason = refused(of, participant())

    assert reason.code == "prerequisite"
    assert row.needed.title in reason.sentence


def test_who_has_finished_it_comes():
    of, person = month_ahead(), participant()
    finished(person, needs(of).needed)

    assert enrolment(of, person).state == "enrolled"


@pytest.mark.parametrize("state", ["enrolled", "dropped_out", "no_show", "cancelled_by_learner"])
def test_only_what_was_finished_counts(state):
    of, person = month_ahead(), participant()
    place = finished(person, needs(of).needed)
    Enrolment.objects.filter(pk=place.pk).update(state=state)

    assert refused(of, person).code == "prerequisite"


def test_what_someone_else_finished_does_not_count():
    of = month_ahead()
    finished(participant(given_name="Autre"), needs(of).needed)

    assert refused(of, participant()).code == "prerequisite"


@pytest.mark.parametrize(("fields", "counts"), [({}, True), ({"revoked_on": date(2026, 1, 1)}, False)])
def test_a_certificate_counts_as_long_as_it_is_valid(fields, counts):
    of, person = month_ahead(capacity=5), participant()
    certified(person, needs(of, "certificate").needed, **fields)

    assert (prerequisites.lacking(person, of, []) == []) == counts


def test_having_finished_is_no_certificate():
    of, person = month_ahead(), participant()
    finished(person, needs(of, "certificate").needed)

    assert refused(of, person).code == "prerequisite"


@pytest.mark.parametrize(("days", "counts"), [(0, True), (1, False)])
def test_what_is_too_old_on_the_first_day_does_not_count(days, counts):
    of, person = month_ahead(starts_on=date(2027, 8, 31), ends_on=date(2027, 12, 31)), participant()
    row = needs(of, months=6)
    finished(person, row.needed, on=date(2027, 2, 28) - days * DAY)

    assert (prerequisites.lacking(person, of, []) == []) == counts


def test_a_month_that_is_shorter_ends_with_its_last_day():
    assert prerequisites.months_before(date(2028, 3, 31), 1) == date(2028, 2, 29)
    assert prerequisites.months_before(date(2027, 1, 15), 12) == date(2026, 1, 15)
    assert prerequisites.months_before(date(2027, 1, 15), 1) == date(2026, 12, 15)


def test_all_of_one_alternative_is_enough_and_the_nearest_one_is_named():
    of, person = month_ahead(), participant()
    first, second = needs(of), needs(of, "certificate")
    other = needs(of, "declared", statement="Je sais lire", alternative=2)
    finished(person, first.needed)

    assert prerequisites.lacking(person, of, []) in ([second], [other])
    assert prerequisites.lacking(participant(given_name="Autre"), of, []) == [other]
    assert prerequisites.lacking(person, of, [other.pk]) == []
    certified(person, second.needed)
    assert prerequisites.lacking(person, of, []) == []


def test_what_one_confirms_is_kept_with_the_place():
    of, person = month_ahead(capacity=2), participant()
    row = needs(of, "declared", statement="Je sais lire")

    assert refused(of, person).code == "prerequisite"
    assert enrolment(of, person, declared=[row.pk]).declared == [row.pk]


@pytest.mark.parametrize(
    "fields",
    [{"kind": "finished"}, {"kind": "declared", "months": 6}, {"kind": "declared", "needed": "a course"}],
)
def test_a_row_names_a_course_or_a_statement(fields):
    fields = fields | ({"needed": course()} if "needed" in fields else {})
    with pytest.raises(IntegrityError), transaction.atomic():
        Prerequisite.objects.create(course=course(), **fields)


def test_the_course_counts_its_rows():
    of = month_ahead()
    row = needs(of)
    assert Course.objects.get(pk=of.course_id).required_count == 1
    row.delete()
    assert Course.objects.get(pk=of.course_id).required_count == 0


# --- In the line --------------------------------------------------------------------------------------------


def test_who_no_longer_shows_it_is_passed_over_in_the_line():
    of = month_ahead()
    holder, without, shows = (participant(given_name=name, phone="") for name in ("Un", "Deux", "Trois"))
    first, _second, third = (enrolment(of, who) for who in (holder, without, shows))
    finished(shows, needs(of).needed)

    queue.leave(first, by=None)

    assert Enrolment.objects.get(pk=third.pk).state == "offered"
    assert invariants.breaches() == []


def test_a_long_line_costs_no_more_statements(queries_of):
    of, costs = month_ahead(capacity=1), []
    row = needs(of, "declared", statement="Je sais lire")
    needs(of, alternative=2)
    for number in range(6):
        enrolment(of, participant(given_name=f"Nom {number}", phone=""), declared=[row.pk])
        again = CourseRun.objects.select_related("course").get(pk=of.pk)
        costs.append(queries_of(lambda of=again: queue.parties(of, list(queue.waiting(of)))))

    assert len(set(costs[1:])) == 1


def test_who_comes_back_has_still_confirmed_it():
    of = month_ahead()
    row = needs(of, "declared", statement="Je sais lire")
    seated, waiting = (
        enrolment(of, participant(given_name=name, phone=""), declared=[row.pk]) for name in ("Un", "Deux")
    )
    queue.leave(seated, by=None)
    let_pass(waiting)

    assert rejoin(Enrolment.objects.get(pk=waiting.pk), by=None).declared == [row.pk]


# --- The pages ----------------------------------------------------------------------------------------------


def sent(client, made, **answers):
    return client.post(f"/fr/inscription/{made.run.code}/verifier/?d={made.token}", {"consent": "on"} | answers)


def test_the_page_says_what_is_missing_and_where_to_begin(client):
    of = month_ahead()
    row = needs(of)

    page = sent(client, draft(of))

    assert (page.status_code, page.context["reason"].code) == (409, "prerequisite")
    assert row.needed.title_fr in page.text
    assert f"/fr/cours/{row.needed.slug}/" in page.text
    assert not Enrolment.objects.exists()


def test_a_record_found_by_what_was_typed_shows_it(client):
    of = month_ahead()
    finished(participant(**TYPED), needs(of).needed)

    assert sent(client, draft(of)).status_code == 302
    assert of.enrolments.get().state == "enrolled"


def test_the_check_page_asks_what_one_confirms(client):
    of = month_ahead()
    row = needs(of, "declared", statement_fr="Je sais lire", statement_ar="أعرف القراءة")
    made = draft(of)

    assert "Je sais lire" in client.get(f"/fr/inscription/{of.code}/verifier/?d={made.token}").text
    assert sent(client, made).context["reason"].code == "prerequisite"
    assert sent(client, made, declared=str(row.pk)).status_code == 302
    assert of.enrolments.get().declared == [row.pk]


def test_what_was_ticked_goes_along_when_the_group_fills_meanwhile(client):
    of = month_ahead()
    row = needs(of, "declared", statement_fr="Je sais lire")
    made = draft(of)
    enrolment(of, participant(given_name="Avant"), declared=[row.pk])

    full = sent(client, made, declared=str(row.pk))

    assert full.context["reason"].code == "full_now"
    assert f'name="declared" value="{row.pk}"' in full.text
    sent(client, made, declared=str(row.pk), wait="1")
    assert drafts.find(of, made.token).enrolment.state == "waiting"


def test_the_course_page_says_it(client):
    of = month_ahead()
    row = needs(of)
    needs(of, "declared", statement_fr="Je sais lire", alternative=2)

    page = client.get(f"/fr/cours/{of.course.slug}/")

    assert row.needed.title_fr in page.text
    assert "Je sais lire" in page.text
