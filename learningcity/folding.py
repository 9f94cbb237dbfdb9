"""One spelling for the many ways people write a word: `city_fold` in SQL (first migration), `fold` in Python.

Folded: case, accents, tashkeel, tatweel, hamza carriers, alef maqsura, Farsi letters, Arabic digits, punctuation.
At the end of a word ه and the plural ات become ة, and a leading و or ف before ال goes: المدرسة المدرسه والمدرسة meet.
"""

import re
import unicodedata

from django.db.models import Func, TextField

FROM_LETTERS = "ٱىیکگ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹'’`-‐‑–—.,;:!?؟،؛()/«»\""
TO_LETTERS = "اييكك01234567890123456789" + " " * 23
MARKS = "\u0300-\u036f\u064b-\u065f\u0670\u0640"
ARABIC = "\u0621-\u064a"

STEPS = [
    (f"[{MARKS}]", ""),
    (f"(^|[^{ARABIC}])[وف](?=ال)", r"\1"),
    (f"ات(?![{ARABIC}])", "ة"),
    (f"ه(?![{ARABIC}])", "ة"),
    (" +", " "),
]


def fold(text):
    """The folded text; equal to SQL's `city_fold(text)`."""
    text = unicodedata.normalize("NFKD", text).lower().replace("œ", "oe").replace("æ", "ae")
    (marks, nothing), *rest = STEPS
    text = re.sub(marks, nothing, text).translate(str.maketrans(FROM_LETTERS, TO_LETTERS))
    for pattern, replacement in rest:
        text = re.sub(pattern, replacement, text)
    return text.strip(" ")


def create_function_sql():
    """SQL that creates `city_fold(text)`; generated from the same steps so that the twins cannot drift."""

    def quoted(text):
        return "'" + text.replace("'", "''") + "'"

    (marks, nothing), *rest = STEPS
    body = "replace(replace(lower(normalize(value, NFKD)), 'œ', 'oe'), 'æ', 'ae')"
    body = f"regexp_replace({body}, {quoted(marks)}, {quoted(nothing)}, 'g')"
    body = f"translate({body}, {quoted(FROM_LETTERS)}, {quoted(TO_LETTERS)})"
    for pattern, replacement in rest:
        body = f"regexp_replace({body}, {quoted(pattern)}, {quoted(replacement)}, 'g')"
    return (
        "CREATE OR REPLACE FUNCTION city_fold(value text) RETURNS text "
        f"LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $fold$ SELECT btrim({body}) $fold$"
    )


class Folded(Func):
    """Database expression: the folded words of several columns, joined by spaces; empty columns count as ''."""

    function = "city_fold"
    output_field = TextField()

    def as_sql(self, compiler, connection, **extra):
        parts, params = [], []
        for source in self.get_source_expressions():
            sql, source_params = compiler.compile(source)
            parts.append(f"coalesce({sql}, '')")
            params.extend(source_params)
        return f"city_fold({' || chr(32) || '.join(parts)})", tuple(params)
