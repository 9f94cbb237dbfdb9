"""Statements that the server plans once per connection, for those that take longer to plan than to run."""

import psycopg
from django.db import connection

FIRST = 0  # statements of the same text run without being prepared


class PreparedCursor(psycopg.Cursor):
    def execute(self, query, params=None):
        return super().execute(query, params, prepare=True)


def cursor():
    """As `connection.cursor()`; values are bound by the server, so their types have to be plain from the statement."""
    connection.ensure_connection()
    connection.connection.prepare_threshold = FIRST  # Django's own cursors bind here and never prepare
    raw = PreparedCursor(connection.connection)
    return connection.make_debug_cursor(raw) if connection.queries_logged else connection.make_cursor(raw)
