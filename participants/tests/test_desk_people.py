import pytest

from learningcity.models import AuditEntry
from learningcity.tests.factories import district
from programmes.models import Membership
from programmes.tests.factories import course, member, organisation, run, venue

from ..models import Enrolment, Merge, Participant
from ..services import erasure, merging, people
from .factories import enrolment, participant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken_in_the_end")]
Role = Membership.Role
LIST = "/gestion/doublons/"


@pytest.fixture
def officer():
    return member(Role.PROGRAMME_OFFICER)


@pytest.fixture
def group():
    return run(course=course(organisation=organisation()), venue=venue(district=district()))


@pytest.fixture
def pair(group):
    """One woman written down twice in a group; the second time with a mistake."""
    made = participant(), participant(given_name="Yasmina")
    for who in made:
        enrolment(group, who)
    return made


def pair_page(first, second):
    return f"{LIST}{first.pk}/{second.pk}/"


def merge_page(merge):
    return f"/gestion/fusions/{merge.pk}/"


def grades():
    return [(pair.grade, pair.first, pair.second) for pair in people.doubles_of(Participant.objects.surviving())]


def send(client, user, path, **answers):
    client.force_login(user)
    return client.post(f"/en{path}", answers)


# --- What looks like one person -------------------------------------------------------------------------------


def test_the_same_phone_birth_date_and_name_is_asked_about():
    first, second = participant(), participant(given_name="YASMINÉ")

    assert grades() == [("ask", first, second)]


@pytest.mark.parametrize(
    "fields",
    [
        {"given_name": "Yasmina"},
        {"birth_year": 1998},
        {"phone": "+212600000002"},
        {"phone": ""},
        {"family_name": "El Idrisi"},
    ],
)
def test_less_than_that_is_a_warning(fields):
    first, second = participant(), participant(**fields)

    assert grades() == [("warn", first, second)]


@pytest.mark.parametrize(
    "fields",
    [
        {"given_name": "Youssef"},  # a brother
        {"given_name": "Salma", "birth_year": 2001},
        {"phone": "+212600000002", "birth_year": 1998},
        {"phone": "+212600000002", "given_name": "Yasmina"},
        {"given_name": "ياسمين", "family_name": "الإدريسي"},
    ],
)
def test_families_and_strangers_are_no_doubles(fields):
    participant()
    participant(**fields)

    assert grades() == []


def test_people_without_phone_and_without_date_are_not_compared_by_what_is_missing():
    participant(phone="", birth_year=1998)
    participant(phone="", birth_year=1998)

    assert grades() == []


def test_who_was_merged_or_erased_is_no_double():
    first, second = participant(), participant()
    merging.merge(first, second, by=None, reason="")
    assert grades() == []
    participant()
    erasure.erase(first, by=None)

    assert grades() == []


def test_the_surest_come_first_then_the_latest():
    first, warn = participant(), participant(given_name="Yasmina")
    ask = participant()

    assert grades()[0] == ("ask", first, ask)
    assert grades()[1:] == [("warn", warn, ask), ("warn", first, warn)]


# --- The list -------------------------------------------------------------------------------------------------


def test_the_list_leads_to_each_pair_and_leaves_a_trace(page, officer, pair):
    response = page(LIST, user=officer)

    assert f'href="/en{pair_page(*pair)}"' in response.text
    trace = AuditEntry.objects.get(action="read doubles")
    assert (trace.by, trace.count, trace.detail) == (officer, 2, {"participants": [each.pk for each in pair]})


def test_who_undoes_a_merge_says_that_they_are_two(page, officer, pair):
    merging.undo(merging.merge(*pair, by=officer, reason=""), by=officer)

    assert pair_page(*pair) not in page(LIST, user=officer).text
    page(pair_page(*pair), user=officer)


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_an_empty_list_says_so(page, officer, language):
    assert 'class="todo"' not in page(LIST, language, user=officer).text


def test_reasons_and_merges_are_told(page, officer, pair):
    participant(phone="+212600000001")
    participant()
    made = merging.merge(*pair, by=officer, reason="x")

    text = page(LIST, user=officer).text

    assert "Same phone, date of birth and name" in text
    assert "Same date of birth and name" in text
    assert merge_page(made) in text


def test_the_day_leads_to_the_list_for_who_may_merge(page, officer, trainer):
    assert LIST in page("/gestion/", user=officer).text
    assert LIST not in page("/gestion/", user=trainer).text


# --- Two records ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_both_stand_side_by_side_and_both_leave_a_trace(page, officer, pair, language):
    response = page(pair_page(*pair), language, user=officer)

    assert "Yasmine" in response.text
    assert "Yasmina" in response.text
    assert response.text.count("06 12 34 56 78") == 2
    subjects = AuditEntry.objects.filter(action="compare people", by=officer).values_list("subject", flat=True)
    assert set(subjects) == {f"participants.participant:{each.pk}" for each in pair}


@pytest.mark.parametrize("keep", [0, 1])
def test_one_form_merges_them(client, officer, pair, keep):
    answer = send(client, officer, pair_page(*pair), survivor=pair[keep].pk, reason="she said so")

    made = Merge.objects.get()
    assert answer["Location"] == f"/en{merge_page(made)}"
    assert (made.survivor, made.absorbed) == (pair[keep], pair[1 - keep])
    assert (made.by, made.reason) == (officer, "she said so")


