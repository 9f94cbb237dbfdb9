"""Tables that follow from others: a row is written where it differs from what it should be, and only there."""

from django.db import connection

BATCH = 200


class Derived:
    """`types`: {column: type in the database}, the primary key first. Rows are tuples in this order; vectors are given
    as sets of stems."""

    def __init__(self, model, types):
        key, *others = types
        table = model._meta.db_table
        rows = ", ".join(f"%s::{'text[]::tsvector' if kind == 'tsvector' else kind}[]" for kind in types.values())
        wanted = f"SELECT * FROM unnest({rows}) AS wanted ({', '.join(types)})"
        self.types, self.model = types, model
        self.write_sql = f"""
            INSERT INTO {table} AS known ({", ".join(types)}) {wanted}
            ON CONFLICT ({key}) DO UPDATE SET {", ".join(f"{column} = excluded.{column}" for column in others)}
            WHERE ({_all("known", others)}) IS DISTINCT FROM ({_all("excluded", others)})
        """
        self.differ_sql = f"""
            SELECT wanted.{key} FROM ({wanted}) AS wanted LEFT JOIN {table} AS known USING ({key})
            WHERE ({_all("known", others)}) IS DISTINCT FROM ({_all("wanted", others)}) ORDER BY 1
        """

    def write(self, rows):
        """How many rows were not as they should be."""
        with connection.cursor() as cursor:
            return sum(self._write(cursor, batch) for batch in batches(rows, BATCH))

    def _write(self, cursor, rows):
        cursor.execute(self.write_sql, self._columns(rows))
        return cursor.rowcount

    def differing(self, rows):
        """The keys of the rows that are missing or wrong."""
        with connection.cursor() as cursor:
            return [key for batch in batches(rows, BATCH) for key in self._differing(cursor, batch)]

    def _differing(self, cursor, rows):
        cursor.execute(self.differ_sql, self._columns(rows))
        return [key for (key,) in cursor.fetchall()]

    def _columns(self, rows):
        columns = [list(column) for column in zip(*rows, strict=True)]
        kinds = zip(columns, self.types.values(), strict=True)
        return [[_vector(stems) for stems in column] if kind == "tsvector" else column for column, kind in kinds]


def batches(rows, size):
    """No statement lasts long, and no list is long, however many rows there are."""
    rows = list(rows)
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _all(table, columns):
    return ", ".join(f"{table}.{column}" for column in columns)


def _vector(stems):
    return " ".join(f"'{stem}'" for stem in sorted(stems))
