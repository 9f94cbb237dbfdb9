"""The two processes of ours: web and worker."""

import os

import redis
from celery.beat import EmbeddedService
from django.conf import settings
from django.urls import get_resolver
from gunicorn.app.base import BaseApplication

from learningcity.celery import app

QUEUES = ["enrolment", "messages", "rollup", "background"]


class Web(BaseApplication):
    """Two processes of four threads behind a socket that outlives them: while they restart, visitors wait."""

    def __init__(self, listener):
        self.listener = listener
        super().__init__()

    def load_config(self):
        for name, value in {
            "bind": f"fd://{self.listener.fileno()}",
            "worker_class": "gthread",
            "workers": 2,
            "threads": 4,
            "preload_app": True,
            "graceful_timeout": 5,
            "control_socket_disable": True,
        }.items():
            self.cfg.set(name, value)

    def load(self):
        """With every view imported, so that the two processes share that memory too."""
        from learningcity.wsgi import application

        get_resolver().url_patterns  # noqa: B018 - the property imports them
        return application


def work(schedule, is_only_worker):
    """One worker of two threads with beat beside them: what a killed one held comes back from the broker."""
    os.environ["CELERY_SKIP_CHECKS"] = "true"  # they would import every page
    if is_only_worker:
        _take_back()
    beat = EmbeddedService(app, thread=True, schedule_filename=str(schedule))
    worker = app.Worker(
        pool="threads", concurrency=2, queues=QUEUES, loglevel="INFO", without_mingle=True, without_gossip=True
    )
    beat.start()
    worker.start()
    beat.stop()


def _take_back():
    """Tasks that a killed worker held are due at once, not after the visibility timeout."""
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        for tag in broker.zrange("unacked_index", 0, -1):
            broker.zadd("unacked_index", {tag: 0})
