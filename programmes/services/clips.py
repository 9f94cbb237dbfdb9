"""Recorded readings of a course, kept whole in the database: at most 120 kB each."""

import hashlib
from dataclasses import dataclass
from struct import unpack_from

from django.db import transaction
from django.utils.translation import gettext as _

from learningcity.services import audit

from ..models import VoiceClip

OPUS_RATE = 48_000  # positions in an Opus stream count samples at this rate, whatever was recorded (RFC 7845)
PAGE = "<4sBBqIIIB"  # Ogg page: mark, version, flags, position, stream, number, checksum, parts (RFC 3533)
PAGE_SIZE = 27
LONGEST = 600  # seconds


@dataclass
class ClipRefused(Exception):
    sentence: str

    def __str__(self):
        return self.sentence


@transaction.atomic
def store(course, *, language, sound, transcript, by):
    """The recording of a course in a language, instead of an older one. Raises ClipRefused."""
    if len(sound) > VoiceClip.MOST_BYTES:
        raise ClipRefused(_("This recording is too heavy: 120 kB at most."))
    said = {"sound": sound, "size": len(sound), "seconds": seconds_of(sound), "transcript": transcript}
    said["digest"] = hashlib.sha256(sound).hexdigest()
    clip, _made = VoiceClip.objects.update_or_create(course=course, language=language, defaults=said)
    audit.note("store clip", clip, by=by, count=0, detail={"language": language, "digest": clip.digest})
    return clip


@transaction.atomic
def remove(clip, *, by):
    audit.note("remove clip", clip, by=by, count=0, detail={"language": clip.language, "digest": clip.digest})
    clip.delete()


def seconds_of(sound):
    """How long an Ogg Opus recording plays, rounded up. Raises ClipRefused when it is not one, or not a whole one."""
    pages = list(pages_of(sound))
    head = pages[0][2] if pages else b""
    if not head.startswith(b"OpusHead") or len(head) < 19:
        raise ClipRefused(_("This is not a recording in the format Opus (.ogg or .opus)."))
    if len({stream for _position, stream, _body in pages}) > 1:
        raise ClipRefused(_("This file holds more than one recording."))
    (skipped,) = unpack_from("<H", head, 10)
    samples = max(position for position, _stream, _body in pages) - skipped
    if not 0 < samples <= LONGEST * OPUS_RATE:
        raise ClipRefused(_("There is no sound in this file, or more than ten minutes of it."))
    return -(-samples // OPUS_RATE)


def pages_of(sound):
    """(position, stream, body) of each page; the file has to end where a page ends."""
    start = 0
    while start < len(sound):
        start, page = page_at(sound, start)
        yield page


def page_at(sound, start):
    """(start of the next page, page)."""
    broken = ClipRefused(_("This is not a recording in the format Opus (.ogg or .opus)."))
    if len(sound) < start + PAGE_SIZE:
        raise broken
    mark, version, _flags, position, stream, _number, _checksum, parts = unpack_from(PAGE, sound, start)
    lengths = sound[start + PAGE_SIZE : start + PAGE_SIZE + parts]
    first = start + PAGE_SIZE + parts
    end = first + sum(lengths)
    if mark != b"OggS" or version or len(lengths) < parts or end > len(sound):
        raise broken
    return end, (position, stream, sound[first:end])
