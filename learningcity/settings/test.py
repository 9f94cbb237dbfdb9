"""The strict world of the tests; `learningcity/testing.py` starts the services before this file is read."""

from .dev import *

DEMO = False
PAGE_CACHE = False  # a test sees what it has just changed; those of the cache switch it on
ENROLMENT_POSTS_PER_HOUR = 1_000_000
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True  # nothing is collected for the tests
