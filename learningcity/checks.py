"""What must be true of the machine before anyone is served; `/healthz` repeats the ones that can change."""

from datetime import datetime

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.db import connections

from . import clock
from .services.health import days_postgres_differs


@register(Tags.compatibility)
def clock_law_is_known(app_configs, **kwargs):
    if clock.knows_the_law():
        return []
    return [
        Error("The time zone rules are older than 2026-09-20.", hint="Install tzdata 2026.3 or later.", id="city.E001")
    ]


@register(Tags.database)
def arabic_trigrams_work(app_configs, databases, **kwargs):
    """With the wrong locale PostgreSQL silently finds no letters in Arabic words."""
    errors = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'")
            if cursor.fetchone()[0]:
                cursor.execute("SELECT show_trgm('مكتبة') <> '{}'")
                if not cursor.fetchone()[0]:
                    errors.append(
                        Error("Arabic words have no trigrams.", hint="Create the cluster with C.UTF-8.", id="city.E002")
                    )
    return errors


@register(Tags.database)
def postgres_knows_the_clock_law(app_configs, databases, **kwargs):
    """It is never asked for Casablanca time, but people write reports in SQL."""
    if "default" not in (databases or []) or not (days := days_postgres_differs(datetime.now(clock.CASABLANCA).date())):
        return []
    return [
        Warning(
            f"PostgreSQL has another hour in Casablanca than we have on {len(days)} of the next 400 days.",
            hint="Upgrade its time zone files to 2026c or later. Nothing on the site depends on them.",
            id="city.W001",
        )
    ]


PLACEHOLDERS = ("for-this-machine-only", "change-me", "replace-me")


@register(Tags.security, deploy=True)
def nothing_published_opens_the_door(app_configs, **kwargs):
    errors = []
    if settings.DEMO:
        errors.append(
            Error(
                "The demonstration staff have a published password and second factor.",
                hint="DEMO=false",
                id="city.E003",
            )
        )
    for name in ("SECRET_KEY", "HEALTH_TOKEN"):
        if getattr(settings, name).startswith(PLACEHOLDERS):
            errors.append(Error(f"{name} is the one of the example.", hint="Write a random one.", id="city.E004"))
    return errors
