"""Every setting of the portal, read from the environment once, here. `.env.example` lists the variables."""

import zoneinfo
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

# Morocco left daylight saving on 2026-09-20; the pinned tzdata knows, the system's copy may not.
zoneinfo.reset_tzpath(())
zoneinfo.ZoneInfo.clear_cache()

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()

# --- Who we are ---------------------------------------------------------------------------------

SECRET_KEY = env.str("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
SITE_URL = env.str("SITE_URL")
HELP_PHONE = env.str("HELP_PHONE", default="+212522000000")
DEMO = env.bool("DEMO", default=False)
RETENTION_DAYS = env.int("RETENTION_DAYS", default=1096)  # after the last group of a person ended
BACKGROUND_QUESTIONS = env.bool("BACKGROUND_QUESTIONS", default=False)  # on health too: not before the CNDP agrees
HEALTH_TOKEN = env.str("HEALTH_TOKEN", default="")

INSTALLED_APPS = [
    "modeltranslation",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "csp",
    "django_filters",
    "django_htmx",
    "pgtrigger",
    "phonenumber_field",
    "template_partials",
    "learningcity",
    "programmes",
    "participants",
    "indicators",
]

MIDDLEWARE = [
    "learningcity.middleware.RequestIdMiddleware",
    "learningcity.middleware.LanguageMiddleware",
    "learningcity.public_pages.PublicPagesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "learningcity.middleware.PrivateByDefaultMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "learningcity.middleware.BadInputMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "learningcity.middleware.StaffMiddleware",
    "learningcity.idempotency.IdempotencyMiddleware",
]

ROOT_URLCONF = "learningcity.urls"
WSGI_APPLICATION = "learningcity.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = ("city",)
CRISPY_TEMPLATE_PACK = "city"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["learningcity.templatetags.city"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "learningcity.context.site",
                "programmes.context.desk",
            ],
        },
    }
]

# --- Where things are kept ------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL")}
DATABASES["default"] |= {
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {
        **DATABASES["default"].get("OPTIONS", {}),
        "options": "-c statement_timeout=10s -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s -c jit=off",
        "connect_timeout": 5,
        "server_side_binding": True,
        "prepare_threshold": 2,  # what a connection has asked so often is planned once for all
    },
}
REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    },
    "template_fragments": {  # parts of the frame that only the language changes; the tag `cache` looks here
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    },
}
PAGE_CACHE = env.bool("PAGE_CACHE", default=True)
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=BASE_DIR / "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Languages and time ----------------------------------------------------------------------------

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("ar", _("Arabic")), ("en", _("English"))]
MODELTRANSLATION_DEFAULT_LANGUAGE = "fr"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("fr",)
LOCALE_PATHS = [BASE_DIR / "learningcity" / "locale"]
LANGUAGE_COOKIE_NAME = "langue"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = True
LANGUAGE_COOKIE_HTTPONLY = True
TIME_ZONE = "Africa/Casablanca"
USE_TZ = True
PHONENUMBER_DEFAULT_REGION = "MA"
PHONENUMBER_DB_FORMAT = "E164"

# --- Who may come in -------------------------------------------------------------------------------

AUTH_USER_MODEL = "learningcity.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # e-mail is unique by its lower case, a constraint the check does not see
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk-today"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "learningcity.services.accounts.StaffAccountAdapter"
ACCOUNT_FORMS = {
    "login": "learningcity.account_forms.SignInForm",
    "reauthenticate": "learningcity.account_forms.ConfirmPasswordForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "20/10m/ip,5/30m/key"}  # a class of 40 has one address
MFA_ADAPTER = "learningcity.services.accounts.StaffMFAAdapter"
MFA_FORMS = {
    "authenticate": "learningcity.account_forms.SecondFactorForm",
    "reauthenticate": "learningcity.account_forms.ConfirmCodeForm",
    "activate_totp": "learningcity.account_forms.SetUpSecondFactorForm",
}
MFA_TOTP_TOLERANCE = 1
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Casablanca apprend"
STAFF_SESSION_IDLE = 30 * 60
STAFF_SESSION_LIFE = 8 * 3600
OWN_DEVICE_SESSION = 30 * 86_400  # a resident on a phone that is hers

SESSION_COOKIE_NAME = "__Host-session"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = STAFF_SESSION_IDLE
SESSION_SAVE_EVERY_REQUEST = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "learningcity.views.errors.csrf_failure"

# --- What the browser may do ------------------------------------------------------------------------

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^livez$"]
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
ENROLMENT_POSTS_PER_HOUR = env.int("ENROLMENT_POSTS_PER_HOUR", default=600)  # from one address, four to a person
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=int(BEHIND_PROXY))
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
OURS_ALONE = "script-src style-src img-src font-src connect-src media-src form-action manifest-src"
NOBODY = "default-src frame-ancestors base-uri object-src"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {name: [SELF] for name in OURS_ALONE.split()}
    | {name: [NONE] for name in NOBODY.split()}
    | {"report-uri": "/csp"}
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 10

