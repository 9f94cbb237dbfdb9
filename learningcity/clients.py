"""Who asks, as far as the network tells."""

from ipaddress import ip_address, ip_network

from django.conf import settings

HOUSEHOLD = 64  # bits of an IPv6 address: whoever has one has all that begin with the same


def client_address(request):
    """An IPv4 address, or the first of the IPv6 ones of a household. Empty when nobody knows, as behind a socket.

    Each proxy writes at the end of X-Forwarded-For from whom it has the request: the entry of the outermost one we
    trust counts. What stands before that anyone may have written.
    """
    entries, trusted = request.META.get("HTTP_X_FORWARDED_FOR", "").split(","), settings.TRUSTED_PROXIES
    forwarded = entries[-trusted] if 0 < trusted <= len(entries) else ""
    return _known(forwarded) or _known(request.META.get("REMOTE_ADDR", ""))


def _known(text):
    try:
        address = ip_address(text.strip())
    except ValueError:
        return ""
    address = getattr(address, "ipv4_mapped", None) or address
    if address.version == 6:
        address = ip_network((int(address), HOUSEHOLD), strict=False).network_address
    return str(address)
