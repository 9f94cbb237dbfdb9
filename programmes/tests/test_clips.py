import hashlib
from struct import pack
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from learningcity.models import AuditEntry
from learningcity.tests.factories import user

from ..models import Course, VoiceClip
from ..services import clips
from . import factories

pytestmark = pytest.mark.django_db
HEAD = b"OpusHead" + pack("<BBHIhB", 1, 1, 312, 16000, 0, 0)
TAGS = b"OpusTags" + pack("<I", 4) + b"city" + pack("<I", 0)


def ogg_page(body, *, position=0, stream=7, number=0):
    lengths = bytes([255] * (len(body) // 255) + [len(body) % 255])
    return pack("<4sBBqIIIB", b"OggS", 0, 0, position, stream, number, 0, len(lengths)) + lengths + body


def recording(seconds=40, *, head=HEAD, packet=b"\xfc" * 400):
    last = ogg_page(packet, position=seconds * 48_000 + 312, number=3)
    return ogg_page(head) + ogg_page(TAGS, number=1) + ogg_page(packet, position=-1, number=2) + last


def stored(course=None, sound=None):
    course = course or factories.course()
    return clips.store(course, language="darija", sound=sound or recording(), transcript="مرحبا", by=user())


def address(clip, digest=None):
    return reverse("clip", args=[clip.course.slug, clip.language, digest or clip.digest[:8]])


# --- Kept ---------------------------------------------------------------------------------------------


def test_a_recording_says_how_long_it_plays():
    clip = stored(sound=recording(40))
    assert (clip.seconds, clip.size) == (40, len(recording(40)))
    assert clip.digest == hashlib.sha256(recording(40)).hexdigest()
    assert clips.seconds_of(recording(1)) == 1


def test_a_part_of_a_second_counts_as_one():
    sound = ogg_page(HEAD) + ogg_page(b"\xfc" * 9, position=312 + 48_001)
    assert clips.seconds_of(sound) == 2


def test_a_new_recording_takes_the_place_of_the_old_one():
    course = factories.course()
    old, new = stored(course), stored(course, recording(12))
    assert VoiceClip.objects.get() == new
    assert old.pk == new.pk
    assert new.seconds == 12
    assert AuditEntry.objects.filter(action="store clip").count() == 2


@pytest.mark.parametrize(
    "sound",
    [
        b"",
        b"ID3\x04 a song",
        b"OggS",
        recording()[:-1],
        recording() + b"x",
        recording(head=b"\x01vorbis" + bytes(20)),
        recording(head=b"OpusHead"),
        recording(0),
        recording(601),
        recording() + ogg_page(HEAD, stream=8),
        recording(packet=b"\xfc" * 60_000),
    ],
    ids=["empty", "mp3", "stub", "cut", "longer", "vorbis", "no head", "silent", "endless", "two streams", "heavy"],
)
def test_what_is_not_one_light_whole_recording_is_refused(sound):
    with pytest.raises(clips.ClipRefused) as refusal:
        clips.store(factories.course(), language="darija", sound=sound, transcript="…", by=user())
    assert str(refusal.value)
    assert not VoiceClip.objects.exists()


def test_weight_is_all_that_is_wrong_with_a_heavy_one():
    heavy = recording(packet=b"\xfc" * 60_000)
    assert len(heavy) > VoiceClip.MOST_BYTES
    assert clips.seconds_of(heavy) == 40
    assert stored(sound=recording(packet=b"\xfc" * 59_000)).seconds == 40


def test_a_removed_recording_is_gone(client):
    clip = stored()
    path = address(clip)
    clips.remove(clip, by=user())
    assert client.get(path).status_code == 404
    assert AuditEntry.objects.filter(action="remove clip").exists()


# --- Played -------------------------------------------------------------------------------------------


def test_a_recording_is_kept_by_browsers_for_good(client):
    response = client.get(address(stored()), headers={"accept-encoding": "gzip"})
    assert response["Content-Type"] == "audio/ogg"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["Accept-Ranges"] == "bytes"
    assert "Content-Encoding" not in response
    assert response.content == recording()


@pytest.mark.parametrize(
    ("asked", "part"),
    [("bytes=0-", slice(0, None)), ("bytes=10-19", slice(10, 20)), ("bytes=-5", slice(-5, None))],
)
def test_a_player_gets_the_part_it_asks_for(client, asked, part):
    sound = recording()
    response = client.get(address(stored()), headers={"range": asked, "accept-encoding": "gzip"})
    first, last, _step = part.indices(len(sound))
    assert response.status_code == 206
    assert response.content == sound[part]
    assert response["Content-Range"] == f"bytes {first}-{last - 1}/{len(sound)}"
    assert response["Content-Length"] == str(len(response.content))


def test_a_part_that_goes_too_far_ends_with_the_file(client):
    response = client.get(address(stored()), headers={"range": "bytes=10-99999999"})
    assert (response.status_code, response.content) == (206, recording()[10:])


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_part_that_is_not_there_is_416(client, asked):
    response = client.get(address(stored()), headers={"range": asked})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(recording())}"


@pytest.mark.parametrize("asked", ["bytes=", "bytes=-", "bytes=9-3", "bytes=0-1,5-6", "pages=1-2", "bytes=a-b"])
def test_a_range_that_cannot_be_read_is_ignored(client, asked):
    response = client.get(address(stored()), headers={"range": asked})
    assert (response.status_code, response.content) == (200, recording())


def test_only_the_address_with_the_digest_of_this_recording_plays(client):
    clip = stored()
    for digest in ("00000000", clip.digest, clip.digest[:7]):
        assert client.get(address(clip, digest)).status_code == 404


def test_the_voice_of_a_course_nobody_may_read_is_not_heard(client):
    assert client.get(address(stored(factories.course(state=Course.State.DRAFT)))).status_code == 404


def test_listening_costs_one_statement(client, queries_of):
    path = address(stored())
    assert queries_of(client.get, path) == 1


# --- Sent by the staff --------------------------------------------------------------------------------


@pytest.fixture
def send(client):
    """`send(course, sound=…)`: the answer to the form of a course, sent by the programme officer."""

    def post(course, *, by=None, **fields):
        client.force_login(by or factories.member("programme_officer"))
        return client.post(reverse("desk-clips", args=[course.code]), fields)

    return post


def file_of(sound):
    return SimpleUploadedFile("voix.ogg", sound, content_type="audio/ogg")


def test_a_recording_is_sent_heard_and_taken_away(send, client):
    course = factories.course()

    assert send(course, language="darija", sound=file_of(recording()), transcript="مرحبا").status_code == 302
    clip = course.clips.get()
    assert (clip.seconds, clip.transcript) == (40, "مرحبا")
    assert client.get(address(clip)).content == recording()
    assert 'value="darija"' in client.get(reverse("desk-clips", args=[course.code])).text

    assert send(course, remove="darija").status_code == 302
    assert not course.clips.exists()


def test_two_recordings_of_one_name_and_length_are_two_forms(send):
    course, once = factories.course(), {"by": factories.member("programme_officer"), "form_key": uuid4().hex}
    once |= {"language": "darija", "transcript": "مرحبا"}

    statuses = [send(course, sound=file_of(recording(seconds)), **once).status_code for seconds in (40, 40, 12)]

    assert len(recording(40)) == len(recording(12))
    assert statuses == [302, 302, 422]
    assert AuditEntry.objects.filter(action="store clip").count() == 1
    assert bytes(course.clips.get().sound) == recording(40)


@pytest.mark.parametrize(
    "sound", [b"ID3 a song", recording(packet=b"\xfc" * 60_000), b""], ids=["mp3", "heavy", "empty"]
)
def test_a_file_that_cannot_be_kept_is_refused_beside_its_field(send, sound):
    course = factories.course()
    response = send(course, language="darija", sound=file_of(sound), transcript="مرحبا")
    assert response.status_code == 422
    assert 'href="#id_sound"' in response.text
    assert not course.clips.exists()


def test_only_the_writers_of_a_course_send_its_voice(send):
    course = factories.course()
    voice = {"language": "darija", "transcript": "…"}
    manager = factories.member("manager")
    draft = factories.course(organisation=manager.memberships.get().organisation, state="draft", published_at=None)
    assert send(draft, by=manager, sound=file_of(recording()), **voice).status_code == 302
    foreign = factories.course(state="draft", published_at=None)
    for others in (foreign, factories.course(organisation=draft.organisation)):
        assert send(others, by=manager, sound=file_of(recording()), **voice).status_code == 404
    assert send(factories.course(state="archived"), language="darija", transcript="…").status_code == 404
    assert send(course, remove="french").status_code == 404
