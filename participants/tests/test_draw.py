"""Places given by lot: who gets one, what becomes of the others, and that anyone finds the same order again."""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import pytest

from learningcity import clock
from learningcity.models import OutboxMessage
from learningcity.tests.factories import district
from programmes import wording
from programmes.models import CourseRun

from ..models import Draw, Enrolment, EnrolmentEvent
from ..models.enrolments import State
from ..services import drafts, draw, queue
from ..services.drafts import send
from .factories import draft as answers_to_send
from .factories import enrolment, participant
from .lines import month_ahead

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken_in_the_end")]
SEED = "00112233445566778899aabbccddeeff"


def to_draw(**fields):
    return month_ahead(**{"allocation": "draw", "capacity": 2} | fields)


def ask(group, number, **fields):
    """So many requests, each of one person."""
    return [enrolment(group, participant(given_name=f"Nom {place}", phone="", **fields)) for place in range(number)]


def close(group):
    CourseRun.objects.filter(pk=group.pk).update(enrolment_closes_at=clock.now() - timedelta(seconds=1))


def drawn(group):
    close(group)
    return draw.hold(group, by=None)


def together(places):
    party = uuid4()
    Enrolment.objects.filter(pk__in=[place.pk for place in places]).update(party=party)
    return party


def states(group):
    """As drawn."""
    return list(group.enrolments.order_by("drawn_rank").values_list("state", flat=True))


def entries(*classes, parties=()):
    """One for each class, `C0` first; `parties` gives the names of those that have one."""
    names = dict(parties)
    return [
        {"reference": f"C{place}", "priority": number, "party": names.get(place, "")}
        for place, number in enumerate(classes)
    ]


# --- The order ------------------------------------------------------------------------------------------------


def by_hand(seed, entries):
    """The order again, from the sentence on the page and hashlib alone."""
    lines = {}
    for entry in entries:
        lines.setdefault(entry["party"] or entry["reference"], []).append(entry)
    keys = {
        name: (max(each["priority"] for each in those), sha256(f"{seed}:{name}".encode()).hexdigest())
        for name, those in lines.items()
    }
    return [each["reference"] for name in sorted(lines, key=keys.get) for each in lines[name]]


def test_the_same_seed_gives_the_same_order_and_another_one_another():
    listed = entries(*[0] * 40)
    orders = [draw.references(draw.drawn_order(seed, listed)) for seed in (SEED, SEED, SEED[::-1])]

    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0]) == sorted(orders[2])


def test_a_known_seed_gives_a_known_order():
    """So that what was drawn long ago still comes out the same."""
    assert draw.references(draw.drawn_order(SEED, entries(0, 0, 0, 0))) == by_hand(SEED, entries(0, 0, 0, 0))
    assert draw.lot(SEED, "C0") == sha256(b"00112233445566778899aabbccddeeff:C0").hexdigest()


def test_the_classes_come_one_after_the_other():
    order = draw.drawn_order(SEED, entries(1, 0, 2, 0, 1, 2))

    assert [party[0]["priority"] for party in order] == [0, 0, 1, 1, 2, 2]


def test_a_party_stays_together_in_the_class_of_its_last_member():
    order = draw.drawn_order(SEED, entries(0, 1, 0, parties=[(0, "ab"), (2, "ab")]))
    assert draw.references(order) == ["C0", "C2", "C1"]

    order = draw.drawn_order(SEED, entries(0, 0, 1, parties=[(0, "ab"), (2, "ab")]))
    assert draw.references(order) == ["C1", "C0", "C2"]


@pytest.mark.parametrize(
    ("sizes", "seats", "expected"),
    [
        ([1, 1, 1], 2, ([1, 1], [1])),
        ([3, 1, 2], 3, ([3], [1, 2])),
        ([1, 3, 2], 3, ([1, 2], [3])),
        ([2, 1], 0, ([], [2, 1])),
    ],
)
def test_while_a_party_does_not_fit_the_next_are_tried(sizes, seats, expected):
    parties = [["member"] * size for size in sizes]

    assert tuple([len(party) for party in some] for some in draw.fitting(parties, seats)) == expected


# --- Asking for a place ---------------------------------------------------------------------------------------


def test_while_enrolment_is_open_one_asks_and_takes_no_seat():
    group = to_draw()
    places = ask(group, 5)

    group.refresh_from_db()
    assert {place.state for place in places} == {State.REQUESTED}
    assert (group.seats_taken, group.waiting_count, group.joined_count) == (0, 0, 5)
    assert places[0].place_in_line is None


def test_asking_twice_is_asking_once():
    group, who = to_draw(), participant()

    assert enrolment(group, who) == enrolment(group, who)
    assert group.enrolments.count() == 1


