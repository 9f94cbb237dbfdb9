from datetime import time, timedelta
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.http import QueryDict
from django.urls import reverse

from learningcity import clock
from learningcity.models import Holiday, OutboxMessage
from programmes import filters
from programmes.models import CourseRun
from programmes.services import indexing
from programmes.tests.factories import course, run, venue

from ..models import Alert
from ..services import alerts, hours

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
    """Texts leave by day; the tests may run by night or at noon on a Friday."""
    for usual in ("OPEN", "OPEN_ON_FRIDAY"):
        monkeypatch.setattr(hours, usual, [(time.min, time.max)])


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


def test_another_group_of_a_course_that_still_has_places_is_told():
    sewing = course(theme="trade")
    first = group(course=sewing)
    alerts.save(question("theme=trade"), phone=PHONE, language="fr")
    other = group(course=sewing, starts_on=first.starts_on + timedelta(days=30))

    assert alerts.tell() == 1
    assert OutboxMessage.objects.get().values["date"] == other.starts_on.isoformat()
    assert alerts.tell() == 0


def test_a_course_is_no_news_because_another_one_closes():
    maker, place = course(theme="trade"), venue()
    offers = [course(theme="trade", programme=maker.programme, organisation=maker.organisation) for _ in range(201)]
    first, *_others = [run(course=each, venue=place, meetings=0) for each in offers]
    indexing.index_all()
    alerts.save(question("theme=trade"), phone=PHONE, language="fr")
    CourseRun.objects.filter(pk=first.pk).update(enrolment_closes_at=clock.now())
    indexing.index_all()

    assert alerts.tell() == 0


def test_a_place_that_is_given_back_is_told_once_only_where_none_was_left():
    full, open_one = group(seats_taken=30), group()
    alerts.save(question(), phone=PHONE, language="fr")
    for _ in range(2):
        for seats in (30, 29):
            CourseRun.objects.filter(pk__in=[full.pk, open_one.pk]).update(seats_taken=seats)
        alerts.tell()
        Alert.objects.update(told_on=None)

    assert Alert.objects.get().known_runs == [full.pk, open_one.pk]
    assert OutboxMessage.objects.count() == 1


def test_a_group_announced_before_its_window_is_told_when_it_opens():
    alerts.save(question(), phone=PHONE, language="fr")
    later = group(enrolment_opens_at=clock.now() + timedelta(days=1))
    assert alerts.tell() == 0

    CourseRun.objects.filter(pk=later.pk).update(enrolment_opens_at=clock.now())
    indexing.index_all()
    assert alerts.tell() == 1


def test_what_opens_after_the_message_of_the_day_is_told_the_next_day():
    alerts.save(question(), phone=PHONE, language="fr")
    group()
    alerts.tell()
    second = group()
    assert alerts.tell() == 0

    OutboxMessage.objects.all().delete()
    Alert.objects.update(told_on=clock.local_day(clock.now()) - timedelta(days=1))
    assert alerts.tell() == 1
    assert OutboxMessage.objects.get().values["date"] == second.starts_on.isoformat()
    assert second.pk in Alert.objects.get().known_runs


def test_a_course_that_has_only_some_of_the_words_is_not_told():
    alerts.save(question("q=couture+soudure"), phone=PHONE, language="fr")
    group(course=course(title_fr="Couture"))
    group(course=course(title_fr="Soudure"))

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


def test_nobody_is_told_on_a_holiday_but_the_day_after():
    today = Holiday.objects.create(date=clock.local_day(clock.now()), name_fr="Aïd", name_ar="عيد", name_en="Eid")
    alerts.save(question(), phone=PHONE, language="fr")
    group()
    assert alerts.tell() == 0
    assert not OutboxMessage.objects.exists()

    today.delete()
    assert alerts.tell() == 1


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


def test_an_alert_that_has_ended_is_not_revived_beyond_the_five():
    themes = ["trade", "digital", "reading", "child", "job", "culture"]
    for theme in themes:
        alerts.save(question(f"theme={theme}"), phone=PHONE, language="fr")
        if theme == "trade":
            Alert.objects.update(expires_at=clock.now() - timedelta(seconds=1))

    with pytest.raises(alerts.TooManyAlerts):
        alerts.save(question("theme=trade"), phone=PHONE, language="fr")


@pytest.mark.parametrize("letters", ["خ" * 200, "".join(map(chr, range(0x20000, 0x20000 + 200 * 331, 331)))])
def test_the_longest_search_is_saved_once(client, letters):
    address = f"/ar/me-prevenir/?{urlencode({'q': letters})}"
    for _ in range(2):
        assert client.post(address, {"phone": "0612345678", "language": "ar"}).status_code == 302

    assert Alert.objects.get().search == urlencode({"q": letters})


def test_the_page_of_an_alert_shows_one_group_of_each_course(client):
    alert = alerts.save(question(), phone=PHONE, language="fr")
    sewing = course()
    for _ in range(3):
        group(course=sewing)

    answer = client.get(reverse("alert-link", args=[alert.token]))
    assert len(answer.context["cards"]) == 1


def test_the_form_saves_the_search_of_its_address_and_the_link_goes_to_the_phone(client):
    answer = client.post("/fr/me-prevenir/?theme=trade&x=1", {"phone": "06 12 34 56 78", "language": "ar"})

    alert = Alert.objects.get()
    assert (str(alert.phone), alert.language, alert.search) == (PHONE, "ar", "theme=trade")
    assert (answer.status_code, answer["Location"]) == (302, "/fr/cours/?theme=trade")
    message = OutboxMessage.objects.get()
    assert (message.recipient, message.language, message.template) == (PHONE, "ar", "alert_saved")
    assert alert.token in message.values["link"]


def test_who_types_the_number_of_somebody_sees_the_same_and_never_her_link(client):
    pages = []
    for _time in range(2):
        pages.append(client.post("/fr/me-prevenir/?q=couture", {"phone": PHONE, "language": "fr"}, follow=True))

    token = Alert.objects.get().token
    assert [page.status_code for page in pages] == [200, 200]
    assert [chain for page in pages for chain in page.redirect_chain] == [("/fr/cours/?q=couture", 302)] * 2
    assert not [page for page in pages if token in page.text]
    assert OutboxMessage.objects.count() == 1  # once a day


def test_nobody_makes_us_write_to_one_number_after_the_other(client):
    cache.clear()
    typed = [{"phone": f"06123{number:05}", "language": "fr"} for number in range(61)]
    answers = [client.post("/fr/me-prevenir/?q=couture", each).status_code for each in typed]
    assert answers == [302] * 60 + [429]
    cache.clear()


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


@pytest.mark.parametrize("end", ["stop", "time"])
def test_what_was_written_because_of_an_alert_ends_with_it(client, end):
    alert, other = (alerts.save(question(), phone=phone, language="fr") for phone in (PHONE, "+212698765432"))
    alerts.send_link(alert)
    group()
    assert alerts.tell() == 2
    OutboxMessage.objects.filter(template="alert_saved").update(state="sent", sent_at=clock.now())

    if end == "stop":
        alerts.stop(alert.token)
    else:
        Alert.objects.filter(pk=alert.pk).update(expires_at=clock.now())
        alerts.tell()

    gone = OutboxMessage.objects.filter(dedupe_key__startswith=f"alert:{alert.pk}:").order_by("template")
    assert [(row.recipient, row.values, row.state) for row in gone] == [("", {}, "cancelled"), ("", {}, "sent")]
    assert OutboxMessage.objects.get(dedupe_key__startswith=f"alert:{other.pk}:").recipient == str(other.phone)
