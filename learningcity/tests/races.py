"""Many people at once, each on a connection of their own, and what stands in their way taken out for a control."""

from contextlib import contextmanager
from queue import Queue
from threading import Barrier, Thread

from django.db import connection


def at_once(calls):
    """What each call returned or raised, all of them started at the same moment."""
    together, results = Barrier(len(calls)), [None] * len(calls)

    def work(place, call):
        try:
            connection.ensure_connection()
            together.wait(timeout=30)
            results[place] = call()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [Thread(target=work, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def behind(call):
    """Starts a call on a connection of its own, and comes back once it is over or waits for a lock of ours. What comes
    back is a function that waits for its end, and gives what it returned or raised."""
    server, results = Queue(), []

    def work():
        try:
            connection.ensure_connection()
            server.put(connection.connection.info.backend_pid)
            results.append(call())
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    thread = Thread(target=work)
    thread.start()
    process = server.get(timeout=30)
    while thread.is_alive() and not waits(process):
        thread.join(0.01)

    def end():
        thread.join(30)
        return results[0]

    return end


def waits(process):
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [process])
        return cursor.fetchone()[0]


@contextmanager
def no_safety_net(names, *models, root):
    """Without these constraints; what they let through goes afterwards, with all that hangs on `root`."""
    nets = [(model, net) for model in models for net in model._meta.constraints if net.name in names]
    with connection.schema_editor() as editor:
        for model, net in nets:
            editor.remove_constraint(model, net)
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {root._meta.db_table} CASCADE")
    with connection.schema_editor() as editor:
        for model, net in nets:
            editor.add_constraint(model, net)
