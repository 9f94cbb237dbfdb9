"""Places and their rooms, as the staff correct them."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from learningcity.services import audit

from ..models import Room
from . import indexing, once
from .stale import refuse_stale

ACCESS = ("step_free", "adapted_toilet", "hearing_loop", "childcare", "women_space")
TEXTS = ("address_fr", "address_ar", "phone", "hours_fr", "hours_ar", "transport_fr", "transport_ar")
FACTS_OF_PLACE, FACTS_OF_ROOM = (*TEXTS, *ACCESS), ("name_fr", "name_ar", "capacity", "buffer_minutes")


def lock(record):
    """A place or a room. What only refers to it, like a group that moves there, does not wait for this."""
    return type(record).objects.select_for_update(of=("self",), no_key=True).get(pk=record.pk)


def version_of(record):
    """Changes whenever a fact of the place, or of the room, does."""
    facts = FACTS_OF_ROOM if isinstance(record, Room) else FACTS_OF_PLACE
    return once.digest(*(getattr(record, name) for name in facts))


def put(record, fields):
    """Set what differs and save it; the names of what differed. No text and empty text are the same."""
    said = {name: (getattr(record, name), value) for name, value in fields.items()}
    changed = sorted(name for name, (old, new) in said.items() if old != new and {old, new} != {None, ""})
    for name in changed:
        setattr(record, name, fields[name])
    if changed:
        record.save(update_fields=changed)
    return changed


@transaction.atomic
def change(venue, *, by, version=None, **fields):
    """Raises Stale when the place is no longer the one of this version."""
    venue = lock(venue)
    refuse_stale(venue, version_of, version)
    if changed := put(venue, fields):
        audit.note("change place", venue, by=by, count=0, detail={"fields": changed})
        indexing.index_venues([venue])
    return venue


@transaction.atomic
def add_room(venue, *, by, **fields):
    """Raises ValidationError when the place has a room of that name."""
    venue = lock(venue)
    refuse_second(venue, fields["name_fr"])
    room = Room.objects.create(venue=venue, **fields)
    audit.note("add room", room, by=by, count=0)
    return room


@transaction.atomic
def change_room(room, *, by, version=None, **fields):
    """Meetings keep the buffer with which they were booked. Raises ValidationError when the name is taken, Stale when
    the room is no longer the one of this version."""
    venue, room = lock(room.venue), lock(room)
    refuse_stale(room, version_of, version)
    refuse_second(venue, fields["name_fr"], room)
    if changed := put(room, fields):
        audit.note("change room", room, by=by, count=0, detail={"fields": changed})
    return room


def refuse_second(venue, name, room=None):
    if venue.rooms.filter(name_fr=name).exclude(pk=room and room.pk).exists():
        raise ValidationError(_("This place already has a room of that name."), code="twice")
