"""A form sent twice makes one record; sent again with other answers it is refused, and nothing is lost in silence."""

from datetime import time, timedelta

import pytest

from learningcity import clock
from learningcity.models import AuditEntry
from learningcity.tests.races import at_once

from ..models import Course, CourseRun, Membership, Pathway
from ..services import pathways, publishing, runs
from ..services.once import KeyUsed, digest, new_key
from ..services.scheduling import Rule
from .desk import NEW, chosen, complete, errors_of, first_group, hidden, parts, send
from .factories import course, member, run, today, venue

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def rule(times=2):
    first = today() + 20 * DAY
    return Rule((first.isoweekday(),), time(10, 30), time(12), first, times)


def new_group(place, times=2, **facts):
    """What a form says of a group; each call says it anew, as each request does."""
    facts = {
        "venue": place,
        "capacity": 12,
        "enrolment_closes_at": clock.now().replace(hour=0, minute=0) + 5 * DAY,
    } | facts
    facts["enrolment_closes_at"] = facts["enrolment_closes_at"].replace(second=0, microsecond=0)
    return publishing.NewGroup(facts, rule(times))


# --- The four things that are made ----------------------------------------------------------------------------


def a_course(officer):
    like, place, key = complete(), venue(), new_key()

    def make(**answers):
        made = publishing.from_template(like)
        made.title_fr = answers.get("title", "Couture")
        group = new_group(place, answers.get("times", 2))
        return publishing.create(made, key=key, by=answers.get("by", officer), group=group)

    return make, [{"title": "Poterie"}, {"times": 3}, {"by": member(Membership.Role.PROGRAMME_OFFICER)}]


def a_copy_of_a_course(officer):
    like, other, key = complete(), complete(), new_key()

    def make(**answers):
        return publishing.duplicate(**{"course": like, "by": officer, "key": key} | answers)

    return make, [{"course": other}, {"kind": Course.Kind.TEMPLATE}]


def a_group(officer):
    draft, place, key = complete(), venue(), new_key()

    def make(**answers):
        return publishing.add_group(draft, new_group(place, **answers), by=officer, key=key)

    return make, [{"capacity": 13}, {"times": 3}, {"women_only": True}]


def a_copy_of_a_group(officer):
    group, key = run(meetings=2), new_key()

    def make(**answers):
        return runs.duplicate(group, by=officer, key=key, **{"first_day": today() + 100 * DAY} | answers)

    return make, [{"first_day": today() + 200 * DAY}]


def a_pathway(officer):
    steps, key = [course(), course()], new_key()

    def make(**answers):
        names = {"name_fr": "Vers la cuisine", "name_ar": "نحو المطبخ", "goal_fr": "G", "goal_ar": "G"}
        return pathways.create(**{"key": key, "courses": steps, "by": officer} | names | answers)

    return make, [{"name_fr": "Vers la couture"}, {"courses": steps[::-1]}]


@pytest.mark.parametrize("makes", [a_course, a_copy_of_a_course, a_group, a_copy_of_a_group, a_pathway])
def test_the_same_form_makes_one_record_and_with_other_answers_it_is_refused(makes, officer):
    make, others = makes(officer)
    first = make()
    made = counts()

    assert make() == first
    for answers in others:
        with pytest.raises(KeyUsed):
            make(**answers)
    assert counts() == made


def counts():
    """How many of each are there, and how often the journal says that one was made."""
    tables = [model.objects.count() for model in (Course, CourseRun, Pathway)]
    return [*tables, AuditEntry.objects.filter(action__startswith="create").count()]


def test_a_course_that_was_changed_since_is_still_the_one_of_its_form(officer):
    make, _others = a_course(officer)
    first = make()
    Course.objects.filter(pk=first.pk).update(title_fr="Autre titre")

    assert make() == first


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("makes", [a_course, a_group, a_copy_of_a_group, a_pathway])
def test_the_same_form_twice_at_once_makes_one_record(makes, officer):
    make, _others = makes(officer)
    before = counts()

    results = at_once([make] * 3)

    assert len({result.pk for result in results}) == 1
    assert sum(counts()) - sum(before) in (
        2,
        4,
    )  # one record, or a course with its group, and their lines in the journal


def test_a_digest_tells_answers_apart():
    answers = [(), ("a",), ("ab",), ("a", "b"), (["a", "b"],), (["a"], "b"), (1,), (True,), (None, 1)]

    assert len({digest(*each) for each in answers}) == len(answers)
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})


# --- On the pages ---------------------------------------------------------------------------------------------


def test_what_was_corrected_after_sending_is_not_dropped_in_silence(desk, place):
    form = desk.get(f"{NEW}?modele=vide")
    facts = chosen(place) | {"title_fr": "Premier"}
    assert send(desk, form, **facts).status_code == 302

    refused = send(desk, form, **facts | {"title_fr": "Corrigé"}, **first_group(place))

    assert refused.status_code == 422
    assert refused.context["form"].non_field_errors()
    assert "Corrigé" in refused.text
    assert (Course.objects.get().title_fr, CourseRun.objects.count()) == ("Premier", 0)


def test_a_group_and_its_copy_are_made_once(desk, place):
    draft = complete(organisation=place.ours)
    form = desk.get(f"/fr/gestion/cours/{draft.code}/groupe/")
    sent = {send(desk, form, **first_group(place))["Location"] for _time in range(2)}
    assert sent == {f"/fr/gestion/groupes/{CourseRun.objects.get().code}/"}
    assert send(desk, form, **first_group(place) | {"capacity": 7}).status_code == 422

    form = desk.get(f"/fr/gestion/groupes/{CourseRun.objects.get().code}/copier/")
    day = parts("first_day", today() + 300 * DAY)
    assert len({send(desk, form, **day)["Location"] for _time in range(2)}) == 1
    assert send(desk, form, **parts("first_day", today() + 200 * DAY)).status_code == 422
    assert CourseRun.objects.count() == 2


def test_a_copy_of_a_course_with_a_used_key_says_so(desk):
    published, other = complete(state="published"), complete(state="published")
    key = hidden(desk.get(f"/fr/gestion/cours/{published.code}/"), "key", form=1)

    for each in (published, other):
        answer = desk.post(f"/fr/gestion/cours/{each.code}/copier/", {"key": key, "kind": "regular"}, follow=True)

    assert answer.redirect_chain[0][0] == f"/fr/gestion/cours/{other.code}/"
    assert len(answer.context["messages"]) == 1
    assert Course.objects.count() == 3


@pytest.mark.parametrize("page", ["cours/{0.course.code}/groupe/", "groupes/{0.code}/copier/"])
def test_without_its_key_nothing_is_made(desk, page):
    path = f"/fr/gestion/{page.format(run(course=complete(state='published')))}"

    for key in ("", "x", "l" * 8):
        refused = send(desk, desk.get(path), key=key)
        assert refused.status_code == 422
        assert "key" in errors_of(refused) or "key" in refused.context["form"].errors
    assert CourseRun.objects.count() == 1
