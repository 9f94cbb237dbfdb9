import os
import shutil
import signal
import socket
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
import redis

from learningcity.local import account, claims, postgres, services, valkey
from learningcity.local.account import Refusal
from learningcity.local.children import Child, Fork
from learningcity.testing import find_chromium


def test_the_path_of_the_sockets_is_short_enough_for_any_checkout():
    assert len(str(services.sockets() / ".s.PGSQL.5432.lock")) < 60


@pytest.mark.parametrize(
    ("url", "numbered"),
    [
        ("unix:///tmp/a/valkey.sock?db=0", "unix:///tmp/a/valkey.sock?db=7"),
        ("unix:///tmp/a/valkey.sock", "unix:///tmp/a/valkey.sock?db=7"),
        ("rediss://:pw@broker.example:6379/0", "rediss://:pw@broker.example:6379/7"),
    ],
)
def test_a_redis_address_takes_another_database_number(url, numbered):
    assert services.numbered(url, 7) == numbered


def test_the_second_run_in_a_checkout_is_told_the_address_of_the_first(tmp_path):
    with claims.checkout(tmp_path) as lock:
        lock.write("http://localhost:8123")
        lock.flush()
        with pytest.raises(Refusal, match="already running: http://localhost:8123"):
            claims.checkout(tmp_path)
    claims.checkout(tmp_path).close()


def test_a_taken_port_is_refused_in_plain_words():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Refusal, match=f"Port {port} is taken"):
            claims.port(str(port))


@pytest.mark.parametrize("wanted", ["eighty", "0", "70000", "-1"])
def test_a_port_that_is_no_port_is_refused(wanted):
    with pytest.raises(Refusal, match="is not a port"):
        claims.port(wanted)


def test_without_a_wish_the_first_free_port_is_taken():
    with claims.port("") as first, claims.port("") as second:
        assert claims.FIRST_PORT <= first.getsockname()[1] < second.getsockname()[1]


def test_the_socket_folder_is_refused_when_something_else_is_there(tmp_path):
    owner = account.Account(os.geteuid(), os.getegid())
    (tmp_path / "trap").symlink_to(tmp_path)
    with pytest.raises(Refusal, match="belongs to somebody else"):
        claims.socket_folder(tmp_path / "trap", owner)


def test_the_socket_folder_is_private(tmp_path):
    folder = claims.socket_folder(tmp_path / "sockets", account.Account(os.geteuid(), os.getegid()))
    assert folder.stat().st_mode & 0o777 == 0o700


class Falling(Child):
    def start(self):
        """Falls at once, like every time."""


def test_what_falls_five_times_in_a_row_is_given_up_with_its_last_words(tmp_path):
    log = tmp_path / "log"
    log.write_text("no such column")
    child = Falling("Web", log)
    for _ in range(4):
        child.restart()
    with pytest.raises(Refusal, match="no such column"):
        child.restart()


def test_what_falls_after_a_while_is_started_again_each_time(tmp_path):
    child = Falling("Web", tmp_path / "log")
    for _ in range(9):
        child.restart()
        child.started -= 6
    assert child.falls == 1


def test_a_fork_is_stopped_by_force_when_it_does_not_listen(tmp_path):
    def deaf():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.write(1, b"deaf now")
        time.sleep(60)

    child = Fork("Deaf", tmp_path / "log", deaf)
    child.patience = 0.2
    child.start()
    while not child.log.exists() or not child.log.read_text():
        time.sleep(0.01)
    child.stop()
    assert child.process.exitcode == -signal.SIGKILL


@pytest.fixture
def place():
    """A short folder of the account that runs the services, with the arguments every service takes."""
    folder = Path(tempfile.mkdtemp(prefix="apprend-tests-", dir="/tmp"))
    owner = account.choose(postgres.binary("postgres"), folder.parent)
    (folder / "log").touch()
    yield {"account": owner, "sockets": owner.own(folder), "log": folder / "log", "data": folder / "data"}
    shutil.rmtree(folder)


def test_postgres_keeps_its_data_through_a_kill_and_knows_arabic(place):
    server = postgres.Postgres(**place)
    address = {"host": str(place["sockets"]), "user": "portal", "dbname": "portal"}
    server.start()
    try:
        with psycopg.connect(**address) as connection:
            connection.execute("CREATE EXTENSION pg_trgm")
            connection.execute("CREATE TABLE kept AS SELECT show_trgm('مكتبة') AS letters")
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        server.restart()
        with psycopg.connect(**address) as connection:
            assert connection.execute("SELECT cardinality(letters) FROM kept").fetchone() == (6,)
    finally:
        server.stop()
    assert server.process.returncode == 0


def test_valkey_keeps_its_data_through_a_stop(place):
    server = valkey.Valkey(**place)
    server.start()
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        client.set("kept", "yes")
    server.stop()
    server.start()
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        assert client.get("kept") == b"yes"
    server.stop()
    assert not server.is_alive()


@pytest.mark.browser
def test_a_browser_is_found_where_browser_tests_run():
    assert os.access(find_chromium(), os.X_OK)
