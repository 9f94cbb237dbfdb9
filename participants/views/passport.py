"""The passport: whose it is, what waits for an answer, what comes next, what was learnt. Places have own links."""

from functools import wraps
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from learningcity import clock
from learningcity.i18n import number, short_date
from learningcity.idempotency import own_key
from learningcity.middleware import session_is_over
from learningcity.permissions import for_residents
from learningcity.views.sign_in import page_of_ours
from programmes import cards
from programmes.models.courses import Theme

from ..forms_passport import PinForm
from ..models.enrolments import LIVE, State
from ..services import drafts, passports
from . import stories
from .holders import held, link

OPENED = "opened_people"  # session key: links whose PIN was entered
MOST_MEETINGS = 5
TILES = [(Theme.READING, "book"), (Theme.DIGITAL, "phone"), (Theme.TRADE, "tools")]


def resident_of(request):
    """Who is signed in to a passport, on a page that is for everyone; None for anyone else."""
    user = request.user
    is_one = user.is_authenticated and user.is_resident and not session_is_over(request.session)
    return user if is_one else None


def is_proved(request, draft):
    """Whether who is signed in here may speak for the person of a draft."""
    if (resident := resident_of(request)) is None:
        return False
    records = drafts.records_of(draft)
    return all(speaks_for(request, each) for each in records) if records else draft.answers["phone"] == resident.phone


def speaks_for(request, participant):
    """By her passport, her PIN entered where she set one, or by the phone on record, which a code has proved."""
    if (resident := resident_of(request)) is None:
        return False
    known = next((each for each in passports.people_of(resident) if each.participant == participant), None)
    return is_open(request, known) if known else participant.phone == resident.phone


def of_whole_person(view):
    """A page of all that is kept, behind the link of a place: of one that opens no more it says how to get there."""

    @held
    @wraps(view)
    def page(request, enrolment):
        if enrolment.opens_person or speaks_for(request, enrolment.participant):
            return view(request, enrolment)
        context = {"receipt": link("receipt", enrolment), "join": reverse("passport-join", args=[enrolment.token])}
        return render(request, "participants/one_place.html", context, status=403)

    return page


def is_open(request, person):
    return not person.link.pin or person.link.pk in request.session.get(OPENED, [])


def ask_pin(request, person):
    """The page that was asked for comes after it."""
    then = urlencode({"next": request.get_full_path()})
    return redirect(f"{reverse('passport-pin', args=[person.link.pk])}?{then}")


def of_person(view):
    """A page of one person of the passport (404 for any other), once her PIN was entered where she set one."""

    @for_residents
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def page(request, link):
        people = passports.people_of(request.user)
        person = next((each for each in people if each.link.pk == link), None)
        if person is None:
            raise Http404
        if not is_open(request, person):
            return ask_pin(request, person)
        return view(request, person, people)

    return page


@for_residents
@require_safe
def overview(request):
    """Of one person her page; of several the question who, with what waits for an answer."""
    people = passports.people_of(request.user)
    if len(people) == 1 and is_open(request, people[0]):
        return render(request, "participants/passport_person.html", contents(people[0], people))
    at = clock.now()
    open_people = [person.participant for person in people if is_open(request, person)]
    context = {
        "people": switch(people),
        "to_do": [offer_of(place) for place in passports.offers_of(open_people, at)] if open_people else [],
        "tiles": TILES,
    }
    return render(request, "participants/passport.html", context)


@of_person
def person(request, person, people):
    return render(request, "participants/passport_person.html", contents(person, people))


