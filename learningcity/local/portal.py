"""The whole portal as one tree of processes, from the first socket to the last signal."""

import contextlib
import gc
import http.client
import os
import signal
import time

from django.conf import settings

from . import account, claims, postgres, services, valkey
from .account import Refusal
from .children import Fork
from .prepare import prepare
from .processes import Web, work
from .welcome import welcome

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(say):
    """Serve until a signal comes. `say` takes a line for the person at the terminal. Raises Refusal."""
    for number in STOPPING:
        signal.signal(number, signal.default_int_handler)
    lock = claims.checkout(services.HOME)
    listener = claims.port(os.environ.get("PORT", ""))
    address = f"http://localhost:{listener.getsockname()[1]}"
    if settings.SITE_URL.startswith("http://localhost:"):
        settings.SITE_URL = address  # the settings were read before a free port was known
    lock.write(address)
    lock.flush()
    portal = Portal(listener, say)
    try:
        portal.start()
        portal.watch()
    except KeyboardInterrupt:
        say("\nStopping ...")
    finally:
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)
        portal.stop()
    say("Stopped. The data is kept.")


class Portal:
    """The processes in the order of their start; they stop in the reverse order."""

    def __init__(self, listener, say):
        self.listener, self.say = listener, say
        self.children = []

    def start(self):
        services.LOGS.mkdir(exist_ok=True)
        self._start_services()
        self._do("Preparation", lambda: prepare(self.say))
        gc.freeze()  # what is loaded by now stays shared between the processes
        embedded = _is_embedded("REDIS_URL", services.redis_url())
        schedule = services.HOME / "schedule"
        self._start(Fork("Web", _log("web"), lambda: Web(self.listener).run()))
        self._start(Fork("Worker", _log("worker"), lambda: work(schedule, embedded)))
        self._wait_for_an_answer()
        self._do("Welcome", lambda: welcome(settings.SITE_URL, self.say))

    def watch(self):
        """Start again whatever falls, in the order of dependence."""
        while True:
            time.sleep(0.25)
            for child in self.children:
                if not child.is_alive():
                    self.say(f"{child.name} has fallen; it is started again.")
                    child.restart()
                    self.say(f"{child.name} is back.")

    def stop(self):
        for child in reversed(self.children):
            child.stop()
        with contextlib.suppress(OSError):
            services.sockets().rmdir()

    def _start_services(self):
        has_database = _is_embedded("DATABASE_URL", services.database_url())
        has_broker = _is_embedded("REDIS_URL", services.redis_url())
        if not (has_database or has_broker):
            return
        owner = account.choose(postgres.binary("postgres"), services.HOME)
        sockets = claims.socket_folder(services.sockets(), owner)
        if has_database:
            log = _log("postgres")
            database = postgres.Postgres(owner, data=services.HOME / "postgres", sockets=sockets, log=log)
            if not database.data.exists():
                self.say("Making a PostgreSQL of its own ...")
            self._start(database)
        if has_broker:
            self._start(valkey.Valkey(owner, data=services.HOME / "valkey", sockets=sockets, log=_log("valkey")))

    def _start(self, child):
        self.children.append(child)
        child.start()

    def _do(self, name, task):
        """In a copy of this process, which stays small and without connections."""
        child = Fork(name, None, task)
        child.start()
        try:
            child.process.join()
        except BaseException:
            child.stop()
            raise
        if child.process.exitcode:
            raise Refusal(f"{name} failed: see above.")

    def _wait_for_an_answer(self):
        """Any answer will do; the socket listens already, so asking early only means waiting."""
        web = self.children[-2]
        while web.is_alive():
            connection = http.client.HTTPConnection(*self.listener.getsockname(), timeout=5)
            try:
                connection.request("HEAD", "/")
                connection.getresponse()
                return
            except OSError:
                continue
            finally:
                connection.close()
        raise Refusal(f"The web server does not start. {web.last_words()}")


def _is_embedded(variable, ours):
    """The settings have put our own address where the environment named none."""
    return os.environ[variable] == ours


def _log(name):
    """Empty at the start of each run."""
    path = services.LOGS / f"{name}.log"
    path.write_bytes(b"")
    return path
