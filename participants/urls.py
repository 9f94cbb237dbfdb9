from django.urls import path

from .views import alerts, desk, register, resident

urlpatterns = [
    path("inscription/", resident.group, name="enrol-group"),
    path("inscription/<slug:code>/1/", resident.who, name="enrol-who"),
    path("inscription/<slug:code>/2/", resident.person, name="enrol-person"),
    path("inscription/<slug:code>/3/", resident.contact, name="enrol-contact"),
    path("inscription/<slug:code>/verifier/", resident.check, name="enrol-check"),
    path("me-prevenir/", alerts.new, name="alert"),
    path("gestion/", desk.today, name="desk-today"),
    path("gestion/groupes/<slug:code>/inscrits/", desk.roster, name="roster"),
    path("gestion/groupes/<slug:code>/appel/<int:meeting>/", register.roll_call, name="roll-call"),
]
