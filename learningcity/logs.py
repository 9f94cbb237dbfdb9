"""One JSON object per line. Values come from code we wrote, never from what people typed: no personal data in logs."""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

request_id = ContextVar("request_id", default="")


def route_of(request):
    """`fr/cours/<slug:slug>/`: the pattern, since a path can carry a token. `-` when nothing matched."""
    match = getattr(request, "resolver_match", None)
    return match.route if match else "-"


class RequestIdFilter(logging.Filter):
    """Adds the request's number, and puts the route where Django writes the path (always its last argument)."""

    def filter(self, record):
        record.request_id = request_id.get()
        if record.name.startswith("django.") and record.args and hasattr(record, "request"):
            record.args = (*record.args[:-1], route_of(record.request))
        return True


class JsonFormatter(logging.Formatter):
    def format(self, record):
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", ""),
        }
        if record.exc_info and record.exc_info[1]:
            line["exception"] = frames(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def frames(error):
    """Where it happened and the kind of error, causes last; its text is left out, it often quotes what was typed."""
    seen = []
    while error is not None and len(seen) < 5:
        seen.append("".join(traceback.format_tb(error.__traceback__)) + type(error).__qualname__)
        error = error.__cause__ or error.__context__
    return "\n".join(seen)
