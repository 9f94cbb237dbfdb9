"""A course from draft to the public and back."""

from datetime import date, time, timedelta

import pytest
from django.utils import translation

from learningcity import clock
from learningcity.models import AuditEntry

from ..models import Course, CourseRun, Membership
from ..services import publishing
from ..services.scheduling import Rule
from ..services.stale import Stale
from .desk import TEXTS, complete
from .factories import member, run, today, venue

pytestmark = pytest.mark.django_db
State, Role = Course.State, Membership.Role
FACTS = {"language": "darija", "minimum_age": 16, "certificate_share": 75}


@pytest.fixture
def manager():
    return member(Role.MANAGER)


def state_of(record):
    return Course.objects.get(pk=record.pk).state


# --- What is missing ----------------------------------------------------------------------------------------


def test_a_complete_course_lacks_nothing():
    assert publishing.missing(complete()) == []


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("empty", ["", None, " \n "])
def test_each_text_is_needed_in_french_and_arabic(name, empty):
    draft = Course(**TEXTS | FACTS | {name: empty})

    gap = publishing.missing(draft)[0]

    assert (len(publishing.missing(draft)), f"{gap.field}_{gap.language}", gap.anchor) == (1, name, f"id_{name}")
    assert gap.sentence


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"language": ""}, "language"),
        ({"minimum_age": None, "maximum_age": None}, "minimum_age"),
        ({"certificate_share": 0}, "certificate_share"),
        ({"certificate_share": 101}, "certificate_share"),
    ],
)
def test_each_fact_is_needed(fields, missing):
    gaps = publishing.missing(Course(**TEXTS | FACTS | fields))

    assert [(gap.field, gap.language, gap.anchor) for gap in gaps] == [(missing, "", f"id_{missing}")]


@pytest.mark.parametrize("fields", [{"minimum_age": 0}, {"minimum_age": None, "maximum_age": 12}])
def test_one_age_is_a_rule_and_zero_says_all(fields):
    assert publishing.missing(Course(**TEXTS | FACTS | fields)) == []


@pytest.mark.parametrize("level", [{"cefr_level": "A1"}, {"digcomp_level": 1}])
def test_a_level_of_a_framework_needs_no_words(level):
    draft = Course(**TEXTS | FACTS | {"level_fr": "", "level_ar": ""} | level)

    assert publishing.missing(draft) == []


def test_english_is_not_needed():
    assert not any(language == "en" for _field, language in publishing.NEEDED)


def test_gaps_are_said_in_the_language_of_the_reader():
    gaps = publishing.missing(Course())
    with translation.override("ar"):
        arabic = publishing.missing(Course())

    assert [gap[:2] for gap in gaps] == [gap[:2] for gap in arabic]
    assert len(gaps) == len(publishing.NEEDED) - 1  # a new course starts with a rule for its certificate


# --- The order of the states --------------------------------------------------------------------------------


def test_a_course_is_submitted_and_published_by_someone_else(manager, officer):
    draft = complete()

    publishing.submit(draft, by=manager)
    assert state_of(draft) == State.IN_REVIEW

    published = publishing.publish(draft, by=officer)
    assert (published.state, state_of(draft)) == (State.PUBLISHED, State.PUBLISHED)
    assert clock.now() - published.published_at < timedelta(minutes=1)


def test_one_person_may_publish_a_draft_without_groups_directly(officer):
    assert publishing.publish(complete(), by=officer).state == State.PUBLISHED


def test_nobody_publishes_what_they_submitted(officer):
    draft = complete()
    publishing.submit(draft, by=officer)

    with pytest.raises(publishing.PublishingRefused):
        publishing.publish(draft, by=officer)
    assert state_of(draft) == State.IN_REVIEW

    publishing.publish(draft, by=member(Role.PROGRAMME_OFFICER))
    assert state_of(draft) == State.PUBLISHED


def test_a_second_reader_sends_back_with_a_note_which_goes_with_the_next_request(manager, officer):
    draft = complete()
    publishing.submit(draft, by=manager)

    publishing.send_back(draft, by=officer, note="Le titre arabe")
    draft.refresh_from_db()
    assert (draft.state, draft.review_note) == (State.DRAFT, "Le titre arabe")

    publishing.submit(draft, by=manager)
    draft.refresh_from_db()
    assert (draft.state, draft.review_note) == (State.IN_REVIEW, "")


def test_an_archived_draft_becomes_a_draft_again(officer):
    draft = complete()
    publishing.archive(draft, by=officer)
    assert state_of(draft) == State.ARCHIVED

    publishing.reopen(draft, by=officer)
    assert state_of(draft) == State.DRAFT

    with pytest.raises(publishing.PublishingRefused):
        publishing.publish(complete(state=State.ARCHIVED), by=officer)


