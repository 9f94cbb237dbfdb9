from django.urls import path

from .views import public

urlpatterns = [
    path("", public.home, name="home"),
    path("cours/", public.catalogue, name="catalogue"),
    path("cours/<slug:slug>/", public.course, name="course"),
]
