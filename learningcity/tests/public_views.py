"""Small pages that call themselves public, with all of the house behind them: what the cache is tried on."""

import time

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_safe

from learningcity import urls
from learningcity.public_pages import public_page
from learningcity.views import pages

PAGE = "/fr/places/"
made = []


def text(request):
    """The number of times a page was made, long enough to be worth compressing."""
    made.append(request.path)
    return HttpResponse(f"{len(made)} {'places ' * 100}", content_type="text/plain")


def slow(request):
    time.sleep(0.05)
    return text(request)


def broken(request):
    made.append(request.path)
    raise ZeroDivisionError


def missing(request):
    raise Http404


def reads_the_session(request):
    request.session.get("name")
    return text(request)


def prints_a_token(request):
    get_token(request)
    return text(request)


def sets_a_cookie(request):
    response = text(request)
    response.set_cookie("langue", "ar")
    return response


def leaves_a_message(request):
    messages.success(request, "Saved")
    return text(request)


PERSONAL = [reads_the_session, prints_a_token, sets_a_cookie, leaves_a_message]
PUBLIC = {"places/": text, "slow/": slow, "broken/": broken, "missing/": missing, "aide/": pages.help_page}
PUBLIC |= {"away/": lambda request: redirect(PAGE)} | {f"{view.__name__}/": view for view in PERSONAL}


def opened(view):
    return login_not_required(require_safe(public_page(view)))


urlpatterns = [path(f"fr/{route}", opened(view)) for route, view in PUBLIC.items()]
urlpatterns += [path("court/", opened(text)), path("fr/file/", login_not_required(text)), *urls.urlpatterns]
handler404, handler500 = urls.handler404, urls.handler500
