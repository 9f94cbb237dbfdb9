"""Every named address of the site, read from the resolver, with values from the small city."""

from django.urls import URLResolver, get_resolver, reverse


def named_routes(patterns=None):
    """Name -> names of the values its address needs."""
    found = {}
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            found |= named_routes(pattern.url_patterns)
        else:
            found[pattern.name or str(pattern.pattern)] = list(pattern.pattern.converters)
    return found


def address(name, values):
    return reverse(name, kwargs={needed: values[needed] for needed in named_routes()[name]})
