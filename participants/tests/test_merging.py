import pytest

from learningcity import clock
from learningcity.models import AuditEntry, OutboxMessage
from programmes.models import CourseRun
from programmes.tests.factories import member, run

from ..models import Consent, Enrolment, EnrolmentEvent, Guardianship, Merge
from ..services import drafts, erasure, invariants, merging, queue
from ..services.enrolment import enrol
from .factories import draft, enrolment, participant, person, registered
from .lines import month_ahead

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken_in_the_end", "in_english")]


@pytest.fixture
def officer():
    return member("programme_officer")


@pytest.fixture
def two():
    """The same woman, written down twice."""
    return participant(), participant(given_name="Yasmina")


def merge(survivor, absorbed, by=None, reason="typed twice"):
    return merging.merge(survivor, absorbed, by=by, reason=reason)


def state_of(place):
    return Enrolment.objects.values_list("participant", "state").get(pk=place.pk)


def fill(group, number=1):
    return [enrolment(group, participant(given_name=f"Autre {n}", phone="")) for n in range(number)]


# --- One of two -----------------------------------------------------------------------------------------------


def test_places_move_to_the_survivor_and_keep_their_place_in_line(two, officer):
    survivor, absorbed = two
    group = month_ahead()
    fill(group)
    waiting = enrolment(group, absorbed)
    [behind] = fill(group)
    seat = enrolment(run(), absorbed)

    made = merge(survivor, absorbed, by=officer)

    assert made.moved == [waiting.pk, seat.pk]
    assert (made.ended, made.by, made.reason, made.undone_at) == ([], officer, "typed twice", None)
    assert state_of(waiting) == (survivor.pk, "waiting")
    assert [Enrolment.objects.get(pk=place.pk).place_in_line for place in (waiting, behind)] == [1, 2]
    absorbed.refresh_from_db()
    assert absorbed.merged_into == survivor


def test_places_that_are_over_move_too(two):
    survivor, absorbed = two
    over = enrolment(run(), absorbed)
    queue.leave(over, by=None)

    assert merge(survivor, absorbed).moved == [over.pk]
    assert state_of(over) == (survivor.pk, "cancelled_by_learner")


@pytest.mark.parametrize("keep_first", [True, False])
def test_a_seat_stands_over_a_place_in_line_whichever_record_survives(two, keep_first):
    group = month_ahead(capacity=2)
    seat = enrolment(group, two[1])
    fill(group)
    waiting = enrolment(group, two[0])
    survivor, absorbed = two if keep_first else two[::-1]

    made = merge(survivor, absorbed)

    assert made.ended == [waiting.pk]
    assert state_of(seat) == (survivor.pk, "enrolled")
    assert state_of(waiting) == (survivor.pk, "cancelled_by_city")
    assert EnrolmentEvent.objects.get(enrolment=waiting, to_state="cancelled_by_city").why == "merge"


def test_of_two_places_in_line_the_earlier_stands(two):
    survivor, absorbed = two
    group = month_ahead()
    fill(group)
    first, second = enrolment(group, absorbed), enrolment(group, survivor)

    made = merge(survivor, absorbed)

    assert made.ended == [second.pk]
    assert state_of(first) == (survivor.pk, "waiting")


@pytest.mark.parametrize("change", [{"priority": 1}, {"drawn_rank": 9}])
def test_of_two_places_in_line_that_which_is_served_first_stands(two, change):
    survivor, absorbed = two
    group = month_ahead()
    fill(group)
    first, second = enrolment(group, absorbed), enrolment(group, survivor)
    Enrolment.objects.filter(pk=second.pk).update(drawn_rank=3 if "drawn_rank" in change else None)
    Enrolment.objects.filter(pk=first.pk).update(**change)

    assert merge(survivor, absorbed).ended == [first.pk]
    assert state_of(second) == (survivor.pk, "waiting")


