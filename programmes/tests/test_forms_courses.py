"""What is typed into the form of a course, and what it says about mistakes."""

import pytest

from ..models import Course, Membership
from ..services import publishing
from .desk import (
    FACTS,
    NEW,
    TEXTS,
    answers,
    chosen,
    day_of,
    errors_of,
    first_group,
    hidden,
    send,
)
from .factories import course, organisation

pytestmark = pytest.mark.django_db
State, Role = Course.State, Membership.Role


def test_everything_typed_is_kept_when_refused(desk, place):
    organisation()
    form = desk.get(f"{NEW}?modele=vide")

    refused = send(desk, form, **TEXTS, **first_group(place) | {"times": "", "starts_at": "midi"})

    assert refused.status_code == 422
    assert errors_of(refused) == {"programme", "theme", "organisation", "starts_at", "times"}
    kept = answers(refused)
    assert {name: kept[name] for name in TEXTS} == TEXTS
    assert (kept["starts_at"], kept["venue"], kept["first_day_2"]) == ("midi", str(place.pk), str(day_of().year))
    assert hidden(refused, "key") == hidden(form, "key")
    assert not Course.objects.exists()


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"title_fr": "", "title_ar": ""}, {"title_fr"}),
        ({"title_fr": "x" * 121}, {"title_fr"}),
        ({"minimum_age": "30", "maximum_age": "18"}, {"maximum_age"}),
        ({"minimum_age": "abc"}, {"minimum_age"}),
        ({"hours": "99999"}, {"hours"}),
        ({"fee": "-1"}, {"fee"}),
        ({"certificate_share": "101"}, {"certificate_share"}),
        ({"theme": "magic"}, {"theme"}),
        ({"capacity": ""}, {"capacity"}),
        ({"capacity": "31"}, {"capacity"}),
        ({"capacity": "10", "desk_seats": "11"}, {"desk_seats"}),
        ({"ends_at": "9 h"}, {"ends_at"}),
        ({"first_day_2": "2020"}, {"first_day"}),
        ({"first_day_0": "31", "first_day_1": "2"}, {"first_day"}),
        ({"times": "0"}, {"times"}),
        ({"venue": "999999"}, {"venue"}),
    ],
    ids=str,
)
def test_each_mistake_leads_to_its_field(desk, place, changes, wrong):
    form = desk.get(f"{NEW}?modele=vide")
    facts = chosen(place)

    refused = send(desk, form, **TEXTS | FACTS | facts | first_group(place) | changes)

    assert (refused.status_code, errors_of(refused)) == (422, wrong)
    assert not Course.objects.exists()


@pytest.mark.parametrize("bad", ["Cou\r\nX-EVIL:1", "Cou\rture", "Cou\tture", "Cou\u2028ture"])
def test_a_title_stands_on_one_line_and_a_summary_on_many(desk, place, bad):
    form = desk.get(f"{NEW}?modele=vide")
    facts = chosen(place) | {"summary_fr": "Une ligne.\r\nUne autre."}

    assert errors_of(send(desk, form, **facts, title_fr=bad)) == {"title_fr"}
    assert send(desk, form, **facts, title_fr=" Couture\r\n").status_code == 302


def test_all_ages_is_said_by_one_tick(desk, place):
    form = desk.get(f"{NEW}?modele=vide")
    facts = chosen(place) | {"title_fr": "Couture"}
    send(desk, form, **facts, all_ages="on", maximum_age="12")

    made = Course.objects.get()
    assert (made.minimum_age, made.maximum_age) == (0, None)
    shown = answers(desk.get(f"/fr/gestion/cours/{made.code}/"))
    assert (shown["all_ages"], shown["minimum_age"]) == ("on", "")


def test_arabic_is_written_from_right_to_left_on_every_page(desk, place):
    for language in ("fr", "ar", "en"):
        text = desk.get(f"/{language}/gestion/cours/nouveau/?modele=vide").text
        for tag in [tag for tag in text.split("<") if 'name="title_ar"' in tag or 'name="summary_ar"' in tag]:
            assert 'lang="ar"' in tag
            assert 'dir="rtl"' in tag


def test_gaps_lead_to_fields_that_are_there(desk):
    draft = course(
        state=State.DRAFT, published_at=None, title_ar="", summary_fr="", outcomes_fr="", certificate_share=0
    )
    gaps = publishing.missing(draft)

    text = desk.get(f"/fr/gestion/cours/{draft.code}/").text

    assert len(gaps) == len(publishing.NEEDED) - 1
    assert [gap.anchor for gap in gaps if f'id="{gap.anchor}"' not in text] == []
