"""Short addresses for paper, text messages and QR codes: no language prefix."""

from django.urls import path

from .views import alerts, offers, receipts

urlpatterns = [
    path("i/<str:token>/", receipts.receipt, name="receipt"),
    path("i/<str:token>/annuler/", receipts.cancel, name="cancel"),
    path("i/<str:token>/calendrier.ics", receipts.calendar, name="receipt-calendar"),
    path("o/<str:token>/", offers.offer, name="offer"),
    path("a/<str:alert>/", alerts.link, name="alert-link"),
]
