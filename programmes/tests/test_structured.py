import html
import json
import re
from datetime import date, time

import pytest
from django.conf import settings
from django.template import Context, Template

from learningcity import strict

from .. import structured
from ..models import CourseRun, Meeting
from . import factories

pytestmark = pytest.mark.django_db
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.S)


def graph_of(run):
    """The Course, its CourseInstance and its EducationEvent, for one group."""
    loaded = CourseRun.objects.for_reading().select_related("course__organisation").get(pk=run.pk)
    course, event = structured.graph(loaded.course, [loaded])["@graph"]
    return course, course["hasCourseInstance"][0], event


def drawn(data):
    return Template("{% data_block data %}").render(Context({"data": data}))


def test_a_course_says_what_it_is_and_that_it_is_free():
    run = factories.run(course=factories.course(language="both", minimum_age=16, cefr_level="A1"))

    course, instance, event = graph_of(run)

    assert (course["@type"], instance["@type"], event["@type"]) == ("Course", "CourseInstance", "EducationEvent")
    assert course["name"] == event["name"] == run.course.title
    assert course["inLanguage"] == instance["inLanguage"] == ["ar", "fr"]
    assert (course["offers"]["price"], course["offers"]["priceCurrency"]) == (0, "MAD")
    assert course["offers"]["category"] == "Free"
    assert course["isAccessibleForFree"] is True
    assert course["typicalAgeRange"] == "16-"
    assert course["educationalLevel"] == "A1"
    assert course["provider"]["name"] == run.course.organisation.name
    assert course["url"] == f"{settings.SITE_URL}/fr/cours/{run.course.slug}/"


def test_a_group_says_when_by_local_hours_and_the_offset_of_its_day():
    run = factories.run(meetings=0, starts_on=date(2026, 9, 19))
    for day in (date(2026, 9, 19), date(2026, 9, 26)):
        factories.meeting(run, date=day)
    factories.meeting(run, date=date(2026, 10, 3), state=Meeting.State.CANCELLED)

    _course, instance, event = graph_of(run)

    assert event["startDate"] == "2026-09-19T10:30:00+01:00"
    assert event["endDate"] == "2026-09-26T12:00:00+00:00"
    assert instance["courseSchedule"] == {
        "@type": "Schedule",
        "startDate": "2026-09-19",
        "endDate": "2026-09-26",
        "repeatFrequency": "Weekly",
        "repeatCount": 2,
        "byDay": ["https://schema.org/Saturday"],
        "startTime": "10:30",
        "endTime": "12:00",
        "duration": "PT90M",
        "scheduleTimezone": "Africa/Casablanca",
    }


def test_the_usual_hours_are_told_not_the_exception():
    run = factories.run(meetings=3)
    factories.meeting(run, date=run.starts_on, starts_at=time(8), ends_at=time(9))
    assert graph_of(run)[1]["courseSchedule"]["startTime"] == "10:30"


def test_a_group_without_meetings_still_has_its_days():
    run = factories.run(meetings=0, course=factories.course(hours=20))
    _course, instance, event = graph_of(run)
    assert "courseSchedule" not in instance
    assert instance["courseWorkload"] == "PT20H"
    assert event["startDate"] == run.starts_on.isoformat()


@pytest.mark.parametrize(
    ("decision", "status"),
    [("planned", "EventScheduled"), ("cancelled", "EventCancelled"), ("postponed", "EventPostponed")],
)
def test_a_group_says_whether_it_takes_place(decision, status):
    assert graph_of(factories.run(decision=decision))[2]["eventStatus"] == f"https://schema.org/{status}"


def test_a_full_group_is_sold_out():
    assert graph_of(factories.run())[2]["offers"]["availability"].endswith("InStock")
    assert graph_of(factories.run(capacity=1, seats_taken=1))[2]["offers"]["availability"].endswith("SoldOut")


def test_the_place_has_an_address_and_what_is_online_has_none():
    run = factories.run(venue=factories.venue(latitude=33.6, longitude=-7.6, address="Rue A"))
    place = graph_of(run)[1]["location"]
    assert place["address"]["streetAddress"] == "Rue A"
    assert place["address"]["addressRegion"] == run.venue.district.name
    assert place["geo"] == {"@type": "GeoCoordinates", "latitude": 33.6, "longitude": -7.6}

    _course, instance, event = graph_of(factories.run(mode=CourseRun.Mode.ONLINE))
    assert instance["courseMode"] == "Online"
    assert event["location"]["@type"] == "VirtualLocation"