def test_a_form_sent_twice_leads_to_the_same_merge(client, officer, pair):
    answers = [send(client, officer, pair_page(*pair), survivor=pair[0].pk, reason="x") for _ in range(2)]

    assert answers[0]["Location"] == answers[1]["Location"]
    assert Merge.objects.count() == 1


@pytest.mark.parametrize("answers", [{}, {"reason": "x", "survivor": 0}, {"reason": "x\ny", "survivor": "1"}])
def test_without_a_reason_or_a_choice_nothing_is_merged(client, officer, pair, answers):
    assert send(client, officer, pair_page(*pair), **answers).status_code == 422
    assert not Merge.objects.exists()


def test_a_refusal_is_said_on_the_page(client, officer, pair, monkeypatch):
    def refuse(*people, by, reason):
        raise merging.MergeRefused("Because.")

    monkeypatch.setattr(merging, "merge", refuse)
    answer = send(client, officer, pair_page(*pair), survivor=pair[0].pk, reason="x")

    assert answer.status_code == 422
    assert "Because." in answer.text


def test_two_who_do_not_look_like_one_person_have_no_page(page, officer, group):
    strangers = participant(), participant(given_name="Salma", phone="")
    for who in strangers:
        enrolment(group, who)

    page(pair_page(*strangers), user=officer, status=404)


@pytest.mark.parametrize("path", [f"{LIST}0/0/", f"{LIST}{'9' * 30}/1/", "/gestion/fusions/0/"])
def test_what_never_existed_is_not_there(page, officer, path):
    page(path, user=officer, status=404)


# --- Undoing --------------------------------------------------------------------------------------------------


def test_the_page_of_a_merge_tells_what_it_did_and_undoes_it(client, page, officer, pair, group):
    moved = enrolment(run(), pair[1])
    made = merging.merge(*pair, by=officer, reason="typed twice")

    shown = page(merge_page(made), user=officer)
    assert "typed twice" in shown.text
    assert shown.context["moved"] == [moved]
    assert [place.run for place in shown.context["ended"]] == [group]
    answers = [send(client, officer, merge_page(made)) for _ in range(2)]

    assert [answer["Location"] for answer in answers] == [f"/en{merge_page(made)}"] * 2
    assert Enrolment.objects.get(pk=moved.pk).participant == pair[1]
    after = page(merge_page(made), user=officer)
    assert "This merge was undone." in after.text
    assert AuditEntry.objects.filter(action="read merge").count() == 2


def test_an_undoing_that_is_refused_says_why(client, officer, pair, monkeypatch):
    made = merging.merge(*pair, by=officer, reason="x")

    def refuse(merge, *, by):
        raise merging.MergeRefused("Because.")

    monkeypatch.setattr(merging, "undo", refuse)
    answer = send(client, officer, merge_page(made))

    assert answer.status_code == 409
    assert "Because." in answer.text


# --- Who may --------------------------------------------------------------------------------------------------


def test_each_role_in_scope_may(page, pair, group):
    for someone in (
        member(Role.MANAGER, organisation=group.course.organisation),
        member(Role.DISTRICT_OFFICER, district=group.venue.district),
        member(Role.PROGRAMME_OFFICER),
    ):
        assert page(LIST, user=someone).context["pairs"]
        page(pair_page(*pair), user=someone)


def test_one_place_elsewhere_is_out_of_scope(page, pair, group):
    someone = member(Role.MANAGER, organisation=group.course.organisation)
    enrolment(run(course=course(organisation=organisation(code="other"))), pair[1])

    assert page(LIST, user=someone).context["pairs"] == []
    page(pair_page(*pair), user=someone, status=404)


def test_who_has_no_place_anywhere_is_seen_by_the_programme_officer_alone(page, group, officer):
    pair = participant(), participant()

    page(pair_page(*pair), user=officer)
    page(pair_page(*pair), user=member(Role.MANAGER, organisation=group.course.organisation), status=404)


def test_a_merge_out_of_scope_is_the_page_of_what_never_existed(client, pair, group, officer):
    made = merging.merge(*pair, by=officer, reason="x")
    stranger = member(Role.DISTRICT_OFFICER, district=district("Anfa", "أنفا"))
    client.force_login(stranger)

    assert client.get(f"/fr{merge_page(made)}").status_code == 404
    assert client.post(f"/fr{merge_page(made)}").status_code == 404
    made.refresh_from_db()
    assert made.undone_at is None


@pytest.mark.parametrize("role", [Role.TRAINER, Role.OFFICIAL])
def test_others_have_no_such_pages(page, pair, role):
    someone = member(role)

    for path in (LIST, pair_page(*pair)):
        page(path, user=someone, status=404)


def test_the_pages_cost_the_same_for_one_and_for_three(page, queries_of, officer, pair, group):
    page(LIST, user=officer)
    one = queries_of(page, LIST)
    for name in ("Salma", "Zineb"):
        for _ in range(2):
            enrolment(group, participant(given_name=name, phone="+212600000005"))

    assert queries_of(page, LIST) == one
