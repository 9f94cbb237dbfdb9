from django.urls import path

from .views import alerts, clash, desk, desk_people, draws, own_data, register, resident, transfers

urlpatterns = [
    path("inscription/", resident.group, name="enrol-group"),
    path("inscription/<slug:code>/1/", resident.who, name="enrol-who"),
    path("inscription/<slug:code>/2/", resident.person, name="enrol-person"),
    path("inscription/<slug:code>/3/", resident.contact, name="enrol-contact"),
    path("inscription/<slug:code>/horaire/", clash.clash, name="enrol-clash"),
    path("inscription/<slug:code>/verifier/", resident.check, name="enrol-check"),
    path("groupes/<slug:code>/tirage/", draws.draw, name="draw"),
    path("me-prevenir/", alerts.new, name="alert"),
    path("donnees-effacees/", own_data.erased, name="erased"),
    path("gestion/", desk.today, name="desk-today"),
    path("gestion/groupes/<slug:code>/inscrits/", desk.roster, name="roster"),
    path("gestion/inscriptions/<slug:reference>/groupe/", transfers.transfer, name="desk-transfer"),
    path("gestion/doublons/", desk_people.doubles, name="desk-doubles"),
    path("gestion/doublons/<int:first>/<int:second>/", desk_people.double, name="desk-double"),
    path("gestion/fusions/<int:merge>/", desk_people.merge, name="desk-merge"),
    path("gestion/groupes/<slug:code>/appel/<int:meeting>/", register.roll_call, name="roll-call"),
]
