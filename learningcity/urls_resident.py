from django.urls import path

from .views import sign_in

urlpatterns = [
    path("connexion/", sign_in.phone, name="passport-sign-in"),
    path("connexion/code/", sign_in.code, name="passport-code"),
    path("deconnexion/", sign_in.leave, name="passport-sign-out"),
]