def test_what_the_public_knows_comes_back_published_and_never_leaves_its_address(client, officer):
    known = complete(state=State.PUBLISHED, published_at=clock.now())
    publishing.archive(known, by=officer)

    with pytest.raises(publishing.PublishingRefused):
        publishing.reopen(known, by=officer)
    assert client.get(f"/fr/cours/{known.slug}/").status_code == 200
    assert client.get(f"/c/{known.code}").status_code == 302

    publishing.publish(known, by=officer)
    assert state_of(known) == State.PUBLISHED
    assert client.get(f"/fr/cours/{known.slug}/").status_code == 200


@pytest.mark.parametrize(
    ("act", "states"),
    [
        (publishing.submit, {State.DRAFT}),
        (publishing.publish, {State.DRAFT, State.IN_REVIEW}),
        (publishing.archive, {State.DRAFT, State.IN_REVIEW, State.PUBLISHED}),
        (publishing.reopen, {State.ARCHIVED}),
    ],
)
def test_every_other_step_is_refused(act, states, officer):
    for state in set(State) - states:
        draft = complete(state=state, code=f"X{state}")
        with pytest.raises(publishing.PublishingRefused):
            act(draft, by=officer)
        assert state_of(draft) == state


def test_a_decision_is_about_the_course_as_it_stands_now(officer):
    seen = complete()
    publishing.archive(seen, by=officer)
    seen.state = State.DRAFT  # what an open page still shows

    with pytest.raises(publishing.PublishingRefused):
        publishing.publish(seen, by=officer)


DECISIONS = {
    "submit": (State.DRAFT, {}),
    "publish": (State.IN_REVIEW, {}),
    "send_back": (State.IN_REVIEW, {"note": "Encore"}),
    "reopen": (State.ARCHIVED, {}),
}


@pytest.mark.parametrize("act", DECISIONS)
def test_nobody_decides_on_what_they_have_not_read(act, officer):
    state, note = DECISIONS[act]
    draft = complete(state=state)
    seen = publishing.version_of(draft)
    Course.objects.update(title_fr="Tout autre chose")

    with pytest.raises(publishing.PublishingRefused):
        getattr(publishing, act)(draft, by=officer, version=seen, **note)
    assert state_of(draft) == state

    read = publishing.version_of(Course.objects.get())
    assert getattr(publishing, act)(draft, by=officer, version=read, **note).state != state


@pytest.mark.parametrize("act", [publishing.submit, publishing.publish])
def test_what_is_incomplete_is_refused_with_its_gaps(act, officer):
    draft = complete(title_ar="", outcomes_ar="")

    with pytest.raises(publishing.PublishingRefused) as refused:
        act(draft, by=officer)

    assert [gap.anchor for gap in refused.value.gaps] == ["id_title_ar", "id_outcomes_ar"]
    assert state_of(draft) == State.DRAFT
    assert not AuditEntry.objects.exists()


def test_every_decision_is_written_down(manager, officer):
    draft = complete()
    publishing.submit(draft, by=manager)
    publishing.send_back(draft, by=officer, note="Encore")
    publishing.submit(draft, by=manager)
    publishing.publish(draft, by=officer)
    publishing.archive(draft, by=officer)

    written = list(AuditEntry.objects.order_by("pk").values_list("action", "by", "subject"))

    subject = f"programmes.course:{draft.pk}"
    steps = [("submit", manager), ("send back", officer), ("submit", manager), ("publish", officer)]
    steps += [("archive", officer)]
    assert written == [(f"{step} course", user.pk, subject) for step, user in steps]


def test_the_address_is_made_once_from_the_french_title(officer):
    draft = complete(title_fr="Utiliser son téléphone", code="c-abcdefgh")
    publishing.publish(draft, by=officer)
    draft.refresh_from_db()
    assert draft.slug == "utiliser-son-telephone-c-abcdefgh"

    Course.objects.filter(pk=draft.pk).update(title_fr="Autre titre")
    publishing.archive(draft, by=officer)
    publishing.publish(draft, by=officer)

    draft.refresh_from_db()
    assert draft.slug == "utiliser-son-telephone-c-abcdefgh"


# --- Groups -------------------------------------------------------------------------------------------------


def test_groups_with_dates_open_with_their_course_and_others_wait(officer):
    draft = complete()
    ready = run(course=draft, decision="draft", meetings=2)
    dateless = run(course=draft, decision="draft", meetings=0)

    publishing.publish(draft, by=officer)

    decisions = dict(CourseRun.objects.values_list("pk", "decision"))
    assert (decisions[ready.pk], decisions[dateless.pk]) == ("planned", "draft")
    assert list(CourseRun.objects.public()) == [ready]


def test_a_course_with_a_group_to_come_is_not_archived(officer):
    published = complete(state=State.PUBLISHED, published_at=clock.now())
    group = run(course=published)

    for decision in ("planned", "postponed"):
        CourseRun.objects.filter(pk=group.pk).update(decision=decision)
        with pytest.raises(publishing.PublishingRefused):
            publishing.archive(published, by=officer)

    CourseRun.objects.filter(pk=group.pk).update(decision="cancelled")
    assert publishing.archive(published, by=officer).state == State.ARCHIVED


