"""The ways to a person's pages: links of her places and passports. They end with whoever had them and acts no more."""

from learningcity import clock
from learningcity.models import OutboxMessage
from learningcity.services import audit

from ..models import Enrolment, EnrolmentDraft, PassportPerson
from ..models.enrolments import new_token
from . import own_data


def renew(person, records, *, by):
    """New links for all her places, those that are over included: any may open all that is kept about her. What has
    not left says the new one. The caller holds her records and her live places, see `people.hold`."""
    EnrolmentDraft.objects.filter(enrolment__participant__in=records).delete()  # sent again it leads to the receipt
    places = Enrolment.objects.filter(participant__in=records).order_by("pk")
    places = list(places.select_for_update(of=("self",)))
    tokens = {place.reference: (place.token, new_token()) for place in places}
    for place in places:
        place.token = tokens[place.reference][1]
    Enrolment.objects.bulk_update(places, ["token"])
    rewrite(own_data.messages_about(records).exclude(state=OutboxMessage.State.SENT), tokens)
    audit.note("renew links", person, by=by, count=1, detail={"places": [place.pk for place in places]})


def rewrite(messages, tokens):
    messages = list(messages.select_for_update(of=("self",)).order_by("pk"))
    for message in messages:
        message.values["link"] = message.values["link"].replace(*tokens[message.values["reference"]])
    OutboxMessage.objects.bulk_update(messages, ["values"])


def end_passports(person, records, *, by):
    """All that show her. Nobody knows who made one; who may still have her adds her again."""
    opened = PassportPerson.objects.current().filter(participant__in=records)
    for pk in list(opened.order_by("pk").values_list("pk", flat=True)):
        audit.note("unlink passport", person, by=by, count=1, detail={"link": pk})
    opened.update(revoked_at=clock.now())


def open_places_alone(records):
    """Each link goes on opening its place; what is kept about her is then opened by a passport of her phone."""
    Enrolment.objects.filter(participant__in=records).update(opens_person=False)
