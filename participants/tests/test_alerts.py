from datetime import timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse

from learningcity import clock
from learningcity.models import OutboxMessage
from programmes import filters
from programmes.services import indexing
from programmes.tests.factories import course, run

from ..models import Alert
from ..services import alerts

pytestmark = pytest.mark.django_db
PHONE = "+212612345678"


def question(query=""):
    return filters.read(QueryDict(query))


def group(**fields):
    made = run(**fields)
    indexing.index_all()
    return made


@pytest.fixture(autouse=True)
def by_day(monkeypatch):
    """Texts leave by day; the tests may run by night."""
    monkeypatch.setattr(alerts, "DAYTIME", range(24))


def test_a_group_that_opens_later_is_told_once():
    alerts.save(question("theme=trade"), phone=PHONE, language="fr")
    made = group(course=course(theme="trade", title_fr="Couture"))

    assert alerts.tell() == 1
    assert alerts.tell() == 0
    message = OutboxMessage.objects.get()
    assert (str(message.recipient), message.template, message.values["course"]["fr"]) == (PHONE, "alert", "Couture")
    assert Alert.objects.get().known_runs == [made.pk]


def test_what_was_on_offer_when_asking_is_no_news():
    group(course=course(theme="trade"))
    alerts.save(question("theme=trade"), phone=PHONE, language="fr")

    assert alerts.tell() == 0


def test_a_group_that_does_not_fit_is_not_told():
    alerts.save(question("theme=trade"), phone=PHONE, language="fr")
    group(course=course(theme="digital"))

    assert alerts.tell() == 0


def test_a_full_group_is_no_news():
    alerts.save(question(), phone=PHONE, language="fr")
    group(capacity=5, seats_taken=5)

    assert alerts.tell() == 0


def test_a_sensitive_course_is_never_named():
    alerts.save(question(), phone=PHONE, language="fr")
    group(course=course(is_sensitive=True))
    alerts.tell()

    assert OutboxMessage.objects.get().values["course"] is None


def test_nobody_is_told_at_night(monkeypatch):
    monkeypatch.setattr(alerts, "DAYTIME", range(0))
    alerts.save(question(), phone=PHONE, language="fr")
    group()

    assert alerts.tell() == 0
    assert not OutboxMessage.objects.exists()


def test_asking_again_keeps_one_alert_and_six_more_months():
    first = alerts.save(question("theme=trade"), phone=PHONE, language="fr")
    Alert.objects.update(expires_at=clock.now() + timedelta(days=1))
    again = alerts.save(question("theme=trade"), phone=PHONE, language="ar")

    assert again.pk == first.pk
    assert again.expires_at - clock.now() > timedelta(days=180)
    assert Alert.objects.get().language == "ar"


def test_an_alert_whose_time_has_passed_is_forgotten():
    alerts.save(question(), phone=PHONE, language="fr")
    Alert.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    group()

    assert alerts.tell() == 0
    assert not Alert.objects.exists()


def test_a_phone_has_five_alerts_at_most(client):
    for theme in ["trade", "digital", "reading", "child", "job"]:
        alerts.save(question(f"theme={theme}"), phone=PHONE, language="fr")

    with pytest.raises(alerts.TooManyAlerts):
        alerts.save(question("theme=culture"), phone=PHONE, language="fr")
    answer = client.post("/fr/me-prevenir/?theme=culture", {"phone": "0612345678", "language": "fr"})
    assert answer.status_code == 422


def test_the_form_saves_the_search_of_its_address(client):
    answer = client.post("/fr/me-prevenir/?theme=trade&x=1", {"phone": "06 12 34 56 78", "language": "ar"})

    alert = Alert.objects.get()
    assert (str(alert.phone), alert.language, alert.search) == (PHONE, "ar", "theme=trade")
    assert answer.status_code == 302
    assert reverse("alert-link", args=[alert.token]) in answer["Location"]


@pytest.mark.parametrize("phone", ["", "12", "+212891234567"])
def test_a_wrong_phone_is_said_beside_the_field(client, phone):
    answer = client.post("/en/me-prevenir/", {"phone": phone, "language": "fr"})

    assert answer.status_code == 422
    assert "Enter a 10-digit Moroccan number" in answer.text
    assert not Alert.objects.exists()


def test_ending_it_deletes_the_number_and_opening_the_link_does_not(client):
    alert = alerts.save(question(), phone=PHONE, language="fr")
    address = reverse("alert-link", args=[alert.token])

    assert client.get(address).status_code == 200
    assert Alert.objects.exists()
    assert client.post(address).status_code == 302
    assert not Alert.objects.exists()
    assert client.get(address).status_code == 404
