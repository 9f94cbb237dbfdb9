"""Who asks, as far as the network tells."""

import hmac
from contextlib import suppress
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from redis import RedisError

HOUSEHOLD = 64  # bits of an IPv6 address: whoever has one has all that begin with the same


def client_address(request):
    """An IPv4 address, or the first of the IPv6 ones of a household. Empty when nobody knows, as behind a socket.

    Each proxy writes at the end of X-Forwarded-For from whom it has the request: the entry of the outermost one we
    trust counts. What stands before that anyone may have written.
    """
    entries, trusted = request.META.get("HTTP_X_FORWARDED_FOR", "").split(","), settings.TRUSTED_PROXIES
    forwarded = entries[-trusted] if 0 < trusted <= len(entries) else ""
    return _known(forwarded) or _known(request.META.get("REMOTE_ADDR", ""))


def is_too_often(request, what, *, most, seconds):
    """Whether this was asked more than `most` times from the address of the request within about so many seconds.

    While the cache is away nobody is counted and nobody refused.
    """
    return is_spent(what, client_address(request), most=most, seconds=seconds, when_away=False)


def is_spent(what, who, *, most, seconds, when_away=True):
    """Whether `who` did this more than `most` times within about so many seconds. Kept as a digest, in the cache alone;
    while that is away the answer is `when_away`."""
    key = key_of(what, who)
    try:
        cache.add(key, 0, seconds)
        return cache.incr(key) > most
    except (RedisError, ValueError):  # ValueError: the count ended between the two
        return when_away


def start_anew(what, who):
    """Forget how often `who` did this."""
    with suppress(RedisError):
        cache.delete(key_of(what, who))


def key_of(what, who):
    return hmac.new(settings.SECRET_KEY.encode(), f"{what} {who}".encode(), "sha256").hexdigest()


def _known(text):
    try:
        address = ip_address(text.strip())
    except ValueError:
        return ""
    address = getattr(address, "ipv4_mapped", None) or address
    if address.version == 6:
        address = ip_network((int(address), HOUSEHOLD), strict=False).network_address
    return str(address)
