"""Parts of a file (RFC 9110, Range): one range of bytes, as players of sound ask for it."""

import re

from django.http import HttpResponse

ONE_RANGE = re.compile(r"bytes=(\d{1,15})?-(\d{1,15})?\Z")


def answer(request, content, content_type):
    """200 with everything, 206 with the part asked for, 416 when there is no such part."""
    request.META.pop("HTTP_ACCEPT_ENCODING", None)  # compressed, a part would not be that part any more
    wanted = part_of(request.headers.get("Range", ""), len(content))
    if wanted is None:
        response = HttpResponse(content, content_type=content_type)
    elif not wanted:
        response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{len(content)}"})
    else:
        response = HttpResponse(content[wanted.start : wanted.stop], status=206, content_type=content_type)
        response["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{len(content)}"
    response["Accept-Ranges"] = "bytes"
    return response


def part_of(header, size):
    """The bytes asked for, an empty range when there are none, None when everything is wanted or it can't be read."""
    found = ONE_RANGE.match(header)
    if not found or not any(found.groups()):
        return None
    first, last = (None if number is None else int(number) for number in found.groups())
    if first is None:
        return range(max(0, size - last), size)
    if last is not None and last < first:
        return None
    return range(min(first, size), size if last is None else min(last + 1, size))
