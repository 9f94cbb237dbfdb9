"""Pages behind a personal link: whoever holds it is taken for the learner, and is spoken to in her language."""

from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import translation

from ..models import Enrolment


def held(view):
    """The enrolment of the link, for a page that no search engine keeps."""

    @login_not_required
    @wraps(view)
    def page(request, token):
        enrolment = get_object_or_404(with_its_group(), token=token)
        language = language_of(request, enrolment)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = view(request, enrolment)
        response["Content-Language"] = language
        response["X-Robots-Tag"] = "noindex"
        return response

    return page


def with_its_group():
    places = Enrolment.objects.select_related("participant", "run__course", "run__venue__district", "run__room")
    return places.prefetch_related("run__meetings")


def language_of(request, enrolment):
    asked = request.GET.get("langue")
    return asked if asked in dict(settings.LANGUAGES) else enrolment.participant.language


def link(name, enrolment):
    """One of her pages, in the language of this one."""
    return f"{reverse(name, args=[enrolment.token])}?langue={translation.get_language()}"