def test_nothing_is_said_that_is_not_known():
    def values(data):
        for value in data.values() if isinstance(data, dict) else data:
            yield value
            if isinstance(value, dict | list):
                yield from values(value)

    assert [value for part in graph_of(factories.run()) for value in values(part) if value in (None, "", [])] == []


def test_the_graph_asks_the_database_nothing(django_assert_num_queries):
    pks = [factories.run(meetings=3, course=(course := factories.course())).pk]
    pks += [factories.run(meetings=2, course=course).pk for _number in range(2)]
    runs = list(CourseRun.objects.for_reading().select_related("course__organisation").filter(pk__in=pks))
    with django_assert_num_queries(0):
        structured.graph(runs[0].course, runs)


# --- In a page ----------------------------------------------------------------------------------------


def test_no_text_ends_the_block_it_stands_in():
    evil = "</script><script>alert(1)</script><!-- & \u2028 \u2029"
    text = drawn({"name": evil})
    assert text.count("<") == 2
    assert "&" not in text
    assert not {"\u2028", "\u2029"} & set(text)
    assert json.loads(BLOCK.search(text)[1]) == {"name": evil}


def test_a_course_page_carries_it(page):
    run = factories.run(course=factories.course(title_ar='درس "الخياطة" </script>'))
    response = page(f"/cours/{run.course.slug}/", "ar")
    data = json.loads(BLOCK.search(response.text)[1])
    assert data["@graph"][0]["name"] == run.course.title_ar
    assert data["@graph"][1]["startDate"].startswith(run.starts_on.isoformat())


def test_messengers_are_told_the_title_in_65_letters_and_a_light_picture(page):
    title = "Utiliser son téléphone pour écrire à ses proches et à l’administration de sa ville"
    run = factories.run(course=factories.course(title_fr=title))
    text = page(f"/cours/{run.course.slug}/", "fr").text
    told = dict(re.findall(r'<meta property="og:([\w:]+)" content="([^"]*)">', text))

    assert html.unescape(told["title"]) == "Utiliser son téléphone pour écrire à ses proches et à…"
    assert told["url"] == f"{settings.SITE_URL}/fr/cours/{run.course.slug}/"
    assert told["locale"] == "fr_MA"
    assert re.findall(r'og:locale:alternate" content="(\w+)"', text) == ["ar_MA", "en_GB"]
    assert told["image"].startswith(settings.SITE_URL)
    picture = settings.BASE_DIR / "static/img/share.png"
    assert picture.stat().st_size <= 60_000
    assert picture.read_bytes()[16:24] == (400).to_bytes(4) * 2  # width and height of the PNG


@pytest.mark.parametrize("path", ["/", "/cours/", "/aide/"])
def test_every_public_page_says_what_a_messenger_shows(page, path):
    text = page(path).text
    for name in ("title", "description", "image", "url", "type", "locale"):
        assert text.count(f'property="og:{name}"') == 1


def test_a_shared_place_is_announced_by_its_name(page):
    run = factories.run()
    shared = {
        f"/lieux/{run.venue.slug}/": run.venue,
        f"/partenaires/{run.course.organisation.code}/": run.course.organisation,
    }
    shared[f"/arrondissements/{run.venue.district.slug}/"] = run.venue.district
    for path, record in shared.items():
        title = re.search(r'<meta property="og:title" content="([^"]*)">', page(path, "ar").text)[1]
        assert (record.name_ar or record.name_fr) in html.unescape(title)


def test_a_data_block_that_is_not_data_is_a_problem():
    page = '<!doctype html><html lang="fr" dir="ltr"><head><title>t</title>{}</head><body><h1>h</h1></body></html>'
    assert strict.problems_of(page.format(drawn({"name": "Couture"}))) == []
    (problem,) = strict.problems_of(page.format('<script type="application/ld+json">alert(1)</script>'))
    assert problem.startswith("application/ld+json")
