"""Reading and filling the forms of staff pages as a browser would, and what is typed into them."""

from datetime import timedelta

import html5lib

from learningcity.tests.factories import district

from ..models import Course, Membership
from .factories import course, member, organisation, programme, today, venue

NEW = "/fr/gestion/cours/nouveau/"
TEXTS = {
    f"{text}_{language}": f"{text} {language}"
    for text in ("title", "summary", "outcomes", "level")
    for language in ("fr", "ar")
}
FACTS = {"language": "darija", "minimum_age": "16", "certificate_share": "75"}


def complete(**fields):
    """A draft that lacks nothing."""
    values = {"state": Course.State.DRAFT, "published_at": None, "language": "darija", "minimum_age": 16}
    return course(**values | TEXTS | fields)


def teaching_place():
    """A place with a room, `ours` that plans there, and the key of a `trainer` of that organisation."""
    place = venue(district=district())
    place.rooms.create(name_fr="Salle 3", capacity=30)
    place.ours = organisation()
    place.trainer = member(Membership.Role.TRAINER, "Naima", organisation=place.ours).pk
    return place


def chosen(place):
    """What a new course has to say besides its title."""
    return {"programme": programme().pk, "theme": "digital", "organisation": place.ours.pk}


def day_of():
    """The first meeting of `first_group`: in three weeks, on the weekday of today."""
    return today() + timedelta(weeks=3)


def parts(name, day):
    """A date as its three fields send it."""
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


def first_group(place):
    rule = parts("first_day", day_of())
    rule |= {"starts_at": "10 h 30", "ends_at": "12:00", "times": 7}
    means = {"venue": place.pk, "room": place.rooms.get().pk, "trainer": place.trainer}
    return rule | means | {"capacity": 20, "desk_seats": 5}


def send(client, page, **changes):
    """The form of a page, sent with some answers changed."""
    query = page.request["QUERY_STRING"]
    return client.post(page.request["PATH_INFO"] + (f"?{query}" if query else ""), answers(page) | changes)


def tree(response):
    return html5lib.parse(response.text, namespaceHTMLElements=False)


def posting(response, form=0):
    """The forms of the page that are sent, without the one that signs out."""
    found = [each for each in tree(response).iter("form") if each.get("method") == "post"]
    return [each for each in found if "deconnexion" not in (each.get("action") or "")][form]


def answers(response, form=0):
    """What a browser would send if nothing were touched, buttons left out."""
    sent = {}
    for field in posting(response, form).iter():
        name = field.get("name") if isinstance(field.tag, str) else None
        if not name or name in ("csrfmiddlewaretoken", "form_key"):
            continue
        if field.tag == "select":
            chosen = [option.get("value", "") for option in field.iter("option") if option.get("selected") is not None]
            sent[name] = (chosen or [next(field.iter("option")).get("value", "")])[0]
        elif field.tag == "textarea":
            sent[name] = field.text or ""
        elif field.tag == "input" and field.get("type") not in ("checkbox", "radio"):
            sent[name] = field.get("value") or ""
        elif field.tag == "input" and field.get("checked") is not None:
            sent[name] = field.get("value", "on")
    return sent


def hidden(response, name, form=0):
    return answers(response, form)[name]


def errors_of(response):
    """Names of the fields the error summary leads to; every link has its target."""
    page = tree(response)
    ids = {element.get("id") for element in page.iter() if isinstance(element.tag, str)}
    summary = next(element for element in page.iter("div") if element.get("data-error-summary") is not None)
    targets = [link.get("href").removeprefix("#") for link in summary.iter("a")]
    assert set(targets) <= ids
    return {target.removeprefix("id_").removesuffix("_0") for target in targets}


def links_of(response):
    return [link.get("href") or "" for link in tree(response).iter("a")]
