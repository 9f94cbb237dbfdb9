from datetime import date, time, timedelta

import pytest

from learningcity import clock
from learningcity.models import User
from programmes import wording
from programmes.models import CourseRun
from programmes.tests.factories import meeting

from ..models import Enrolment, EnrolmentDraft
from ..services import clashes, drafts, invariants, people, queue
from ..services import draw as draws
from ..services.enrolment import rejoin
from ..services.refusals import EnrolmentRefused
from .factories import answers, draft, enrolment, participant, person
from .lines import let_pass, month_ahead

pytestmark = pytest.mark.django_db
DAY = date(2027, 5, 8)


def group(starts_at, ends_at, *, days=1, **fields):
    made = month_ahead(starts_on=DAY, ends_on=DAY + timedelta(days=60), meetings=0, capacity=5, **fields)
    for week in range(days):
        meeting(made, date=DAY + timedelta(days=7 * week), starts_at=starts_at, ends_at=ends_at)
    return made


def seated(of):
    """Yasmine, as `answers` describes her."""
    return drafts.send(draft(of), may_wait=False)


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "is_clash"),
    [
        (time(10), time(12), True),
        (time(11, 59), time(13), True),
        (time(9), time(10, 1), True),
        (time(12), time(13), False),  # it starts when the other ends
        (time(8), time(10), False),
    ],
)
def test_touching_times_do_not_clash(starts_at, ends_at, is_clash):
    place = seated(group(time(10), time(12)))

    found = clashes.of(people.same_as(person()), group(starts_at, ends_at))

    assert [each.place for each in found] == ([place] if is_clash else [])


def test_another_day_another_person_and_a_place_that_is_over_do_not_clash():
    first = seated(group(time(10), time(12)))
    later = month_ahead(starts_on=DAY, ends_on=DAY, meetings=0)
    meeting(later, date=DAY + timedelta(days=1), starts_at=time(10), ends_at=time(12))
    same = group(time(10), time(12))

    assert clashes.of(people.same_as(person()), later) == []
    assert clashes.of(people.same_as(person(given_name="Autre")), same) == []
    Enrolment.objects.filter(pk=first.pk).update(state="waiting")
    assert clashes.of(people.same_as(person()), same) == []


@pytest.mark.parametrize(("shared", "may_keep_both"), [(1, True), (2, True), (3, False), (4, False)])
def test_both_can_be_kept_while_half_of_the_meetings_are_free(shared, may_keep_both):
    seated(group(time(10), time(12), days=shared))

    [found] = clashes.of(people.same_as(person()), group(time(10), time(12), days=4))

    assert (len(found.meetings), found.may_keep_both) == (shared, may_keep_both)


def sent(of, **choice):
    made = draft(of)
    drafts.keep(made, run=of, answers=choice)
    return drafts.send(made, may_wait=False)


def test_nobody_is_enrolled_twice_at_the_same_hours_without_having_said_so():
    seated(group(time(10), time(12)))

    with pytest.raises(EnrolmentRefused) as refused:
        sent(group(time(11), time(13)))

    assert refused.value.reason.code == "clash"


def test_the_new_one_replaces_the_first_and_frees_its_seat():
    first = seated(group(time(10), time(12)))

    place = sent(group(time(11), time(13)), leaving=[first.pk])

    first.refresh_from_db()
    assert (place.state, first.state) == ("enrolled", "cancelled_by_learner")
    assert first.events.last().why == f"learner: {place.run.code} instead"


def waits_instead(**fields):
    """(the place she has, the place in line for which she gives it up once there is a seat, whose seat it is)"""
    first = seated(group(time(10), time(12)))
    full = group(time(11), time(13), **fields)
    CourseRun.objects.filter(pk=full.pk).update(capacity=1)
    before = enrolment(full, participant(given_name="Avant", phone=""))
    made = drafts.keep(draft(full), run=full, answers={"leaving": [first.pk]})
    return first, drafts.send(made, may_wait=True), before


