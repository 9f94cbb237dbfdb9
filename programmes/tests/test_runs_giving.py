"""How the places of a group are given: chosen by the staff, told to everyone, and kept once someone has enrolled."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError

from learningcity import clock

from .. import wording
from ..forms.giving import GivingForm
from ..forms.unseen import said
from ..models import CourseRun
from ..services import runs
from ..services.runs import RunRefused
from .factories import course, run, today, venue
from .test_desk_runs import address, facts_of
from .test_runs_decisions import answers, fields_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
DAY = timedelta(days=1)
BY_CLASS = {"allocation": "priority_draw", "priorities": ["district", "first_time"]}


def closing(day):
    return datetime.combine(day, datetime.min.time(), tzinfo=clock.CASABLANCA)


# --- The rule of a group --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "blamed"),
    [
        ({}, []),
        ({"allocation": "draw"}, []),
        (BY_CLASS, []),
        ({"allocation": "priority_draw"}, ["priorities"]),
        ({"allocation": "draw", "priorities": ["first_time"]}, ["priorities"]),
        ({"priorities": ["first_time"]}, ["priorities"]),
        ({"desk_seats": 2, "desk_release_on": 0}, ["desk_release_on"]),
        ({"desk_seats": 2, "desk_release_on": 1}, []),
        ({"desk_seats": 2, "desk_release_on": 10}, []),
        ({"desk_seats": 2, "desk_release_on": 11}, ["desk_release_on"]),
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused(officer, fields, blamed):
    if "desk_release_on" in fields:
        fields = fields | {"desk_release_on": today() + fields["desk_release_on"] * DAY}
    asked = answers(enrolment_closes_at=closing(today() + 10 * DAY)) | fields
    if not blamed:
        assert runs.create(course(), by=officer, **asked).allocation == fields.get("allocation", "first_come")
        return
    with pytest.raises(RunRefused) as refusal:
        runs.create(course(), by=officer, **asked)
    assert fields_of(refusal) == blamed


def test_nobody_goes_first_for_living_nowhere(officer):
    with pytest.raises(RunRefused, match="no arrondissement"):
        runs.create(course(), by=officer, **answers(venue=venue(district=None)) | BY_CLASS)


@pytest.mark.parametrize("fields", [{"allocation": "priority_draw"}, {"priorities": ["first_time"]}])
def test_the_database_refuses_classes_without_a_draw_and_the_reverse(fields):
    with pytest.raises(IntegrityError, match="priorities_where_they_count"):
        run(**fields)


@pytest.mark.parametrize(
    "fields", [{"allocation": "draw"}, BY_CLASS, {"desk_release_on": date(2030, 1, 1), "desk_seats": 2}]
)
def test_once_someone_has_enrolled_the_rule_stays(officer, fields):
    group = run(joined_count=1, enrolment_closes_at=closing(date(2030, 2, 1)))

    with pytest.raises(RunRefused, match="People have enrolled already") as refusal:
        runs.change(group, by=officer, **fields)

    assert fields_of(refusal) == [name for name in runs.GIVING if name in fields]
    assert runs.change(group, by=officer, capacity=25, allocation="first_come", priorities=[]).capacity == 25


def test_before_that_it_may_change(officer):
    group = runs.change(run(), by=officer, **BY_CLASS)

    assert (group.allocation, group.priorities) == ("priority_draw", ["district", "first_time"])
    assert runs.change(group, by=officer, allocation="first_come", priorities=[]).is_drawn is False


def test_a_draw_that_is_due_is_not_put_off(officer):
    group = run(allocation="draw", enrolment_closes_at=clock.now() - timedelta(minutes=1))

    with pytest.raises(RunRefused, match="cannot open again"):
        runs.change(group, by=officer, enrolment_closes_at=clock.now() + DAY)
    CourseRun.objects.update(decision="postponed")
    assert runs.change(group, by=officer, enrolment_closes_at=clock.now() + DAY)


# --- The form -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({}, ("first_come", [])),
        ({"allocation": "draw", "priorities": ["first_time"]}, ("draw", [])),
        ({"allocation": "priority_draw", "priorities": ["first_time", "district"]}, tuple(BY_CLASS.values())),
    ],
)
def test_only_what_counts_is_kept_and_always_in_the_same_order(sent, kept):
    form = GivingForm(sent)

    assert form.is_valid()
    assert (form.cleaned_data["allocation"], form.cleaned_data["priorities"]) == kept


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"allocation": "priority_draw"}, "priorities"),
        ({"allocation": "priority_draw", "priorities": ["job_seeker"]}, "priorities"),
        ({"allocation": "auction"}, "allocation"),
    ],
)
def test_what_is_not_on_the_list_is_refused(sent, field):
    assert list(GivingForm(sent).errors) == [field]


def test_the_staff_choose_the_rule_of_a_group(desk):
    group = run()
    day = today() + 5 * DAY
    release = {f"desk_release_on_{part}": number for part, number in enumerate([day.day, day.month, day.year])}

    answer = desk.post(address(group, "modifier/"), facts_of(group, desk_seats=2, **BY_CLASS, **release))

    assert answer.status_code == 302
    group.refresh_from_db()
    assert (group.allocation, group.priorities) == tuple(BY_CLASS.values())
    assert group.desk_release_on == day
    page = desk.get(address(group, "modifier/"))
    assert page.text.count("checked") >= 3
    assert page.context["form"]["allocation"].value() == "priority_draw"


def test_the_staff_read_why_the_rule_cannot_change(desk):
    group = run(joined_count=1)

    answer = desk.post(address(group, "modifier/"), facts_of(group, allocation="draw"))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["allocation"]


def test_the_page_of_a_group_tells_the_staff_its_rule(desk):
    group = run(**BY_CLASS)

    with_rule = " ".join(wording.giving_rules([group]))

    assert with_rule in desk.get(f"/en/gestion/groupes/{group.code}/").context["facts"][4]["value"]


def test_what_someone_else_chose_is_told_in_words():
    form = GivingForm()

    assert said(form.fields["priorities"], ["first_time"]) == CourseRun.Priority.FIRST_TIME.label
    assert said(form.fields["desk_release_on"], date(2026, 5, 4)) == "4 May 2026"
    assert said(form.fields["desk_release_on"], None) == "–"


# --- The sentence ---------------------------------------------------------------------------------------------


def ruled(**fields):
    return run(**{"enrolment_closes_at": closing(date(2030, 5, 4))} | fields)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "First come, first served."),
        (
            {"allocation": "draw"},
            "Places are drawn by lot on 4 May 2030, after enrolment closes; who asks first does not matter.",
        ),
        (
            BY_CLASS,
            "Places are drawn by lot on 4 May 2030, after enrolment closes: first among people who live in Sidi Moumen,"
            " then among people who have not had a place in one of our groups, then among everyone else.",
        ),
    ],
)
def test_each_rule_is_one_sentence(fields, sentence):
    assert wording.giving_rules([ruled(**fields)])[0] == sentence


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"desk_seats": 1}, "1 place is kept for people who enrol at a desk."),
        (
            {"desk_seats": 2, "desk_release_on": date(2030, 5, 1)},
            "2 places are kept for people who enrol at a desk; from 1 May 2030 on they are for everyone.",
        ),
        (
            {"desk_seats": 2, "allocation": "draw"},
            "2 places are kept for people who enrol at a desk; from 4 May 2030 on they are for everyone.",
        ),
    ],
)
def test_until_when_the_desk_keeps_its_places_is_said(fields, sentence):
    assert wording.giving_rules([ruled(**fields)])[1] == sentence


def test_groups_with_different_rules_are_named():
    made = [ruled(label="A"), ruled(label="B", allocation="draw")]

    assert wording.giving_rules(made) == [
        "Group A: first come, first served.",
        "Group B: places are drawn by lot on 4 May 2030, after enrolment closes; who asks first does not matter.",
        "No places are kept back: all can be taken here or at a desk.",
    ]
