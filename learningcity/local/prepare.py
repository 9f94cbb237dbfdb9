"""What has to be there before the first page: tables, reference data, a demo city, static files."""

import hashlib
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor


def prepare(say):
    """`say` takes a line for the person who waits."""
    connection.settings_dict["OPTIONS"].pop("options", None)  # the limits of a web request are not those of a migration
    migrate(say)
    fill(say)
    collect_static(say)


def migrate(say):
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Making the tables ...")
        call_command("migrate", interactive=False, verbosity=0)


def fill(say):
    """The first time only, and whole or not at all: Ctrl-C in the middle leaves an empty city, not half of one."""
    if apps.get_model("learningcity", "District").objects.exists():
        return
    with transaction.atomic():
        say("Loading the districts, venues and courses of Casablanca ...")
        call_command("load_city", verbosity=0)
        if settings.DEMO:
            say("Filling the city with demo people, groups and two years of meetings ...")
            call_command("demo", verbosity=0)
            say("Counting who learned what, month by month ...")
            call_command("rollup", all=True, verbosity=0)


def collect_static(say):
    root = Path(str(settings.STATIC_ROOT))
    stamp = root.with_name(f"{root.name}.stamp")
    state = _static_state()
    if root.exists() and stamp.exists() and stamp.read_text() == state:
        return
    say("Collecting the static files ...")
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(state)


def _static_state():
    """Changes when a source file is added, removed or written."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = storage.path(path)
            digest.update(f"{found}:{storage.size(path)}:{storage.get_modified_time(path)}\n".encode())
    return digest.hexdigest()