def test_who_only_waits_keeps_the_first_until_she_says_yes():
    first, waiting, before = waits_instead()
    CourseRun.objects.filter(pk=first.run_id).update(capacity=1)
    behind = enrolment(first.run, participant(given_name="Derrière", phone=""))
    assert (waiting.state, Enrolment.objects.get(pk=first.pk).state) == ("waiting", "enrolled")

    queue.leave(before, by=None)
    offer = Enrolment.objects.get(pk=waiting.pk)
    assert (offer.state, Enrolment.objects.get(pk=first.pk).state) == ("offered", "enrolled")
    queue.accept(offer, by=None)
    queue.accept(offer, by=None)

    first.refresh_from_db()
    assert (first.state, first.events.last().why) == ("cancelled_by_learner", f"learner: {waiting.run.code} instead")
    assert Enrolment.objects.get(pk=behind.pk).state == "offered"
    assert invariants.breaches() == []


@pytest.mark.parametrize("end", [queue.decline, queue.leave])
def test_who_says_no_keeps_the_first(end):
    first, waiting, before = waits_instead()
    queue.leave(before, by=None)

    end(Enrolment.objects.get(pk=waiting.pk), by=None)

    assert Enrolment.objects.get(pk=first.pk).state == "enrolled"


def test_who_comes_back_after_an_offer_still_gives_up_the_first():
    first, waiting, before = waits_instead()
    queue.leave(before, by=None)
    let_pass(waiting)

    again = rejoin(Enrolment.objects.get(pk=waiting.pk), by=None)

    assert (again.state, Enrolment.objects.get(pk=first.pk).state) == ("enrolled", "cancelled_by_learner")


def test_what_she_gave_up_meanwhile_is_not_given_up_again():
    first, waiting, before = waits_instead()
    queue.leave(first, by=None)
    queue.leave(before, by=None)

    queue.accept(Enrolment.objects.get(pk=waiting.pk), by=None)

    assert first.events.count() == 2


@pytest.mark.parametrize("seats", [1, 0])
def test_a_draw_ends_the_first_where_it_gives_a_seat(seats):
    first = seated(group(time(10), time(12)))
    drawn = group(time(11), time(13), allocation="draw")
    asking = sent(drawn, leaving=[first.pk])
    assert (asking.state, Enrolment.objects.get(pk=first.pk).state) == ("requested", "enrolled")
    closed = clock.now() - timedelta(seconds=1)
    CourseRun.objects.filter(pk=drawn.pk).update(capacity=seats, enrolment_closes_at=closed)

    draws.hold(drawn, by=None)

    states = [Enrolment.objects.get(pk=place.pk).state for place in (asking, first)]
    assert states == (["enrolled", "cancelled_by_learner"] if seats else ["waiting", "enrolled"])
    assert invariants.breaches() == []


def test_a_place_that_was_not_named_is_not_given_up():
    """Whoever goes back and types the name of another person has said nothing about her places."""
    seated(group(time(10), time(12)))
    other = drafts.send(draft(group(time(10), time(12)), given_name="Autre"), may_wait=False)

    with pytest.raises(EnrolmentRefused):
        sent(group(time(11), time(13)), leaving=[other.pk])


def test_both_are_kept_only_where_both_can_be_followed():
    first = seated(group(time(10), time(12)))

    with pytest.raises(EnrolmentRefused):
        sent(group(time(11), time(13)), clash="both")
    place = sent(group(time(11), time(13), days=3), clash="both")

    first.refresh_from_db()
    assert (place.state, first.state) == ("enrolled", "enrolled")


# --- The page ---------------------------------------------------------------------------------------------------


def page(client, of, **changes):
    """The contact page sent, then the page it leads to."""
    made = draft(of, **changes)
    address = f"/fr/inscription/{of.code}/3/?d={made.token}"
    contact = {"phone": "06 12 34 56 78", "channel": "sms", "language": "fr"}
    return client.post(address, contact).headers["Location"], made


