"""The portal on one machine, started by `make run`: plain http, embedded services, an open demo city."""

import os

from learningcity.i18n import compile_catalogues
from learningcity.local import services

os.environ.setdefault("SECRET_KEY", "for-this-machine-only-never-for-a-public-address")
os.environ.setdefault("DATABASE_URL", services.database_url())
os.environ.setdefault("REDIS_URL", services.redis_url())
os.environ.setdefault("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
os.environ.setdefault("SITE_URL", f"http://localhost:{os.environ.get('PORT', '8000')}")
os.environ.setdefault("SECURE_SSL_REDIRECT", "false")
os.environ.setdefault("DEMO", "true")
os.environ.setdefault("STATIC_ROOT", str(services.HOME / "static"))

from .base import *  # the environment had to be set first

SECURE_HSTS_SECONDS = 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = False
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "session", "csrf"

compile_catalogues()  # before anything is translated, or a first start would speak English until the second
