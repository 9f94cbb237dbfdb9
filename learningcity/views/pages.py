"""Pages without records: the choice of a language, the plain texts, and the gallery of components."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

from learningcity.views import gallery

YEAR = 365 * 24 * 3600


@login_not_required
@require_safe
@vary_on_cookie
def language_choice(request):
    """Ask for a language; a choice, now (`?langue=`) or earlier (cookie), leads straight home and is remembered."""
    known = dict(settings.LANGUAGES)
    chosen = request.GET.get("langue", "")
    if chosen not in known:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen not in known:
        with translation.override(settings.LANGUAGE_CODE):
            return render(request, "learningcity/language_choice.html")
    response = redirect(f"/{chosen}/")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=YEAR,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )
    return response


@login_not_required
@require_safe
def help_page(request):
    return render(request, "learningcity/help.html")


@login_not_required
@require_safe
def accessibility(request):
    return render(request, "learningcity/accessibility.html")


@login_not_required
@require_safe
def privacy(request):
    return render(request, "learningcity/privacy.html")


@login_not_required
@require_safe
def components(request):
    """Every component of the house on one page, with and without errors (`?errors`); only on demonstration sites."""
    if not settings.DEMO:
        raise Http404
    return render(request, "learningcity/components.html", gallery.context(request))
