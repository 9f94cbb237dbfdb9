"""What the tests of an enrolment do again and again, and the groups they do it in."""

import re

from .test_portal import fill_person, submit

ERROR = {"fr": "Erreur\N{NO-BREAK SPACE}:", "ar": "خطأ:"}

# Six groups of the demonstration with what the tests need: one like any other, one at the same hours, one that begins
# when the first ends, one for people of 30 and over, two without a seat.
GROUPS = """
import json
from datetime import datetime, timedelta
from learningcity import clock
from programmes.models import CourseRun, Meeting
at = clock.now()
fields = {"women_only": False, "allocation": "first_come", "course__kind": "regular", "course__is_sensitive": False}
fields |= {"starts_on__gt": clock.local_day(at) + timedelta(days=9), "meetings__isnull": False}
found = {}
for run in CourseRun.objects.on_offer(at).with_places().filter(**fields).select_related("course").order_by("pk"):
    low, high = run.course.minimum_age or 0, run.course.maximum_age or 99
    if low <= 25 and high >= 45:
        found.setdefault(run.course_id, run)
plain, same, after, aged, *full = list(found.values())[:6]
hours = list(plain.meetings.all())
for run, later in ((same, False), (after, True)):
    run.meetings.all().delete()
    for meeting in hours:
        start = meeting.ends_at if later else meeting.starts_at
        end = (datetime.combine(meeting.date, start) + timedelta(hours=1)).time()
        Meeting.objects.create(run=run, date=meeting.date, starts_at=start, ends_at=end)
    CourseRun.objects.filter(pk=run.pk).update(starts_on=plain.starts_on, ends_on=plain.ends_on)
CourseRun.objects.filter(pk=plain.pk).update(capacity=200)
type(aged.course).objects.filter(pk=aged.course_id).update(minimum_age=30, maximum_age=None)
room = {"waiting_places": 50, "enrolment_closes_at": at + timedelta(days=8)}
for run in full:
    taken = run.seats_taken + run.desk_seats - run.desk_taken
    CourseRun.objects.filter(pk=run.pk).update(capacity=taken, **room)
names = {"plain": plain, "same": same, "after": after, "aged": aged, "full-fr": full[0], "full-ar": full[1]}
print(json.dumps({name: [run.code, run.course.slug, str(run.starts_on)] for name, run in names.items()}))
"""
OFFER = """
from django.db.models import F
from programmes.models import CourseRun
from participants.services import queue
CourseRun.objects.filter(code="{code}").update(capacity=F("capacity") + 1)
queue.sweep()
"""
FINISH = """
from participants.models import Enrolment
Enrolment.objects.filter(token="{token}").update(state="completed")
"""


# --- The pages ----------------------------------------------------------------------------------------------------


def first_page(open_page, groups, lang, name="plain", **options):
    return open_page(f"/{lang}/inscription/{groups[name][0]}/1/", **options)


def fill_contact(page, phone):
    page.fill("[name=phone]", phone)
    page.check("[name=channel][value=sms]")


def to_check(page, lang, phone, **person):
    """From the first page to the last, for oneself."""
    page.check("[name=who][value=me]")
    submit(page)
    fill_person(page, lang, **person)
    submit(page)
    fill_contact(page, phone)
    submit(page)


def send(page):
    page.check("[name=consent]")
    submit(page)
    assert "/i/" in page.url


def asked(page):
    """Names of the questions of a page: a date is one, and what may be left out is none."""
    names = page.locator("main form [name]:not([type=hidden]):not(button)").evaluate_all("all => all.map(e => e.name)")
    return {re.sub(r"_\d\Z", "", name) for name in names} - {"needs", "consent", "adult_agrees"}


def born(page, day):
    for part, value in enumerate((day.day, day.month, day.year)):
        page.fill(f"[name=birth_{part}]", str(value))


# --- What they show ----------------------------------------------------------------------------------------------


def shows_its_errors(page, lang, fields):
    """Title, summary, and beside each of the fields the same words, which it names."""
    assert page.title().startswith(ERROR[lang])
    summary = page.locator("main .page > :first-child")
    assert summary.get_attribute("data-error-summary") is not None
    assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    links = summary.locator("a")
    assert links.count() == len(fields)
    for number, name in enumerate(fields):
        said, target = links.nth(number).inner_text(), links.nth(number).get_attribute("href")
        control = page.locator(target)
        assert re.sub(r"_\d\Z", "", control.get_attribute("name")) == name
        wrong = page.locator(".field-wrong").nth(number)
        assert wrong.locator(target).count() == 1
        described = wrong.locator("xpath=descendant-or-self::*[@aria-describedby]").first
        beside = [page.locator(f"#{each}") for each in described.get_attribute("aria-describedby").split()]
        assert any(said in each.inner_text() for each in beside)
        assert wrong.locator("xpath=descendant-or-self::*[@aria-invalid='true']").count() >= 1


def stands_before(page, words, button):
    """Whether the words are read before the button."""
    return page.locator("main").evaluate(
        """(main, [words, button]) => {
            const range = document.createRange();
            range.setStart(main, 0);
            range.setEndBefore(main.querySelector(button));
            return range.toString().replace(/\\s+/g, " ").includes(words.replace(/\\s+/g, " "));
        }""",
        [words, button],
    )