def test_a_second_seat_goes_to_the_next_in_line_and_nobody_is_told_of_a_cancellation(two, officer):
    survivor, absorbed = two
    group = month_ahead(capacity=2)
    first, second = enrolment(group, survivor), enrolment(group, absorbed)
    [next_one] = fill(group)
    before = set(OutboxMessage.objects.values_list("pk", flat=True))

    made = merge(survivor, absorbed, by=officer)

    assert made.ended == [second.pk]
    assert state_of(first) == (survivor.pk, "enrolled")
    assert state_of(next_one)[1] == "offered"
    assert EnrolmentEvent.objects.get(enrolment=next_one, to_state="offered").by == officer
    assert not OutboxMessage.objects.exclude(pk__in=before).exclude(template="offered").exists()


def test_a_confirmed_seat_stands_over_an_offer_and_the_offer_stays_unsaid(two):
    survivor, absorbed = two
    group = month_ahead()
    [leaver] = fill(group)
    offer = enrolment(group, survivor)
    queue.leave(leaver, by=None)
    CourseRun.objects.update(capacity=2, desk_seats=1)
    seat = enrolment(group, absorbed, source="desk")
    assert (state_of(offer)[1], state_of(seat)[1]) == ("offered", "enrolled")
    message = OutboxMessage.objects.get(template="offered")

    assert merge(survivor, absorbed).ended == [offer.pk]
    message.refresh_from_db()
    assert message.state == "cancelled"
    assert state_of(seat) == (survivor.pk, "enrolled")


def test_the_same_merge_twice_gives_the_first(two, officer):
    made = merge(*two, by=officer)

    assert merge(*two, by=None, reason="again") == made
    assert Merge.objects.count() == 1
    assert AuditEntry.objects.filter(action="merge people").count() == 2


def test_merging_is_in_the_journal_of_both(two, officer):
    made = merge(*two, by=officer)

    entries = AuditEntry.objects.filter(action="merge people").order_by("pk")
    assert [(each.subject, each.by, each.detail) for each in entries] == [
        (f"participants.participant:{each.pk}", officer, {"merge": made.pk}) for each in two
    ]


def test_who_acts_for_the_one_acts_for_the_other(two):
    survivor, absorbed = two
    Guardianship.objects.create(participant=survivor, guardian_name="Amina", relation="mother")
    for name, relation in [("Amina", "mother"), ("Driss", "father"), ("Driss", "father"), ("Omar", "guardian")]:
        Guardianship.objects.create(participant=absorbed, guardian_name=name, relation=relation)
    absorbed.guardianships.filter(guardian_name="Omar").update(revoked_at=clock.now())

    made = merge(survivor, absorbed)

    names = survivor.guardianships.current().order_by("pk").values_list("guardian_name", flat=True)
    assert list(names) == ["Amina", "Driss"]
    assert made.guardianships == [survivor.guardianships.get(guardian_name="Driss").pk]


def test_consents_stay_where_they_were_given_and_are_found_from_the_survivor(two):
    survivor, absorbed = two
    given = registered(person(given_name="Yasmina"))
    assert given == absorbed

    merge(survivor, absorbed)

    assert Consent.objects.filter(participant__in=survivor.records()).count() == 1


# --- What is not merged ---------------------------------------------------------------------------------------


def test_a_record_is_not_merged_with_itself(two):
    with pytest.raises(merging.MergeRefused) as refused:
        merge(two[0], two[0])
    assert refused.value.sentence == "These are not two records."


@pytest.mark.parametrize("swap", [False, True])
def test_a_record_that_was_merged_before_is_not_merged_again(two, swap):
    merge(*two)
    pair = [participant(given_name="Autre"), two[1]]

    with pytest.raises(merging.MergeRefused, match="merged before"):
        merge(*(reversed(pair) if swap else pair))


def test_the_way_back_is_an_undoing_and_not_a_second_merge(two):
    merge(*two)

    with pytest.raises(merging.MergeRefused, match="merged before"):
        merge(*two[::-1])


@pytest.mark.parametrize("swap", [False, True])
def test_a_record_that_was_erased_is_not_merged(two, swap):
    erasure.erase(two[0], by=None)

    with pytest.raises(merging.MergeRefused, match="erased"):
        merge(*(reversed(two) if swap else two))
    assert not Merge.objects.exists()


# --- Two again ------------------------------------------------------------------------------------------------


