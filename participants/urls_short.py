"""Short addresses for paper, text messages and QR codes: no language prefix."""

from django.urls import path

from .views import alerts, resident

urlpatterns = [
    path("i/<str:token>/", resident.receipt, name="receipt"),
    path("a/<str:alert>/", alerts.link, name="alert-link"),
]
