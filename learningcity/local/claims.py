"""What one run claims for itself: the checkout, a port, the folder of its sockets."""

import fcntl
import os
import socket
import stat

from .account import Refusal

FIRST_PORT, PORTS = 8000, 100


def checkout(home):
    """The open lock file of this checkout. Raises Refusal, with the address, when another run holds it."""
    try:
        home.mkdir(exist_ok=True)
        lock = (home / "run.lock").open("a+")
    except PermissionError:
        raise Refusal(f"{home} belongs to another user: start as that user, or remove it.") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with lock:
            lock.seek(0)
            address = lock.read() or "it is starting"
        raise Refusal(f"The portal of this checkout is already running: {address}") from None
    lock.truncate(0)
    return lock


def port(wanted):
    """A listening socket on this machine only: the port `wanted`, or the first free one from 8000 when it is empty."""
    if not wanted:
        return _first_free()
    if not wanted.isdecimal() or not 0 < int(wanted) < 65536:
        raise Refusal(f"PORT={wanted} is not a port: give a number from 1 to 65535.")
    try:
        return _listen(int(wanted))
    except PermissionError:
        raise Refusal(f"Port {wanted} is kept for the system: choose one from 1024.") from None
    except OSError:
        raise Refusal(f"Port {wanted} is taken by another program: choose another one, or leave PORT out.") from None


def _first_free():
    for number in range(FIRST_PORT, FIRST_PORT + PORTS):
        try:
            return _listen(number)
        except OSError:
            continue
    raise Refusal(f"No port from {FIRST_PORT} to {FIRST_PORT + PORTS - 1} is free: choose one with PORT.")


def _listen(number):
    return socket.create_server(("127.0.0.1", number), backlog=256)


def socket_folder(folder, account):
    """Private to `account`. Raises Refusal when somebody else has put something in its place."""
    if os.path.lexists(folder):
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {account.uid, os.geteuid()}:
            raise Refusal(f"{folder} belongs to somebody else: remove it.")
        folder.chmod(0o700)
    return account.own(folder)
