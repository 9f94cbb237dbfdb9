"""Places and their rooms, as the staff correct them."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from learningcity.services import audit

from ..models import Room, Venue
from . import indexing


def lock(venue):
    return Venue.objects.select_for_update(of=("self",)).get(pk=venue.pk)


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
def change(venue, *, by, **fields):
    venue = lock(venue)
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
def change_room(room, *, by, **fields):
    """Meetings keep the buffer with which they were booked. Raises ValidationError when the name is taken."""
    refuse_second(lock(room.venue), fields["name_fr"], room)
    room = Room.objects.select_for_update(of=("self",)).get(pk=room.pk)
    if changed := put(room, fields):
        audit.note("change room", room, by=by, count=0, detail={"fields": changed})
    return room


def refuse_second(venue, name, room=None):
    if venue.rooms.filter(name_fr=name).exclude(pk=room and room.pk).exists():
        raise ValidationError(_("This place already has a room of that name."), code="twice")
