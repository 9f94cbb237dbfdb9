"""Addresses without a language: short ones for paper, fixed ones for programs."""

from django.urls import include, path

from .views import feeds

urlpatterns = [
    path("c/<slug:course>", feeds.short_course, name="short-course"),
    path("api/v1/", include("programmes.api")),
    path("sitemap.xml", feeds.sitemap, name="sitemap"),
    path("robots.txt", feeds.robots, name="robots"),
]
