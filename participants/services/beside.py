"""An offer beside what the person has at the same hours: with a yes she says what becomes of the other."""

from . import clashes


class OfferClashes(Exception):
    """She has not said it."""


def of(*offers):
    """What these people have at the hours of the places offered, but for what they give up for them anyway: [Clash]."""
    found = [(offer, clash) for offer in offers for clash in clashes.of(offer.participant.records(), offer.run)]
    return [clash for offer, clash in found if clash.place.pk not in offer.replaces]


def refuse_unsaid(found, leaving, *, keeps_both):
    for clash in found:
        if clash.place.pk not in leaving and not (keeps_both and clash.may_keep_both):
            raise OfferClashes
