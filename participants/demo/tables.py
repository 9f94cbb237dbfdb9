"""Rows into PostgreSQL by COPY, in batches, with keys given here so that rows can point at each other beforehand."""

from contextlib import contextmanager

from django.db import connection
from django.db.models import Max

BATCH = 150_000  # lines of one table kept in memory before they are written


class Table:
    """Lines on their way to one table. `attributes` are those of the model, the key first."""

    def __init__(self, model, attributes):
        self.name = model._meta.db_table
        self.columns = [model._meta.get_field(name).column for name in attributes]
        self.last = model.objects.aggregate(last=Max("pk"))["last"] or 0
        self.lines, self.written = [], 0

    def key(self):
        self.last += 1
        return self.last

    def add(self, *values):
        self.lines.append("\t".join(["\\N" if value is None else str(value) for value in values]))

    def flush(self):
        if not self.lines:
            return
        statement = f"COPY {self.name} ({', '.join(self.columns)}) FROM STDIN"
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for start in range(0, len(self.lines), 10_000):
                copy.write("\n".join(self.lines[start : start + 10_000]) + "\n")
        self.written += len(self.lines)
        self.lines.clear()

    def finish(self):
        """Write what is left and let the sequence of the key continue after it."""
        self.flush()
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [self.name, max(self.last, 1)])


@contextmanager
def without_checks(names):
    """Foreign keys, unique and exclusion constraints and indexes of these tables are gone inside and rebuilt after,
    which is many times faster for millions of rows. Inside a transaction: nothing is lost when it fails, and readers
    wait."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no check of a row may wait
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        kept = [definition for name in names for definition in definitions(cursor, name)]
        for drop, _restore in kept:
            cursor.execute(drop)
        yield
        for _drop, restore in reversed(kept):
            cursor.execute(restore)


def definitions(cursor, name):
    """(statement to drop, statement to restore) of each such constraint and of each plain index of a table."""
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = %s::regclass AND contype IN ('f', 'u', 'x') ORDER BY contype, conname",
        [name],
    )
    for constraint, definition in cursor.fetchall():
        yield (
            f'ALTER TABLE {name} DROP CONSTRAINT "{constraint}"',
            f'ALTER TABLE {name} ADD CONSTRAINT "{constraint}" {definition}',
        )
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %s::regclass "
        "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))",
        [name],
    )
    for index, definition in cursor.fetchall():
        yield f"DROP INDEX {index}", definition
