from collections import Counter

import pytest
from django.utils import timezone
from journal import Entry, Ledger, breaches, committed_unheard, message_breaches, read, who_was_told_first_is_first

from learningcity.models.messages import OutboxMessage
from participants.models import Enrolment
from participants.services import drafts
from participants.tests import factories
from programmes.tests.factories import run

pytestmark = pytest.mark.django_db


def person(number):
    return {"given_name": f"Resident {number}", "phone": f"+2126123456{number:02}"}


def acknowledged(group, number, *, second=None):
    """Someone who was told of her place; `second` is when she pressed the button."""
    draft = factories.draft(group, **person(number))
    enrolment = drafts.send(draft, may_wait=True)
    at = float(number if second is None else second)
    times = {"first_sent": at, "last_sent": at, "answered": at + 0.5}
    return Entry(draft.token, group.code, "acknowledged", enrolment.token, **times)


@pytest.fixture
def group():
    return run(capacity=2, waiting_places=5)


@pytest.fixture
def journal(group):
    """Two seats and two in line, each told before the next pressed the button."""
    return [acknowledged(group, number) for number in range(1, 5)]


def all_sent():
    """Each message has left once; how often, by reference."""
    OutboxMessage.objects.update(state="sent", sent_at=timezone.now())
    return Counter(OutboxMessage.objects.values_list("dedupe_key", flat=True))


def test_a_good_day_has_no_breach(journal):
    assert list(breaches(journal)) == []
    assert list(message_breaches(journal, all_sent(), kills=0)) == []


def test_a_lost_enrolment_is_named(journal, group):
    lost = Entry(factories.draft(group, **person(9)).token, group.code, "acknowledged", "never-committed")
    assert any("never-committed" in breach for breach in breaches([*journal, lost]))


def test_a_refused_person_with_a_place_is_named(journal):
    journal[0].outcome = "refused"
    assert any("was refused and has a place" in breach for breach in breaches(journal))


def test_an_enrolment_without_a_draft_is_named(journal, group):
    factories.enrolment(group, factories.participant(phone="+212612345699"))
    assert any("belongs to no draft" in breach for breach in breaches(journal))


def test_two_places_for_one_phone_are_named(journal, group):
    draft = factories.draft(group, given_name="Resident 1 again", phone=person(1)["phone"])
    again = drafts.send(draft, may_wait=True)
    journal.append(Entry(draft.token, group.code, "acknowledged", again.token, 9.0, 9.0, 9.5))
    assert any("2 places" in breach for breach in breaches(journal))


def test_someone_who_waits_beside_a_free_seat_is_named(journal, group):
    Enrolment.objects.filter(run=group, sequence=1).update(state="waiting")
    assert any("seats are free" in breach for breach in breaches(journal))


def test_a_line_out_of_the_order_of_commits_is_named(journal, group):
    Enrolment.objects.filter(run=group, sequence=3).update(sequence=99)
    assert any("number 99" in breach for breach in breaches(journal))


def test_a_later_person_in_front_is_named(journal):
    journal[3].answered = 0.1
    assert list(who_was_told_first_is_first(Ledger(journal))) != []


def test_a_commit_whose_answer_was_lost_is_counted(journal):
    assert committed_unheard(journal) == 0
    journal[0].last_sent = timezone.now().timestamp() + 1
    assert committed_unheard(journal) == 1


def test_a_missing_and_a_doubled_text_are_named(journal):
    texts = all_sent()
    first, second, *_ = texts
    texts[first], texts[second] = 0, 2
    found = list(message_breaches(journal, texts, kills=0))
    assert [breach for breach in found if "never left" in breach] == [f"{first} counts as sent and never left"]
    assert f"{second} was sent 2 times" in found


def test_more_messages_in_doubt_than_the_kills_allow_are_named(journal):
    texts = all_sent()
    OutboxMessage.objects.update(state="dead", sent_at=None)
    assert list(message_breaches(journal, texts, kills=2)) == []
    assert list(message_breaches(journal, texts, kills=1)) == ["4 dead messages for 1 kills"]


def test_a_message_that_still_waits_is_named(journal):
    found = list(message_breaches(journal, Counter(), kills=0))
    assert len(found) == 4
    assert all("is still pending" in breach for breach in found)


def test_the_journal_is_read_as_it_was_written(tmp_path, journal):
    path = tmp_path / "journal"
    path.write_text("".join(entry.line() for entry in journal))
    assert read(path) == journal
