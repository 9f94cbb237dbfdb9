"""The least that can be done for the same answer in bare Django: no middleware but compression, no session, nothing to
translate, and one table, `bench_offer`, that has every value of a card ready.

`floors:application` serves /cached (bytes out of Redis), /list (one indexed query, 20 rows), /search?q=&d=&t= (full
text and three facets in one statement) and /enrol?r= (a form with its token; sent, a guarded update and an insert).
Run by gunicorn only: it brings settings of its own.
"""

import os

import django
import environ
from django.conf import settings
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, models, transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import path
from django.views.decorators.csrf import csrf_protect

CACHED = "bench:page"
SEARCH = """
WITH hits AS MATERIALIZED (
    SELECT id, starts_on, places, district, theme, day FROM bench_offer
    WHERE words @@ plainto_tsquery('simple', %(q)s) AND closes_at > now()
        AND (%(district)s::int IS NULL OR district = %(district)s) AND (%(theme)s = '' OR theme = %(theme)s)
), best AS (SELECT id FROM hits ORDER BY places > 0 DESC, starts_on, id LIMIT 20)
SELECT coalesce('d' || district, 't' || theme, 'w' || day, '') AS option, count(*), NULL AS slug, NULL AS title_fr,
    NULL AS title_ar, NULL AS place_fr, NULL AS place_ar, NULL::date AS starts_on, NULL::int AS places,
    NULL::int AS hours, NULL::int AS minimum_age
FROM hits GROUP BY GROUPING SETS ((district), (theme), (day), ())
UNION ALL (
    SELECT NULL, NULL, slug, title_fr, title_ar, place_fr, place_ar, starts_on, places, hours, minimum_age
    FROM bench_offer JOIN best USING (id) ORDER BY places > 0 DESC, starts_on, id
)
"""
PAGE = """<!doctype html>
<html lang="{{ language }}" dir="{{ dir }}">
<head><meta charset="utf-8"><title>Courses</title><link rel="stylesheet" href="/app.css"></head>
<body>
<header><a href="/">Casablanca</a><nav><a href="/fr/">Français</a> <a href="/ar/">العربية</a></nav></header>
<main><h1>{{ count }}</h1>
<form action="/search"><input name="q" value="{{ q }}">
{% for option, number in facets %}<label><input type="checkbox" name="o" value="{{ option }}">
{{ option }} ({{ number }})</label>
{% endfor %}<button>Search</button></form>
<ul class="cards">
{% for card in cards %}<li><article class="card">
  <p class="status"><span class="tag">{% if card.places > 5 %}Places{% elif card.places > 0 %}{{ card.places }} left
  {% else %}Full{% endif %}</span> <span class="price">Free</span></p>
  <h3><a href="/{{ language }}/cours/{{ card.slug }}/"><bdi>{{ card.title }}</bdi></a></h3>
  <ul class="facts"><li><svg class="icon"><use href="/icons.svg#pin"></use></svg><bdi>{{ card.place }}</bdi></li>
  <li><svg class="icon"><use href="/icons.svg#calendar"></use></svg>{{ card.starts_on|date:"d/m/Y" }}</li>
  <li><svg class="icon"><use href="/icons.svg#person"></use></svg>{{ card.minimum_age|default:"" }} {{ card.hours }} h
  </li></ul>
</article></li>
{% endfor %}</ul></main>
<footer><a href="/aide/">Help</a> <a href="/confidentialite/">Privacy</a></footer>
</body>
</html>
"""
FORM = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>Enrol</title></head>
<body><main><h1>Check, then send</h1><form method="post">{% csrf_token %}<input type="checkbox" name="consent">
<button>Send</button></form></main></body></html>
"""
SEAT = "UPDATE bench_seats SET taken = taken + 1 WHERE run = %s AND taken < capacity RETURNING taken"
PLACE = "INSERT INTO bench_places (run, name) VALUES (%s, %s) RETURNING id"


DATABASE = environ.Env().db_url("DATABASE_URL")
DATABASE |= {"CONN_MAX_AGE": 60, "OPTIONS": DATABASE.get("OPTIONS", {}) | {"options": "-c jit=off"}}
REDIS = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ["REDIS_URL"]}
TEMPLATES = {"page.html": PAGE, "form.html": FORM}
LOADER = ("django.template.loaders.cached.Loader", [("django.template.loaders.locmem.Loader", TEMPLATES)])

settings.configure(
    SECRET_KEY="of-a-floor",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="floors",
    DATABASES={"default": DATABASE},
    CACHES={"default": REDIS},
    MIDDLEWARE=["django.middleware.gzip.GZipMiddleware"],
    TEMPLATES=[
        {"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"loaders": [LOADER]}},
    ],
    USE_TZ=True,
)
django.setup(set_prefix=False)


class Offer(models.Model):
    slug, theme, title_fr, title_ar, place_fr, place_ar, words = (models.TextField() for _column in range(7))
    district, day, places, hours, minimum_age = (models.IntegerField() for _column in range(5))
    starts_on, closes_at = models.DateField(), models.DateTimeField()

    class Meta:
        app_label, managed, db_table = "floors", False, "bench_offer"

    def __str__(self):
        return self.slug


def alive(request):
    return HttpResponse("yes")


def cached(request):
    body, encoding = cache.get(CACHED)
    return HttpResponse(body, headers={"Content-Encoding": encoding, "Vary": "Accept-Encoding"})


def listed(request):
    found = Offer.objects.order_by("starts_on", "id").defer("words")[:20]
    return page(request, [offer.__dict__ for offer in found], [], 20)


def searched(request):
    asked = {
        "q": request.GET["q"].lower(),
        "district": request.GET.get("d") or None,
        "theme": request.GET.get("t", ""),
    }
    with connection.cursor() as cursor:
        cursor.execute(SEARCH, asked)
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    facets = [(row["option"], row["count"]) for row in rows if row["slug"] is None]
    return page(request, [row for row in rows if row["slug"]], facets, dict(facets).get("", 0))


def page(request, rows, facets, count):
    language = request.GET.get("l", "fr")
    for row in rows:
        row |= {"title": row[f"title_{language}"], "place": row[f"place_{language}"]}
    context = {"language": language, "dir": "rtl" if language == "ar" else "ltr", "q": request.GET.get("q", "")}
    return HttpResponse(render_to_string("page.html", context | {"cards": rows, "facets": facets, "count": count}))


@csrf_protect
def enrolled(request):
    if request.method != "POST":
        return HttpResponse(render_to_string("form.html", {}, request))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SEAT, [request.GET["r"]])
        if cursor.fetchone() is None:
            return HttpResponse("Full")
        cursor.execute(PLACE, [request.GET["r"], request.POST["consent"]])
        return HttpResponseRedirect(f"/i/{cursor.fetchone()[0]}/")


urlpatterns = [
    path("livez", alive),
    path("cached", cached),
    path("list", listed),
    path("search", searched),
    path("enrol", enrolled),
]
application = WSGIHandler()
