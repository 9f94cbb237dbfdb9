"""Requests as fast as they are answered, and what they cost: processor time of everything that took part."""

import http.client
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlsplit

from ground import CHECKOUT, free_port, get
from processes import below

CONNECTIONS = 4
START_WITHIN = 30  # seconds
TICK = os.sysconf("SC_CLK_TCK")


class Server:
    """A WSGI application behind gunicorn, two processes of four threads as in `learningcity/local/processes.py`."""

    def __init__(self, application, log, **environment):
        self.port, self.log = free_port(), log
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "DATABASE_URL", "REDIS_URL")}
        options = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload", "--no-control-socket"]
        command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{self.port}", *options]
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                command,
                cwd=CHECKOUT,
                env=kept | environment | {"PYTHONPATH": str(Path(__file__).parent)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                process_group=0,
            )

    @property
    def pid(self):
        return self.process.pid

    def wait(self):
        end = time.monotonic() + START_WITHIN
        while self.process.poll() is None and time.monotonic() < end:
            try:
                return get(self.port, "/livez")
            except OSError:
                time.sleep(0.1)
        raise SystemExit(f"A server does not start:\n{self.last_words()}")

    def last_words(self):
        return self.log.read_text()[-2000:]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def portal(ground, name, *, site, **environment):
    """Ours, with the settings of production."""
    return Server(
        "learningcity.wsgi:application",
        ground.folder / f"{name}.log",
        DJANGO_SETTINGS_MODULE="learningcity.settings.base",
        SECRET_KEY="of-a-bench-" + "0123456789" * 4,
        ALLOWED_HOSTS=urlsplit(site).hostname,
        SITE_URL=site,
        STATIC_ROOT=str(ground.home / "static"),
        **environment,
    )


def beside_floor(ground, **servers):
    """{name: server}, the floor among them, each answering."""
    servers["floor"] = Server("floors:application", ground.folder / "floor.log")
    for server in servers.values():
        server.wait()
    return servers


@dataclass(frozen=True)
class Asked:
    """What a server is asked again and again: its paths in turn."""

    server: Server
    paths: list[str]
    headers: dict = field(default_factory=dict)

    def send(self, connection, path):
        connection.request("GET", path, headers=self.headers)
        answer = connection.getresponse()
        return answer, answer.read()

    def once(self, path):
        """The answer to one path and its body, still compressed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        try:
            return self.send(connection, path)
        finally:
            connection.close()

    def press(self, seconds):
        """Counter of statuses."""
        end, counts = time.monotonic() + seconds, [Counter() for _connection in range(CONNECTIONS)]
        threads = [threading.Thread(target=self._press, args=(end, number, counts)) for number in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(counts, Counter())

    def _press(self, end, number, counts):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        for path in islice(cycle(self.paths), number * len(self.paths) // CONNECTIONS, None):
            if time.monotonic() > end:
                break
            counts[number][self.send(connection, path)[0].status] += 1
        connection.close()


@dataclass(frozen=True)
class Cost:
    rate: float  # requests per second
    parts: dict  # processor milliseconds per request: {"web": .., "PostgreSQL": .., "Valkey": ..}

    @property
    def milliseconds(self):
        return sum(self.parts.values())


def spent(families):
    """Processor seconds so far of whole families of processes, ended children included: {name: seconds}."""
    return {name: sum(seconds(each) for each in [pid, *(one.pid for one in below(pid))]) for name, pid in families}


def seconds(pid):
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, fields[11:15])) / TICK


def cost(asked, services, duration):
    families = [("web", asked.server.pid), *services.items()]
    before, started = spent(families), time.perf_counter()
    statuses = asked.press(duration)
    took, after = time.perf_counter() - started, spent(families)
    strange = {status for status in statuses if status not in (200, 304)}
    if strange or not statuses:
        raise SystemExit(f"{asked.paths[0]} answers {dict(statuses)}:\n{asked.server.last_words()}")
    total = statuses.total()
    return Cost(total / took, {name: (after[name] - before[name]) * 1000 / total for name in before})


def race(ours, floor, services, *, rounds, seconds):
    """Alternate ours and the floor, forget the first round. The median of each, by processor time, as a Cost."""
    results = [[cost(side, services, seconds) for side in (ours, floor)] for _round in range(rounds + 1)]
    return [median(column) for column in zip(*results[1:], strict=True)]


def median(costs):
    parts = {name: statistics.median(each.parts[name] for each in costs) for name in costs[0].parts}
    return Cost(statistics.median(each.rate for each in costs), parts)