def test_two_forms_of_the_same_person_are_one_request():
    group = to_draw()
    first = send(answers_to_send(group), may_wait=False)

    with pytest.raises(drafts.EnrolmentRefused) as refused:
        send(answers_to_send(group), may_wait=False)

    assert refused.value.reason.code == "already"
    assert drawn(group).order == [first.reference]


def test_the_request_is_confirmed_with_the_day_of_the_draw():
    group = to_draw()
    place = enrolment(group)

    message = OutboxMessage.objects.get()
    assert message.template == "requested"
    assert message.values["answer_by"] == clock.local_day(group.enrolment_closes_at).isoformat()
    assert message.values["link"].endswith(f"/i/{place.token}/")


def test_places_kept_for_the_desk_are_given_there_and_those_left_are_drawn():
    group = to_draw(capacity=3, desk_seats=2)
    at_desk = enrolment(group, participant(given_name="Guichet", phone=""), source="desk")
    ask(group, 4)

    assert at_desk.state == State.ENROLLED
    assert drawn(group).seats == 2
    assert states(group)[:4] == ["enrolled", "enrolled", "waiting", "waiting"]


def test_a_request_is_taken_back_before_the_draw():
    group = to_draw()
    first, second = ask(group, 2)
    queue.leave(first, by=None)

    assert drawn(group).order == [second.reference]


# --- The draw -------------------------------------------------------------------------------------------------


def test_seats_then_places_in_line_are_given_in_the_order_drawn():
    group = to_draw(capacity=2, waiting_places=3)
    ask(group, 7)

    held = drawn(group)

    assert states(group) == ["enrolled"] * 2 + ["waiting"] * 3 + ["refused"] * 2
    assert held.order == list(group.enrolments.order_by("drawn_rank").values_list("reference", flat=True))
    group.refresh_from_db()
    assert (group.seats_taken, group.waiting_count) == (2, 3)


def test_the_list_is_published_as_it_stood_and_gives_the_order_by_hand():
    group = to_draw(allocation="priority_draw", priorities=["first_time"])
    places = ask(group, 6)
    Enrolment.objects.filter(pk__in=[place.pk for place in places[::2]]).update(priority=1)
    party = together(places[:2])

    held = drawn(group)

    hidden = sha256(UUID(str(party)).bytes).hexdigest()[:12]
    assert [entry["reference"] for entry in held.entries] == [place.reference for place in places]
    assert [entry["priority"] for entry in held.entries] == [1, 0, 1, 0, 1, 0]
    assert [entry["party"] for entry in held.entries] == [hidden, hidden, "", "", "", ""]
    assert held.order == by_hand(held.seed, held.entries)


def test_each_draw_has_a_seed_of_its_own():
    seeds = {drawn(to_draw()).seed for _draw in range(3)}

    assert len(seeds) == 3
    assert all(len(bytes.fromhex(seed)) == 16 for seed in seeds)


def test_a_party_gets_its_seats_together_or_waits_together():
    for size, expected in [(2, [{"enrolled"}, {"waiting"}]), (3, [{"waiting"}])]:
        group = to_draw(capacity=2)
        party = ask(group, size)
        together(party)
        ask(group, 2)
        drawn(group)
        assert {Enrolment.objects.get(pk=place.pk).state for place in party} in expected


def test_who_lives_there_goes_first():
    group = to_draw(allocation="priority_draw", priorities=["district"], waiting_places=9)
    far = ask(group, 6, lives_outside=True)
    near = ask(group, 2, district=district())
    assert [place.priority for place in (*far, *near)] == [1] * 6 + [0] * 2

    drawn(group)

    assert {Enrolment.objects.get(pk=place.pk).state for place in near} == {"enrolled"}


def test_drawing_twice_changes_nothing():
    group = to_draw()
    ask(group, 5)
    held, events = drawn(group), EnrolmentEvent.objects.count()

    assert draw.hold(group, by=None) == held
    assert draw.sweep() == 0
    assert EnrolmentEvent.objects.count() == events == 10


def test_each_person_more_costs_the_same(queries_of):
    costs = []
    for number in (2, 4, 6):
        group = to_draw(waiting_places=0)
        ask(group, number)
        close(group)
        costs.append(queries_of(draw.hold, group, by=None))

    assert costs[2] - costs[1] == costs[1] - costs[0]


def test_each_is_told_at_a_decent_hour():
    group = to_draw(capacity=1, waiting_places=1)
    for number in range(3):
        enrolment(group, participant(given_name=f"Nom {number}", phone=f"+21261234567{number}"))
    OutboxMessage.objects.all().delete()

    drawn(group)

    told = list(OutboxMessage.objects.order_by("pk"))
    assert [message.template for message in told] == ["enrolled", "waiting", "refused"]
    assert told[1].values["place_in_line"] == 1
    assert all(9 <= message.next_try_at.astimezone(clock.CASABLANCA).hour <= 19 for message in told)


