"""What every page knows: the name of the site, how to get help, and its own address in the other languages."""

from django.conf import settings
from django.utils.http import escape_leading_slashes
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

NAME = _("Casablanca learns")
OWN_NAMES = {"fr": "Français", "ar": "العربية", "en": "English"}
LONGEST_ECHO = 2000


def site(request):
    path = request.get_full_path()
    return frame(get_language() or settings.LANGUAGE_CODE, path, is_known=bool(request.resolver_match))


def frame(language, path, *, is_known=True):
    """`path` with its query; `is_known` says whether a page stands there."""
    path = escape_leading_slashes(path)  # `//evil.example` would be another site
    return {
        "site": {
            "name": str(NAME),
            "url": settings.SITE_URL,
            "help_phone": settings.HELP_PHONE,
            "help_phone_display": spoken_phone(settings.HELP_PHONE),
            "demo": settings.DEMO,
            "languages": [
                {"code": code, "name": OWN_NAMES[code], "dir": direction(code), "path": path_in(path, code)}
                for code, _name in settings.LANGUAGES
            ],
        },
        "address": settings.SITE_URL + path.partition("?")[0] if is_known else "",
        "language": language,
        "dir": direction(language),
    }


def direction(language):
    return "rtl" if language == "ar" else "ltr"


def spoken_phone(number):
    """`+212522000000` as `05 22 00 00 00`; a foreign number stays as it is."""
    number = str(number)
    if not number.startswith("+212"):
        return number
    national = "0" + number.removeprefix("+212")
    return " ".join(national[start : start + 2] for start in range(0, len(national), 2))


def path_in(path, code):
    """The same page in another language, query included. A short link has no prefix and asks with `?langue=`."""
    if len(path) > LONGEST_ECHO:
        return f"/{code}/"
    _root, first, *rest = path.split("/", 2)
    if first in OWN_NAMES and rest:
        return f"/{code}/{rest[0]}"
    return f"{path.partition('?')[0]}?langue={code}"
