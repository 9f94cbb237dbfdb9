"""Where the embedded services of this checkout are found. Importing starts nothing and needs no Django."""

import hashlib
import os
from pathlib import Path
from urllib.parse import urlencode, urlsplit, urlunsplit

CHECKOUT = Path(__file__).resolve().parents[2]
HOME = CHECKOUT / ".local"
LOGS = HOME / "logs"


def sockets():
    """A short private folder: the path of a unix socket may not exceed 107 bytes, that of a checkout may."""
    name = hashlib.sha256(os.fsencode(CHECKOUT)).hexdigest()[:8]
    return Path("/tmp", f"apprend-{os.geteuid()}-{name}")


def database_url(folder=None):
    return f"postgres://portal@/portal?host={folder or sockets()}"


def redis_url(folder=None):
    return f"unix://{folder or sockets()}/valkey.sock?db=0"


def numbered(url, number):
    """The same Redis, its database `number`."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return urlunsplit(parts._replace(query=urlencode({"db": number}), netloc="")).replace("unix:/", "unix:///", 1)
    return urlunsplit(parts._replace(path=f"/{number}"))
