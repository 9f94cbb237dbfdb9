from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from .views import errors, health, pages

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler429 = errors.too_many
handler500 = errors.server_error

urlpatterns = [
    path("", pages.language_choice, name="language-choice"),
    path("livez", health.live, name="livez"),
    path("healthz", health.health, name="healthz"),
    path("csp", health.csp_report, name="csp-report"),
    path("", include("participants.urls_short")),
    path("", include("programmes.urls_short")),
]

urlpatterns += i18n_patterns(
    path("aide/", pages.help_page, name="help"),
    path("accessibilite/", pages.accessibility, name="accessibility"),
    path("confidentialite/", pages.privacy, name="privacy"),
    path("gestion/", include("learningcity.urls_staff")),
    path("", include("learningcity.urls_resident")),
    path("", include("programmes.urls")),
    path("", include("participants.urls")),
    path("observatoire/", include("indicators.urls")),
)

if settings.DEMO:
    urlpatterns += i18n_patterns(path("components/", pages.components, name="components"))
