import pytest

from ..models import Enrolment, EnrolmentDraft
from ..services import drafts, families, queue
from .factories import draft
from .lines import month_ahead

pytestmark = pytest.mark.django_db
CHILD_ANSWERS = {"given_name": "Chama", "family_name": "", "birth": "1999-05-02", "sex": "F"}
CHILD = {"who": "child", "relation": "mother", "guardian_name": "Salma"}


def first_child(of, **changes):
    return drafts.send(draft(of, **CHILD, **changes), may_wait=True)


def second_child(client, first, **sent):
    """From the receipt of the first: two pages, then the receipt of the second."""
    person = client.post(f"/i/{first.token}/autre/").headers["Location"]
    page = client.get(person)
    typed = {"given_name": "Badr", "birth_0": "2", "birth_1": "5", "birth_2": "1999", "sex": "M"}
    kept = {name: page.context["form"][name].value() for name in ("district", "relation", "guardian_name")}
    check = client.post(person, typed | kept)
    assert check.status_code == 302, check.context["form"].errors
    return page, check.headers["Location"], client.post(check.headers["Location"], {"consent": "on"} | sent)


def test_a_second_child_takes_two_pages_and_the_guardian_is_known(client):
    of = month_ahead(capacity=5)
    page, check, answer = second_child(client, first_child(of))

    form = page.context["form"]
    assert [form["relation"].value(), form["guardian_name"].value()] == ["mother", "Salma"]
    assert "/2/" in page.request["PATH_INFO"]
    assert "/verifier/" in check
    assert answer.headers["Location"].startswith("/i/")
    child = Enrolment.objects.order_by("pk").last().participant
    assert (child.given_name, str(child.phone), child.channel) == ("Badr", "+212612345678", "sms")
    assert child.guardianships.get().guardian_name == "Salma"


def test_who_enrolled_for_herself_acts_for_the_child(client):
    of = month_ahead(capacity=5)
    first = drafts.send(draft(of), may_wait=True)

    person = client.get(client.post(f"/i/{first.token}/autre/").headers["Location"])

    assert person.context["form"]["guardian_name"].value() == "Yasmine El Idrissi"


def test_reading_the_address_starts_nothing(client):
    first = first_child(month_ahead(capacity=5))
    before = EnrolmentDraft.objects.count()

    assert client.get(f"/i/{first.token}/autre/").status_code == 405
    assert EnrolmentDraft.objects.count() == before


def full_group():
    """(a group of two, who has a seat in it)"""
    of = month_ahead(capacity=2)
    seated = [drafts.send(draft(of, phone="0611111111", given_name=name), may_wait=True) for name in ("Amal", "Hind")]
    return of, seated[0]


@pytest.fixture
def line(client):
    """Two have the only seats, then two children of one family wait, together, before a stranger."""
    of, seated = full_group()
    first = first_child(of)
    second_child(client, first, together="on", wait="1")
    drafts.send(draft(of, phone="0622222222", given_name="Dounia"), may_wait=True)
    return of, seated


def states(of):
    return list(of.enrolments.order_by("sequence").values_list("state", flat=True))


def test_the_name_of_the_other_is_isolated_and_not_shown_as_code(client):
    of, _seated = full_group()
    first = first_child(of, given_name="<b>Badr")
    made = drafts.keep(None, run=of, answers=families.shared_answers(first) | CHILD_ANSWERS)

    page = client.get(f"/fr/inscription/{of.code}/verifier/?d={made.token}").text

    assert "<bdi>&lt;b&gt;Badr</bdi>" in page.partition('name="together"')[2]
    assert "&lt;bdi&gt;" not in page


def test_who_is_asked_and_who_waits_together_reads_how_often_others_may_go_first(client):
    of, _seated = full_group()
    first = first_child(of)
    made = drafts.keep(None, run=of, answers=families.shared_answers(first) | CHILD_ANSWERS)

    def reads(address):
        return f"before you {queue.MOST_PASSES} times at most" in client.get(address).text

    assert reads(f"/en/inscription/{of.code}/verifier/?d={made.token}")
    assert not reads(f"/i/{first.token}/?langue=en"), "who waits alone is not told"
    second_child(client, first, together="on", wait="1")
    assert reads(f"/i/{first.token}/?langue=en")


