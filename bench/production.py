"""The settings of production for a portal whose Valkey is the embedded one."""

from learningcity.local.services import broker_url
from learningcity.settings.base import *  # noqa: F403 - settings are all of them
from learningcity.settings.base import REDIS_URL

CELERY_BROKER_URL = broker_url(REDIS_URL)  # Celery spells the address of a unix socket in its own way