def test_the_page_shows_both_groups_and_their_hours(client):
    first, new = group(time(10), time(12)), group(time(11), time(13))
    seated(first)

    address, _made = page(client, new)
    answer = client.get(address)

    assert "/horaire/" in address
    assert [wording.schedule(each) in answer.context["before"][0].values() for each in (first, new)] == [True, False]
    assert answer.context["new"] == {"title": new.course.title, "schedule": wording.schedule(new)}
    assert [value for value, _label in answer.context["form"].fields["choice"].choices] == ["first", "replace"]


def test_what_somebody_goes_to_is_named_to_her_and_not_to_whoever_types_her_name(client):
    first, new = group(time(10), time(12)), group(time(11), time(13))
    seated(first)
    address = page(client, new)[0]

    assert first.course.title not in client.get(address).text
    client.force_login(User.objects.of_phone("+212612345678", language="fr"))
    answer = client.get(address)
    assert first.course.title in answer.text
    assert list(answer.context["form"].fields) == ["choice"]


def test_what_ends_with_a_yes_is_said_with_the_offer_and_a_sensitive_course_is_not_named(client):
    first, waiting, before = waits_instead()
    assert first.run.course.title in client.get(f"/i/{waiting.token}/", follow=True).text
    queue.leave(before, by=None)

    assert first.run.course.title in client.get(f"/o/{waiting.token}/", follow=True).text
    type(first.run.course).objects.filter(pk=first.run.course_id).update(is_sensitive=True)
    said = client.get(f"/o/{waiting.token}/", follow=True)
    assert len(said.context["replaced"]) == 1
    assert first.run.course.title not in said.text


def test_keeping_the_first_changes_nothing(client):
    seated(group(time(10), time(12)))
    address, made = page(client, group(time(11), time(13)))

    answer = client.post(address, {"choice": "first"})

    assert answer.headers["Location"].startswith("/fr/cours/")
    assert not EnrolmentDraft.objects.filter(pk=made.pk).exists()
    assert Enrolment.objects.get().state == "enrolled"


@pytest.mark.parametrize("typed", ["", "CA-22222-33333"])
def test_who_does_not_know_the_reference_of_a_place_cannot_end_it(client, typed):
    seated(group(time(10), time(12)))
    address, made = page(client, group(time(11), time(13)))

    answer = client.post(address, {"choice": "replace", "reference": typed})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["reference"])
    assert "leaving" not in EnrolmentDraft.objects.get(pk=made.pk).answers


def test_of_two_groups_at_these_hours_one_reference_ends_none(client):
    """The second may have been made by whoever typed the name."""
    seated(group(time(10), time(12)))
    sent(group(time(11), time(13), days=2), clash="both")
    address, _made = page(client, group(time(11), time(12)))

    assert [value for value, _label in client.get(address).context["form"].fields["choice"].choices] == ["first"]


def test_replacing_leads_to_the_check_page_and_takes_place_when_it_is_sent(client):
    first = seated(group(time(10), time(12)))
    address, _made = page(client, group(time(11), time(13)))

    check = client.post(address, {"choice": "replace", "reference": first.reference.lower()}).headers["Location"]
    assert Enrolment.objects.get().state == "enrolled"
    client.post(check, {"consent": "on"})

    assert sorted(Enrolment.objects.values_list("state", flat=True)) == ["cancelled_by_learner", "enrolled"]


def test_a_choice_that_is_not_offered_is_asked_again(client):
    seated(group(time(10), time(12)))
    address, _made = page(client, group(time(11), time(13)))

    assert client.post(address, {"choice": "both"}).status_code == 422


def test_whoever_jumps_over_the_page_is_led_back_to_it(client):
    seated(group(time(10), time(12)))
    new = group(time(11), time(13))
    made = drafts.keep(None, run=new, answers=answers())

    answer = client.post(f"/fr/inscription/{new.code}/verifier/?d={made.token}", {"consent": "on"})

    assert "/horaire/" in answer.headers["Location"]


def test_without_a_clash_the_page_leads_on(client):
    new = group(time(11), time(13))
    made = drafts.keep(None, run=new, answers=answers())

    assert "/verifier/" in client.get(f"/fr/inscription/{new.code}/horaire/?d={made.token}").headers["Location"]
