"""A portal of its own for one bench: `make run` in a temporary folder, with PostgreSQL as careful as it is there.

Run as a program it is that portal: `ground.py FOLDER`. Imported, it starts and stops it as a process of its own.
"""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
if str(CHECKOUT) not in sys.path:
    sys.path.insert(0, str(CHECKOUT))
START_WITHIN = 90  # seconds; a demo city takes most of them


class Ground:
    """`url`, `port`, `pid` of the supervisor, `sms` the file of what was sent, `home` with logs and data."""

    def __init__(self, **environment):
        self.folder = Path(tempfile.mkdtemp(prefix="apprend-bench-", dir="/tmp"))
        self.folder.chmod(0o755)  # root hands PostgreSQL to `nobody`, who has to get in
        self.home, self.sms, self.port = self.folder / "home", self.folder / "sms.log", free_port()
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "CHROMIUM") if name in os.environ}
        self.environment = inherited | {
            "DJANGO_SETTINGS_MODULE": "learningcity.settings.dev",
            "PORT": str(self.port),
            "DEMO": "false",
            "ENROLMENT_POSTS_PER_HOUR": "1000000",  # all of them come from here
            "SMS_PROVIDER": "file",
            "SMS_FILE": str(self.sms),
            "LOG_LEVEL": "WARNING",
            **environment,
        }
        self.process = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_error):
        self.stop()

    def start(self):
        from learningcity.local.children import die_with_parent

        with self.said.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, __file__, self.home],
                cwd=CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                preexec_fn=lambda: die_with_parent(signal.SIGTERM),
            )
        self._wait_for_an_answer()

    @property
    def said(self):
        """What the supervisor tells: falls and returns of its children."""
        return self.folder / "portal.log"

    @property
    def pid(self):
        return self.process.pid

    def _wait_for_an_answer(self):
        end = time.monotonic() + START_WITHIN
        while self.process.poll() is None and time.monotonic() < end:
            try:
                if get(self.port, "/livez").status == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise SystemExit(f"The portal does not start:\n{self.said.read_text()}")

    def enter(self):
        """From here on this process has the settings of the portal, its records and its rules."""
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        os.environ |= self.environment
        settle(self.home)

    def command(self, *arguments):
        """A command of manage.py in this city: its exit code and what it printed."""
        where = {"DATABASE_URL": os.environ["DATABASE_URL"], "REDIS_URL": os.environ["REDIS_URL"]}
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=CHECKOUT, env=self.environment | where, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def settle(home):
    """Load Django with the embedded services in `home` instead of the checkout's `.local`."""
    import django

    from learningcity.local import services

    services.HOME, services.LOGS = home, home / "logs"
    services.sockets = lambda: home.parent / "s"
    django.setup()


def get(port, path):
    """The answer, its body read, to a GET without cookies."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.body = answer.read()
        return answer
    except http.client.HTTPException as error:
        raise ConnectionError(repr(error)) from None
    finally:
        connection.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve(home):
    settle(home)
    from learningcity.local import portal
    from learningcity.local.account import Refusal

    try:
        portal.run(lambda line: print(line, flush=True))
    except Refusal as refusal:
        raise SystemExit(str(refusal)) from None


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