def test_two_who_want_in_together_get_two_seats_or_none(line):
    of, seated = line
    assert of.enrolments.exclude(party=None).count() == 2

    queue.leave(seated, by=None)

    assert states(of)[2:] == ["waiting", "waiting", "offered"]


def test_two_seats_go_to_the_two(line):
    of, seated = line
    type(of).objects.filter(pk=of.pk).update(capacity=3)

    queue.leave(seated, by=None)

    assert states(of)[2:] == ["offered", "offered", "waiting"]


def test_nobody_brings_a_friend_forward(client):
    of, seated = full_group()
    first = first_child(of)
    between = drafts.send(draft(of, phone="0622222222", given_name="Dounia"), may_wait=True)
    second_child(client, first, together="on", wait="1")
    type(of).objects.filter(pk=of.pk).update(capacity=3)
    queue.leave(seated, by=None)

    between.refresh_from_db()
    assert between.state == "offered"
    assert states(of)[2:] == ["waiting", "offered", "waiting"]


def test_who_has_a_seat_is_not_asked_about_being_together(client):
    page = client.get(second_child(client, first_child(month_ahead(capacity=5)))[1])

    assert page.status_code == 302  # sent: the receipt


def test_one_phone_enrols_a_large_family_and_no_more(monkeypatch):
    monkeypatch.setattr(drafts, "MOST_PER_PHONE", 3)
    of = month_ahead(capacity=9)
    for number in range(3):
        first_child(of, given_name=f"Enfant {number}")

    with pytest.raises(drafts.EnrolmentRefused) as refused:
        first_child(of, given_name="Encore")

    assert refused.value.reason.code == "too_many"
    assert first_child(of, given_name="Voisine", phone="0633333333").state == "enrolled"


def test_one_address_may_enrol_a_class_and_no_more(client, settings):
    settings.ENROLMENT_POSTS_PER_HOUR = 3
    of, network = month_ahead(capacity=9), {"REMOTE_ADDR": "41.140.7.7"}
    path = f"/fr/inscription/{of.code}/1/"

    answers = [client.post(path, {"who": "me"}, **network).status_code for _time in range(5)]

    assert answers == [302, 302, 302, 429, 429]
    assert client.get(path, **network).status_code == 200
    assert client.post(path, {"who": "me"}, REMOTE_ADDR="41.140.7.8").status_code == 302


def test_nobody_is_refused_while_the_cache_is_away(client, settings):
    settings.ENROLMENT_POSTS_PER_HOUR = 0
    settings.CACHES = settings.CACHES | {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}
    }

    assert client.post(f"/fr/inscription/{month_ahead().code}/1/", {"who": "me"}).status_code == 302


def test_a_third_is_of_the_party_before_the_line_moves(client):
    """A seat is free, which two who want in together cannot use: it is not offered to the third of them alone."""
    of, _seated = full_group()
    first = first_child(of)
    second_child(client, first, together="on", wait="1")
    type(of).objects.filter(pk=of.pk).update(capacity=3)
    made = drafts.keep(None, run=of, answers=families.shared_answers(first) | CHILD_ANSWERS)

    sent = {"consent": "on", "together": "on", "wait": "1"}
    assert client.post(f"/fr/inscription/{of.code}/verifier/?d={made.token}", sent).status_code == 302

    assert states(of)[2:] == ["waiting"] * 3
    assert of.enrolments.exclude(party=None).count() == 3


def test_a_tick_that_is_taken_back_is_taken_back(client):
    of, _seated = full_group()
    first = first_child(of)
    made = drafts.keep(None, run=of, answers=families.shared_answers(first) | CHILD_ANSWERS | {"together": True})

    client.post(f"/fr/inscription/{of.code}/verifier/?d={made.token}", {"consent": "on", "wait": "1"})

    assert not of.enrolments.exclude(party=None).exists()


def test_where_the_group_never_has_so_many_seats_nobody_is_asked_and_nobody_stuck(client):
    of, _seated = full_group()
    first = first_child(of)
    type(of).objects.filter(pk=of.pk).update(desk_seats=1)
    made = drafts.keep(None, run=of, answers=families.shared_answers(first) | CHILD_ANSWERS | {"together": True})
    check = f"/fr/inscription/{of.code}/verifier/?d={made.token}"

    assert 'name="together"' not in client.get(check).text
    assert client.post(check, {"consent": "on", "wait": "1"}).status_code == 302
    assert not of.enrolments.exclude(party=None).exists()