def test_undoing_gives_back_what_was_moved_and_leaves_what_was_ended(two, officer):
    survivor, absorbed = two
    group = month_ahead(capacity=2)
    own = enrolment(run(), survivor)
    moved, kept, ended = enrolment(run(), absorbed), enrolment(group, survivor), enrolment(group, absorbed)
    made = merge(survivor, absorbed, by=officer)
    later = enrolment(run(), absorbed)

    undone = merging.undo(made, by=officer)

    assert state_of(moved) == (absorbed.pk, "enrolled")
    assert state_of(ended) == (absorbed.pk, "cancelled_by_city")
    assert {state_of(place) for place in (own, kept, later)} == {(survivor.pk, "enrolled")}
    absorbed.refresh_from_db()
    assert absorbed.merged_into is None
    assert undone.undone_at
    assert AuditEntry.objects.filter(action="undo merge", by=officer).count() == 2


def test_undoing_ends_only_the_guardianships_that_were_copied(two):
    survivor, absorbed = two
    for record, name in [(survivor, "Amina"), (absorbed, "Driss")]:
        Guardianship.objects.create(participant=record, guardian_name=name, relation="guardian")

    merging.undo(merge(survivor, absorbed), by=None)

    assert [each.guardian_name for each in survivor.guardianships.current()] == ["Amina"]
    assert [each.guardian_name for each in absorbed.guardianships.current()] == ["Driss"]


def test_undoing_twice_changes_nothing_more(two):
    made = merge(*two)
    first = merging.undo(made, by=None)

    assert merging.undo(made, by=None).undone_at == first.undone_at
    assert AuditEntry.objects.filter(action="undo merge").count() == 2


def test_what_was_undone_can_be_merged_again(two):
    made = merge(*two)
    merging.undo(made, by=None)

    assert merge(*two) != made
    assert Merge.objects.standing().count() == 1


def test_a_merge_is_undone_after_the_one_that_followed(two):
    survivor, absorbed = two
    last = participant(given_name="Yasmine Z.")
    place = enrolment(run(), absorbed)
    first, second = merge(survivor, absorbed), merge(last, survivor)
    assert last.records() == {last.pk, survivor.pk, absorbed.pk}

    with pytest.raises(merging.MergeRefused, match="merged before"):
        merging.undo(first, by=None)
    merging.undo(second, by=None)
    merging.undo(first, by=None)

    assert state_of(place) == (absorbed.pk, "enrolled")


def test_a_merge_of_someone_who_was_erased_stays(two):
    made = merge(*two)
    erasure.erase(two[0], by=None)

    with pytest.raises(merging.MergeRefused, match="erased"):
        merging.undo(made, by=None)


# --- What comes afterwards ------------------------------------------------------------------------------------


def test_who_enrols_by_the_record_that_was_merged_away_gets_a_place_of_the_survivor(two):
    merge(*two)
    again = enrol(two[1], run(), by=None, source="online")

    assert again.participant == two[0]
    assert enrol(two[1], again.run, by=None, source="online") == again


def test_a_form_that_was_open_meanwhile_is_of_the_survivor(two):
    group = run()
    typed = draft(group, given_name="Yasmina")
    merge(*two)

    place = drafts.send(typed, may_wait=True)

    assert place.participant == two[0]


def test_an_offer_after_the_merge_goes_to_the_phone_of_the_survivor(two):
    survivor, absorbed = participant(phone="+212600000001"), two[1]
    group = month_ahead()
    [leaver] = fill(group)
    waiting = enrolment(group, absorbed)
    merge(survivor, absorbed)

    queue.leave(leaver, by=None)

    assert state_of(waiting) == (survivor.pk, "offered")
    assert OutboxMessage.objects.get(template="offered").recipient == "+212600000001"


def test_a_live_place_of_a_record_merged_away_is_a_breach(two):
    survivor, absorbed = two
    place = enrolment(run(), survivor)
    merge(survivor, absorbed)

    Enrolment.objects.filter(pk=place.pk).update(participant=absorbed)
    assert list(invariants.nobody_gone_has_a_live_place()) == [
        f"enrolment {place.reference} is live, participant {absorbed.pk} is merged away or erased"
    ]
    Enrolment.objects.filter(pk=place.pk).update(participant=survivor)
