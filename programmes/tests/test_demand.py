from datetime import timedelta

import pytest
from celery import current_app
from django.core.cache import cache
from django.http import QueryDict
from kombu.exceptions import OperationalError
from redis import ConnectionError as NoRedis

from learningcity import clock
from learningcity.tests.factories import district

from .. import filters
from ..models import DemandSignal
from ..search import Question
from ..services import demand, indexing
from ..tasks import note_search
from .factories import course, offered, run, venue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_remembered():
    cache.clear()


@pytest.fixture
def sent(monkeypatch):
    """What was handed to the broker: [(name of the task, arguments)]."""
    orders = []
    monkeypatch.setattr(current_app._get_current_object(), "send_task", lambda *order: orders.append(order))
    return orders


def signals():
    return list(DemandSignal.objects.order_by("pk").values_list("kind", "words", "theme", "reason", "count"))


def test_a_search_in_vain_is_handed_over_with_its_address(sent):
    demand.note_search(Question(text="soudure sous l’eau", age=30))
    [(task, [asked, who])] = sent
    assert (task, asked) == ("programmes.tasks.note_search", "?q=soudure+sous+l%E2%80%99eau&age=30")
    assert who


def test_the_same_search_of_the_same_client_counts_once_in_ten_minutes(sent):
    for client in ("1.2.3.4", "1.2.3.4", "5.6.7.8"):
        demand.note_search(Question(text="soudure"), client=client)
    demand.note_search(Question(text="poterie"), client="1.2.3.4")
    assert len(sent) == 3
    assert len({who for _task, [_asked, who] in sent}) == 2


def test_no_address_is_handed_over_and_another_digest_each_day(sent, monkeypatch):
    demand.note_search(Question(text="soudure"), client="1.2.3.4")
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    demand.note_search(Question(text="soudure"), client="1.2.3.4")

    assert len({who for _task, [_asked, who] in sent}) == 2
    assert "1.2.3.4" not in str(sent)


def test_visitors_behind_one_proxy_are_told_apart(client, sent, settings):
    settings.TRUSTED_PROXIES = 1
    for address in ("41.140.1.2", "41.140.1.3", "6.6.6.6, 41.140.1.2"):
        client.get("/fr/cours/?q=soudure", headers={"X-Forwarded-For": address})

    assert len(sent) == 2


@pytest.mark.parametrize("failure", [OperationalError(), OSError()])
def test_a_broker_that_is_away_fails_no_page(monkeypatch, caplog, failure):
    def fail(*order):
        raise failure

    monkeypatch.setattr(current_app._get_current_object(), "send_task", fail)
    demand.note_search(Question(text="soudure"))
    assert "not counted" in caplog.text
    assert "soudure" not in caplog.text


def test_a_cache_that_is_away_fails_no_page(monkeypatch, sent):
    def fail(*arguments):
        raise NoRedis

    monkeypatch.setattr(cache, "add", fail)
    demand.note_search(Question(text="soudure"))
    assert sent == []


def test_the_task_counts_by_day_words_theme_and_place():
    indexing.index_all()
    anfa = district("Anfa")
    for _ in range(2):
        note_search("?q=Couture+et+broderie&arr=anfa&theme=trade&jour=sam&age=30")
    signal = DemandSignal.objects.get()
    assert (signal.day, signal.kind, signal.count) == (clock.local_day(clock.now()), "search", 2)
    assert (signal.words, signal.theme, signal.district) == ("broderie couture", "trade", anfa)
    assert signal.reason == "age,arr,jour,theme"


def test_several_themes_or_districts_are_none_in_particular():
    district("Anfa")
    district("Maârif")
    demand.count_search(filters.read(QueryDict("arr=anfa&arr=maarif&theme=trade&theme=job")))
    assert DemandSignal.objects.values_list("theme", "district", "words").get() == ("", None, "")


@pytest.mark.parametrize(
    "typed",
    [
        *[
            "fatima zahra",
            "0612345678",
            "+212 6 12 34 56 78",
            "moi@exemple.ma",
            "AB123456",
            "anticonstitutionnellementx",
        ],
        *["12 rue des roses", "123456789012"],
    ],
)
def test_what_could_be_about_a_person_is_not_kept(typed):
    offered()
    note_search(f"?q={typed.replace('+', '%2B')}")
    assert DemandSignal.objects.get().words == ""


def test_a_new_word_is_kept_once_several_people_asked_for_it():
    for who in "abc":
        note_search("?q=equitation", who)
    assert signals() == [("search", "", "", "", 2), ("search", "equitation", "", "", 1)]
    note_search("?q=equitation&age=30", "a")
    assert signals()[-1] == ("search", "equitation", "", "age", 1)


def test_a_name_that_one_person_searches_in_many_ways_is_not_kept():
    for filters_chosen in ("", "&theme=trade", "&jour=sam", "&age=30", "&theme=job"):
        note_search(f"?q=mohammedzahraoui{filters_chosen}", "a")
    note_search("?q=mohammedzahraoui")
    assert set(DemandSignal.objects.values_list("words", flat=True)) == {""}


def test_a_name_that_one_person_searches_for_days_from_other_addresses_is_not_kept(monkeypatch):
    start = clock.now()
    for day in range(5):
        monkeypatch.setattr(clock, "now", lambda day=day: start + timedelta(days=day))
        note_search("?q=mohammedzahraoui", f"{day}")
    assert set(DemandSignal.objects.values_list("words", flat=True)) == {""}


def test_a_number_is_never_kept_however_often_it_is_typed():
    for who in "abcde":
        note_search("?q=0612345678", who)
    assert signals() == [("search", "", "", "", 5)]


def test_a_refusal_is_counted_where_and_for_what_it_happened():
    group = run(course=course(theme="trade"), venue=venue(district=district("Anfa")))
    for code in ("full", "age", "full"):
        demand.note_refusal(group, code)
    assert signals() == [("refusal", "", "trade", "full", 2), ("refusal", "", "trade", "age", 1)]
    assert set(DemandSignal.objects.values_list("district__slug", flat=True)) == {"anfa"}


def test_long_words_and_codes_fit():
    indexing.index_all()
    demand.note_refusal(run(), "x" * 200)
    note_search(
        "?q=" + "+".join(["alphabetisation", "informatique", "electromenager", "entrepreneuriat", "developpement"] * 2)
    )
    assert DemandSignal.objects.count() == 2
