"""Short addresses for paper, text messages and QR codes: no language prefix."""

from django.urls import path

from .views import resident

urlpatterns = [path("<str:token>/", resident.receipt, name="receipt")]