# --- Writing ------------------------------------------------------------------------------------------------


def written(**fields):
    like = complete(code="LIKE")
    return Course(
        organisation=like.organisation, programme=like.programme, theme="digital", title_fr="Couture", **fields
    )


def test_a_course_is_made_with_its_group_and_meetings(manager):
    place = venue()
    first_day = today() + timedelta(days=20)
    facts = {"venue": place, "capacity": 12, "enrolment_opens_at": clock.now()}
    facts["enrolment_closes_at"] = clock.now() + timedelta(days=10)
    rule = Rule((first_day.isoweekday(),), time(10, 30), time(12), first_day, 7)

    made = publishing.create(written(), key=publishing.new_key(), by=manager, group=publishing.NewGroup(facts, rule))

    group = made.runs.get()
    assert group.meetings.taking_place().count() == 7
    assert (group.decision, group.starts_on >= first_day) == ("draft", True)


def test_a_refused_group_leaves_no_course(manager):
    facts = {"venue": venue(), "capacity": 5, "desk_seats": 9, "enrolment_opens_at": clock.now()}
    facts["enrolment_closes_at"] = clock.now() + timedelta(days=10)
    rule = Rule((1,), time(10), time(12), date(2027, 1, 4), 2)
    key = publishing.new_key()

    with pytest.raises(publishing.runs.RunRefused):
        publishing.create(written(), key=key, by=manager, group=publishing.NewGroup(facts, rule))

    assert not Course.objects.filter(code=f"c-{key}").exists()


def test_a_change_is_kept_and_written_down(manager):
    draft = complete()
    version = publishing.version_of(draft)

    publishing.change(draft, {"title_ar": "الخياطة"}, version=version, by=manager)

    draft.refresh_from_db()
    assert draft.title_ar == "الخياطة"
    assert publishing.version_of(draft) != version
    assert AuditEntry.objects.get().action == "change course"


def test_a_change_of_an_old_version_is_refused_and_hands_over_the_new_one(manager):
    draft = complete()
    version = publishing.version_of(draft)
    publishing.change(draft, {"title_fr": "Première"}, version=version, by=manager)

    with pytest.raises(Stale) as stale:
        publishing.change(draft, {"title_fr": "Seconde"}, version=version, by=manager)

    assert stale.value.record.title_fr == "Première"
    draft.refresh_from_db()
    assert draft.title_fr == "Première"


def test_a_published_course_stays_published_and_keeps_its_texts(manager):
    published = complete(state=State.PUBLISHED, published_at=clock.now())
    changed = publishing.change(published, {"hours": 12}, version=publishing.version_of(published), by=manager)
    assert (changed.state, changed.hours) == (State.PUBLISHED, 12)

    with pytest.raises(publishing.PublishingRefused) as refused:
        publishing.change(published, {"summary_ar": ""}, version=publishing.version_of(changed), by=manager)

    assert [gap.anchor for gap in refused.value.gaps] == ["id_summary_ar"]
    published.refresh_from_db()
    assert published.summary_ar == TEXTS["summary_ar"]


def test_a_published_course_that_lacked_something_before_may_still_be_corrected(manager):
    published = complete(state=State.PUBLISHED, published_at=clock.now(), summary_ar="")

    changed = publishing.change(published, {"hours": 9}, version=publishing.version_of(published), by=manager)

    assert changed.hours == 9


def test_a_copy_is_a_draft_of_its_own_with_the_same_words(manager):
    published = complete(state=State.PUBLISHED, published_at=clock.now(), title_en="Phone", fee=50)
    run(course=published)

    copy = publishing.duplicate(published, by=manager)

    copy.refresh_from_db()
    assert (copy.state, copy.kind, copy.published_at, copy.runs.count()) == (State.DRAFT, "regular", None, 0)
    assert (copy.title_fr, copy.title_ar) == ("title fr (copie)", "title ar (نسخة)")
    assert (copy.summary_ar, copy.fee, copy.organisation) == ("summary ar", 50, published.organisation)
    assert copy.code != published.code


def test_the_title_of_a_copy_fits(manager):
    copy = publishing.duplicate(complete(title_fr="a" * 120), by=manager)

    assert len(copy.title_fr) == 120
    assert copy.title_fr.endswith("a (copie)")


def test_a_model_keeps_its_name_and_is_never_public(manager, officer):
    model = publishing.duplicate(complete(), by=manager, kind=Course.Kind.TEMPLATE)

    assert (model.kind, model.title_fr) == ("template", "title fr")
    publishing.publish(model, by=officer)
    assert not Course.objects.published().exists()
    assert list(Course.objects.templates()) == [model]


def test_a_draft_from_a_model_is_not_saved_yet():
    model = complete(kind=Course.Kind.TEMPLATE)

    draft = publishing.from_template(model)

    assert (draft.pk, draft.kind, draft.title_fr, draft.title_ar) == (None, "regular", model.title_fr, model.title_ar)
