"""Public pages as text, drawn once for what they say: the same values under the same address are the same page.

What a page says is asked of the database each time, so nothing here can be out of date.
"""

from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.translation import get_language

from .context import frame

MOST_DRAWN = 256  # pages of some forty kilobytes each


def drawn(request, template, context):
    """As `render_to_string`. Values of the context are compared, so they cannot be lists or dictionaries; the template
    knows no request: nothing of a person can stand on the page."""
    return _drawn(template, get_language(), request.get_full_path(), tuple(context.items()))


@lru_cache(MOST_DRAWN)
def _drawn(template, language, path, said):
    return render_to_string(template, frame(language, path) | {"messages": ()} | dict(said))


def forget():
    _drawn.cache_clear()
