from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from programmes.forms.conventions import AmountField
from programmes.models import Commitment, MoneyEntry
from programmes.services.conventions import amend, enter_money
from programmes.tests.desk import parts
from programmes.tests.factories import commitment, convention, course, member, programme, run, today

pytestmark = pytest.mark.django_db
INDEX = "/gestion/conventions/"


@pytest.fixture
def agreement():
    return convention(axes=2)


def page_of(agreement):
    return f"{INDEX}{agreement.code}/"


def answers(agreement, **changed):
    given = {"axis": agreement.axes.first().pk, "kind": "paid", "amount": "1 500,50", "reference": "OP 12"}
    return given | parts("on", today()) | {"contribution": ""} | changed


def enter(axis, kind, amount, officer):
    values = {"on": today(), "reference": f"{kind} {amount}", "contribution": None}
    return enter_money(axis, kind=kind, amount=Decimal(amount), by=officer, **values)


def test_the_list_leads_to_each_agreement(page, officer, agreement):
    assert f'href="/en{page_of(agreement)}"' in page(INDEX, user=officer).text


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_an_agreement_shows_three_sums_per_axis_and_what_they_say_together(page, officer, agreement, language):
    first, _second = agreement.axes.all()
    for kind, amount in (("budgeted", 4_000_000), ("committed", 1000), ("paid", 290)):
        enter(first, kind, amount, officer)
    found = page(page_of(agreement), language, user=officer).context["axes"]
    figures = ["".join(filter(str.isdigit, amount)) for _label, amount in found[0]["money"]["rows"]]
    assert figures == ["4000000", "1000", "290", "29"]
    assert found[1]["money"]["rows"][3][1] == "–"


def test_programmes_and_versions_of_commitments_stand_at_their_axis(page, officer, agreement):
    axis = agreement.axes.first()
    offered = programme(axis=axis, name_fr="Deuxième chance")
    run(course=course(programme=offered))
    first = commitment(axis)
    second = amend(first, target=Decimal("40.5"), due_on=first.due_on, agreed_on=today(), by=officer)
    shown = page(page_of(agreement), user=officer)
    assert "Deuxième chance" in shown.text
    assert "40.5" in shown.text
    assert f"engagements/{second.pk}/" in shown.text
    assert f"engagements/{first.pk}/" not in shown.text
    assert [version for _target, version in shown.context["axes"][0]["promises"][0]["before"]] == [first]


def test_the_official_reads_and_is_offered_nothing_to_write(page, agreement):
    commitment(agreement.axes.first())
    shown = page(page_of(agreement), user=member("official")).text
    assert "ecriture" not in shown
    assert "engagements" not in shown


def test_a_line_is_entered_once_however_often_the_form_is_sent(desk, officer, agreement):
    address = f"/en{page_of(agreement)}ecriture/"
    sent = desk.post(address, answers(agreement))
    assert (sent.status_code, sent.headers["Location"]) == (302, f"/en{page_of(agreement)}")
    again = desk.post(address, answers(agreement))
    assert again.status_code == 422
    line = MoneyEntry.objects.get()
    assert (line.amount, line.kind, line.on, line.entered_by) == (Decimal("1500.50"), "paid", today(), officer)


def test_a_warning_follows_the_line_that_is_entered(desk, agreement):
    shown = desk.post(f"/en{page_of(agreement)}ecriture/", answers(agreement), follow=True)
    assert [message.level_tag for message in shown.context["messages"]] == ["success", "warning"]
    assert shown.context["axes"][0]["money"]["is_overpaid"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "beaucoup"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"on_2": "2039"}, "on"),
        ({"reference": ""}, "reference"),
        ({"kind": "stolen"}, "kind"),
        ({"axis": "999999"}, "axis"),
    ],
)
def test_a_refused_line_says_why_at_its_answer(desk, agreement, changed, field):
    refused = desk.post(f"/fr{page_of(agreement)}ecriture/", answers(agreement, **changed))
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == [field]
    assert not MoneyEntry.objects.exists()


def test_an_axis_of_another_agreement_is_not_among_the_choices(desk, agreement):
    other = convention().axes.get()
    refused = desk.post(f"/en{page_of(agreement)}ecriture/", answers(agreement, axis=other.pk))
    assert list(refused.context["form"].errors) == ["axis"]


def test_a_commitment_is_amended_and_its_first_version_kept(desk, agreement):
    first, day = commitment(agreement.axes.first()), today()
    due = first.due_on
    given = {"target": "45"} | parts("due_on", due) | parts("agreed_on", day)
    address = f"/en{page_of(agreement)}engagements/{first.pk}/"
    assert desk.post(address, given).status_code == 302
    assert [version.target for version in Commitment.objects.order_by("pk")] == [50, 45]
    assert desk.post(address, given).status_code == 422
    assert Commitment.objects.count() == 2


def test_a_commitment_has_no_page_under_another_agreement(page, officer, agreement):
    page(f"{page_of(convention())}engagements/{commitment(agreement.axes.first()).pk}/", user=officer, status=404)


def test_many_lines_are_read_twenty_at_a_time_with_as_many_statements(client, officer, agreement, queries_of):
    axis = agreement.axes.first()
    client.force_login(officer)
    counts = []
    for start, end in ((1, 2), (2, 31)):
        for amount in range(start, end):
            enter(axis, "paid", amount, officer)
        counts.append(queries_of(client.get, f"/fr{page_of(agreement)}"))
    shown = client.get(f"/fr{page_of(agreement)}?page=2")
    assert len(shown.context["lines"]) == 10
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1500000", "1500000"),
        ("1 500 000", "1500000"),
        ("1\u00a0500\u202f000,5", "1500000.5"),
        ("1.500.000", "1500000"),
        ("1,500,000.25", "1500000.25"),
        ("1.500", "1500"),
        ("-2500,50", "-2500.50"),
        ("−12", "-12"),
        ("٢٥٠٠٫٥", "2500.5"),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed, amount):
    assert AmountField().clean(typed) == Decimal(amount)


@pytest.mark.parametrize("typed", ["1.2.3", "1,50,000", "12,345.678,9", "1e9", "--1", "1.500.00", "9" * 13])
def test_what_is_no_amount_is_refused(typed):
    with pytest.raises(ValidationError):
        AmountField().clean(typed)


def test_nothing_is_due_later_than_it_is_agreed(desk, agreement):
    first, day = commitment(agreement.axes.first()), today() - timedelta(days=3)
    given = {"target": "45"} | parts("due_on", day) | parts("agreed_on", today())
    refused = desk.post(f"/en{page_of(agreement)}engagements/{first.pk}/", given)
    assert list(refused.context["form"].errors) == ["due_on"]