def test_who_no_longer_fits_the_group_is_refused_and_not_listed():
    group = to_draw(women_only=True)
    first, second = ask(group, 2)
    type(first.participant).objects.filter(pk=first.participant_id).update(sex="M")

    assert drawn(group).order == [second.reference]
    assert Enrolment.objects.get(pk=first.pk).state == "refused"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"allocation": "first_come"}, "not drawn"),
        ({"decision": "postponed"}, "not announced"),
        ({"enrolment_closes_at": clock.now}, "not closed yet"),
    ],
)
def test_nothing_is_drawn_out_of_time(in_english, change, sentence):
    group = to_draw()
    close(group)
    if "enrolment_closes_at" in change:
        change = {"enrolment_closes_at": clock.now() + timedelta(seconds=60)}
    CourseRun.objects.filter(pk=group.pk).update(**change)

    with pytest.raises(draw.DrawRefused, match=sentence):
        draw.hold(group, by=None)
    assert draw.sweep() == 0
    assert not Draw.objects.exists()


def test_the_sweeper_draws_what_is_due():
    groups = [to_draw() for _group in range(3)]
    for group in groups:
        ask(group, 1)
    close(groups[0])
    close(groups[1])

    assert draw.sweep() == 2

    assert [states(group) for group in groups] == [["enrolled"], ["enrolled"], ["requested"]]


# --- The line after it ----------------------------------------------------------------------------------------


def test_the_line_is_served_as_drawn_until_the_group_starts():
    group = to_draw(capacity=1, waiting_places=9)
    ask(group, 8)
    drawn(group)
    line = list(group.enrolments.filter(drawn_rank__gt=1).order_by("drawn_rank"))
    assert list(group.enrolments.waiting()) == line
    assert [place.place_in_line for place in line] == list(range(1, 8))

    queue.leave(group.enrolments.get(drawn_rank=1), by=None)
    assert states(group)[:3] == ["cancelled_by_learner", "offered", "waiting"]
    queue.accept(line[0], by=None)
    assert states(group)[1] == "enrolled", "enrolment is closed, the line is not"

    CourseRun.objects.filter(pk=group.pk).update(starts_on=clock.local_day(clock.now()))
    group.meetings.all().delete()
    queue.leave(line[0], by=None)
    assert queue.standstill(CourseRun.objects.get(pk=group.pk), clock.now()) == "started"
    assert states(group)[2] == "waiting"


def test_the_sweeper_moves_a_line_that_was_drawn():
    group = to_draw(capacity=1)
    ask(group, 3)
    drawn(group)
    CourseRun.objects.filter(pk=group.pk).update(capacity=2)

    assert queue.sweep() == {"expired": 0, "mended": 1}
    assert states(group) == ["enrolled", "offered", "waiting"]


def test_without_a_draw_a_line_stands_still_when_enrolment_closes():
    group = month_ahead()
    ask(group, 2)
    close(group)
    CourseRun.objects.filter(pk=group.pk).update(capacity=2)

    assert queue.sweep() == {"expired": 0, "mended": 0}
    assert queue.standstill(CourseRun.objects.get(pk=group.pk), clock.now()) == "closed"


def test_who_comes_after_the_draw_stands_at_the_end():
    group = to_draw(capacity=1, allocation="priority_draw", priorities=["first_time"])
    ask(group, 3)
    drawn(group)
    CourseRun.objects.filter(pk=group.pk).update(enrolment_closes_at=clock.now() + timedelta(days=3))

    late = enrolment(group, participant(given_name="Tard", phone=""), may_wait=True)

    assert (late.state, late.place_in_line, late.priority) == ("waiting", 3, 0)
    assert list(group.enrolments.waiting())[-1] == late


def opened_again(group):
    CourseRun.objects.filter(pk=group.pk).update(enrolment_closes_at=clock.now() + timedelta(days=3))
    group.refresh_from_db()


def test_after_the_draw_who_comes_gets_a_seat_that_is_left_and_the_page_says_so():
    group = to_draw(capacity=3)
    ask(group, 2)
    told = wording.giving(group)
    held = drawn(group)
    opened_again(group)

    late = enrolment(group, participant(given_name="Tard", phone=""))

    assert (group.drawn_on, group.awaits_draw) == (clock.local_day(held.drawn_at), False)
    assert late.state == "enrolled"
    assert wording.giving(group) != told


def test_a_group_opened_again_after_its_draw_tells_newcomers_nothing_of_a_draw(client):
    group = to_draw(capacity=1)
    ask(group, 2)
    drawn(group)
    opened_again(group)

    page = client.get(f"/fr/inscription/{group.code}/verifier/?d={answers_to_send(group).token}")

    assert page.context["draw_day"] is None
    assert page.context["line"]["number"] == 2
