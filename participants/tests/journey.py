"""The pages of an enrolment as a resident fills them in."""

from django.urls import reverse
from django.utils import translation

WHO = {"who": "me"}
PERSON = {
    "given_name": "Yasmine",
    "family_name": "El Idrissi",
    "birth_0": "27",
    "birth_1": "3",
    "birth_2": "1998",
    "sex": "F",
    "district": "outside",
}
CONTACT = {"phone": "0612345678", "channel": "sms", "language": "fr"}
SEND = {"consent": "on"}
PAGES = ["enrol-who", "enrol-person", "enrol-contact", "enrol-check"]


def address(name, group, token=None, language="fr"):
    with translation.override(language):
        path = reverse(name, args=[group.code])
    return f"{path}?d={token}" if token else path


def answer(client, name, draft, answers):
    """Post one page of the journey."""
    return client.post(address(name, draft.run, draft.token), answers)
