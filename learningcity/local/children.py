"""Processes that die with their parent, are started again when they fall, and leave their words in a file."""

import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
import time

from .account import Refusal

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(how):
    """For the child itself. Linux only: elsewhere a killed parent leaves its children running."""
    if LIBC:
        LIBC.prctl(PR_SET_PDEATHSIG, how)


class Child:
    """Something that runs beside us: `name` and `log` for people, `stopper` the signal it leaves on in good order."""

    stopper = signal.SIGTERM
    patience = 10  # seconds between the stopping signal and SIGKILL

    def __init__(self, name, log):
        self.name, self.log = name, log
        self.started, self.falls = 0.0, 0

    def restart(self):
        """Start again; raises Refusal when it has fallen five times in a row within seconds of its start."""
        now = time.monotonic()
        self.falls = self.falls + 1 if now < self.started + 5 else 1
        if self.falls == 5:
            raise Refusal(f"{self.name} keeps falling. {self.last_words()}")
        self.started = now
        self.start()

    def last_words(self):
        lines = self.log.read_text(errors="replace").splitlines()[-8:] if self.log.exists() else []
        return "\n  ".join([f"From {self.log}:", *lines])

    def stop(self):
        if self.is_alive():
            self.signal(self.stopper)
            if not self.ended_within(self.patience):
                self.signal(signal.SIGKILL)
                self.ended_within(5)


class Program(Child):
    """A foreign binary, run as `account`, in a process group of its own so that Ctrl-C reaches only us."""

    process = None

    def __init__(self, name, log, account):
        super().__init__(name, log)
        self.account = account

    def spawn(self, command):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.account.prefix, *map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
                cwd="/",
                process_group=0,
                preexec_fn=lambda: die_with_parent(self.stopper),  # after the change of user, which clears it
                **self.account.identity,
            )

    def wait_until_ready(self, seconds=60):
        """True when it answers; False when it ended or stayed silent for so long."""
        end = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < end:
            if self.is_ready():
                return True
            time.sleep(0.02)
        return False

    def is_alive(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def ended_within(self, seconds):
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True


class Fork(Child):
    """A function of ours in a copy of this process: Django is loaded once and its memory shared."""

    process = None

    def __init__(self, name, log, work):
        super().__init__(name, log)
        self.work = work

    def start(self):
        self.process = multiprocessing.get_context("fork").Process(target=self._run, args=[os.getpid()], name=self.name)
        self.process.start()

    def _run(self, parent):
        os.setpgid(0, 0)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        die_with_parent(self.stopper)
        if os.getppid() != parent:
            sys.exit(1)
        self._write_to_log()
        self.work()

    def _write_to_log(self):
        if self.log:
            with self.log.open("ab") as log:
                os.dup2(log.fileno(), 1)
                os.dup2(log.fileno(), 2)

    def is_alive(self):
        return self.process is not None and self.process.is_alive()

    def signal(self, number):
        os.kill(self.process.pid, number)

    def ended_within(self, seconds):
        self.process.join(seconds)
        return self.process.exitcode is not None