# --- Messages and background work --------------------------------------------------------------------

EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="django.core.mail.backends.console.EmailBackend")
vars().update(env.email_url("EMAIL_URL", default="smtp://localhost:25"), EMAIL_BACKEND=EMAIL_BACKEND)
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Casablanca apprend <bonjour@apprend.example>")
SMS_PROVIDER = env.str("SMS_PROVIDER", default="console")
SMS_HTTP_URL = env.str("SMS_HTTP_URL", default="")
SMS_HTTP_TOKEN = env.str("SMS_HTTP_TOKEN", default="")
SMS_SENDER = env.str("SMS_SENDER", default="CASA APPREND")
SMS_WEBHOOK_SECRET = env.str("SMS_WEBHOOK_SECRET", default="")
SMS_SIMULATOR = env.str("SMS_SIMULATOR", default="ok")
SMS_FILE = env.path("SMS_FILE", default=BASE_DIR / ".local" / "sms.log")


def broker_url(url):
    """The same Redis in the spelling of Celery, which has its own for unix sockets."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    number = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={number}"


CELERY_BROKER_URL = broker_url(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "max_retries": 0,
    "socket_connect_timeout": 1,
    "socket_timeout": 1,
}
CELERY_TASK_DEFAULT_QUEUE = "background"
CELERY_TASK_ROUTES = {
    "learningcity.tasks.deliver": {"queue": "messages"},
    "learningcity.tasks.sweep_outbox": {"queue": "messages"},
    "participants.tasks.sweep_queue": {"queue": "enrolment"},
    "participants.tasks.sweep_run": {"queue": "enrolment"},
    "indicators.tasks.rollup": {"queue": "rollup"},
}
CELERY_BEAT_SCHEDULE = {
    "sweep-outbox": {"task": "learningcity.tasks.sweep_outbox", "schedule": 60.0},
    "forget-sent-forms": {"task": "learningcity.tasks.forget_sent_forms", "schedule": 3600.0},
    "sweep-queue": {"task": "participants.tasks.sweep_queue", "schedule": 60.0},
    "remind": {"task": "participants.tasks.remind", "schedule": 3600.0},
    "hold-draws": {"task": "participants.tasks.hold_draws", "schedule": 300.0},
    "release-desk-seats": {"task": "participants.tasks.release_desk_seats", "schedule": 300.0},
    "alert-decisions": {"task": "participants.tasks.alert_decisions", "schedule": 3600.0},
    "sweep-drafts": {"task": "participants.tasks.sweep_drafts", "schedule": 900.0},
    "invite-to-surveys": {"task": "participants.tasks.invite_to_surveys", "schedule": 86_400.0},
    "take-over": {"task": "participants.tasks.take_over", "schedule": 3600.0},
    "forget-people": {"task": "participants.tasks.forget_people", "schedule": 86_400.0},
    "tell-alerts": {"task": "participants.tasks.tell_alerts", "schedule": 3600.0},
    "mend-catalogue": {"task": "programmes.tasks.mend_catalogue", "schedule": 600.0},
    "rollup": {"task": "indicators.tasks.rollup", "schedule": 3600.0},
}

# --- What we write down ------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "learningcity.logs.RequestIdFilter"}},
    "formatters": {"json": {"()": "learningcity.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["request_id"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"handlers": ["console"], "propagate": False},
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # scanners; the access line says 400
    },
}
