"""A PostgreSQL and a Valkey for one run of the tests: fast, forgetful, gone at its end."""

import os
import shutil
import tempfile
from pathlib import Path

from . import account, postgres, services, valkey


def start():
    """Put the addresses into the environment, unless they are there, and return the function that ends it all."""
    wanted = {"DATABASE_URL", "REDIS_URL"} - set(os.environ)
    if not wanted:
        return lambda: None
    folder = Path(tempfile.mkdtemp(prefix="apprend-tests-", dir="/tmp"))
    children = []

    def stop():
        for child in reversed(children):
            child.stop()
        shutil.rmtree(folder, ignore_errors=True)

    try:
        _fill(folder, wanted, children)
    except BaseException:
        stop()
        raise
    return stop


def _fill(folder, wanted, children):
    owner = account.choose(postgres.binary("postgres"), folder.parent)
    places = {"sockets": owner.own(folder), "log": folder / "log"}
    places["log"].touch()
    if "DATABASE_URL" in wanted:
        data = folder / "postgres"
        children.append(postgres.Postgres(owner, data=data, settings=postgres.THROWAWAY, **places))
        os.environ["DATABASE_URL"] = services.database_url(folder)
    if "REDIS_URL" in wanted:
        data = folder / "valkey"
        children.append(valkey.Valkey(owner, data=data, settings=valkey.THROWAWAY, **places))
        os.environ["REDIS_URL"] = services.redis_url(folder)
    for child in children:
        child.start()