@own_key
@for_residents
@require_http_methods(["GET", "HEAD", "POST"])
def pin(request, link):
    """Asks for the PIN of a person; five wrong ones close her pages for a while. Who forgot it takes her out and in
    again by a reference: the PIN is then gone, which whoever set it sees."""
    person = next((each for each in passports.people_of(request.user) if each.link.pk == link), None)
    if person is None:
        raise Http404
    if "unlink" in request.POST:
        return out(request, person)
    form = PinForm(request.POST if request.method == "POST" else None)
    if is_open(request, person) or (form.is_valid() and opens(request, person, form)):
        return redirect(page_of_ours(request.GET.get("next", "")) or reverse("passport-person", args=[link]))
    context = {"form": form, "person": person}
    return render(request, "participants/passport_pin.html", context, status=422 if form.errors else 200)


def opens(request, person, form):
    try:
        passports.enter_pin(person.link, form.cleaned_data["pin"])
    except passports.PinRefused as refusal:
        locked = _("Too many tries. Wait 15 minutes, or call us.")
        form.add_error("pin", locked if refusal.is_locked else _("This is not the PIN. Try again."))
        return False
    request.session[OPENED] = [*request.session.get(OPENED, []), person.link.pk]
    return True


def out(request, person):
    passports.unlink(person)
    messages.success(request, _("This person is no longer in the passport. The places stay as they are."))
    return redirect("passport")


# --- What the pages say ---------------------------------------------------------------------------------------


def switch(people, current=None):
    """The people as links: [{"label", "href", "settings", "is_here"}]."""
    return [
        {
            "label": str(person.participant),
            "href": reverse("passport-person", args=[person.link.pk]),
            "settings": reverse("passport-person-settings", args=[person.link.pk]),
            "is_here": person == current,
        }
        for person in people
    ]


def offer_of(place):
    course = _("your course") if place.run.course.is_sensitive else place.run.course.title
    told = {"name": place.participant.first_name, "course": course, "href": link("offer", place)}
    return told | {"deadline": stories.deadline(place.answer_by)}


def contents(person, people):
    """Everything about one person; the number of statements does not grow with her places."""
    at = clock.now()
    places, minutes = passports.places_of(person.participant), passports.minutes_of(person.participant)
    live = [place for place in places if place.state in LIVE]
    return {
        "person": person,
        "people": switch(people, person),
        "to_do": [offer_of(place) for place in live if place.state == State.OFFERED and at < place.answer_by],
        "meetings": next_meetings(live, clock.local_day(at)),
        "places": [place_of(place) for place in live if place.state != State.WAITING],
        "hours": number(sum(minutes.values()) // 60),
        "finished": sum(place.state == State.COMPLETED for place in places),
        "columns": [{"label": _("Year")}, {"label": _("Hours"), "numeric": True}],
        "years": [[str(year), number(sum_ / 60, 1)] for year, sum_ in minutes.items()],
        "certificates": [certificate_of(each, places) for each in passports.certificates_of(person.participant)],
        "waiting": [waiting_of(place) for place in live if place.state == State.WAITING],
        "past": [place_of(place) for place in places if place.state not in LIVE],
        "is_empty": not places,
        "tiles": TILES,
    }


def next_meetings(places, today):
    """The earliest of the groups she has a place in: [{"when", "course", "href"}]."""
    seated = [place for place in places if place.state == State.ENROLLED]
    own = [(meeting, place) for place in seated for meeting in place.run.meetings.all()]
    coming = [(meeting, place) for meeting, place in own if meeting.takes_place and meeting.date >= today]
    coming.sort(key=lambda pair: (pair[0].date, pair[0].starts_at, pair[0].pk))
    return [place_of(place) | {"when": cards.sitting(meeting)["text"]} for meeting, place in coming[:MOST_MEETINGS]]


def place_of(place):
    state = State(place.state).label
    return {"course": place.run.course.title, "state": state, "href": link("receipt", place)}


def waiting_of(place):
    return place_of(place) | {"number": place.in_line, "leave": link("cancel", place)}


def certificate_of(certificate, places):
    place = next(place for place in places if place.pk == certificate.enrolment_id)
    told = {"number": certificate.number, "hours": number(certificate.hours), "day": short_date(certificate.issued_on)}
    return place_of(place) | told
