"""Short addresses for paper, text messages and QR codes: no language prefix."""

from django.urls import path

from .views import (
    alerts,
    background,
    consents,
    find_again,
    incoming,
    offers,
    own_data,
    passport_settings,
    receipts,
    resident,
    surveys,
)

urlpatterns = [
    path("i/<str:token>/", receipts.receipt, name="receipt"),
    path("i/<str:token>/autre/", resident.another, name="enrol-another"),
    path("i/<str:token>/avis/", surveys.survey, name="survey"),
    path("i/<str:token>/annuler/", receipts.cancel, name="cancel"),
    path("i/<str:token>/calendrier.ics", receipts.calendar, name="receipt-calendar"),
    path("i/<str:token>/mes-donnees/", own_data.show, name="own-data"),
    path("i/<str:token>/mes-donnees.json", own_data.download, name="own-data-file"),
    path("i/<str:token>/mes-donnees/corriger/", own_data.correct, name="own-data-correct"),
    path("i/<str:token>/mes-donnees/accord/", consents.change, name="consent"),
    path("i/<str:token>/questions/", background.questions, name="background"),
    path("i/<str:token>/effacer/", own_data.erase, name="erase"),
    path("i/<str:token>/passeport/", passport_settings.join, name="passport-join"),
    path("r/<str:signed>/", find_again.lost_list, name="lost-list"),
    path("o/<str:token>/", offers.offer, name="offer"),
    path("a/<str:alert>/", alerts.link, name="alert-link"),
    path("sms/", incoming.incoming, name="sms-incoming"),
]
