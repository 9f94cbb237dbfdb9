"""References of places as people type them."""

import re

from learningcity.i18n import ascii_digits

from ..models.enrolments import SAFE_ALPHABET

LETTERS = re.compile(rf"(?:CA)?([{SAFE_ALPHABET}]{{5}})([{SAFE_ALPHABET}]{{5}})")


def reference_of(text):
    """`CA-7K3M9-2QRT8` from however it was typed, or empty."""
    found = LETTERS.fullmatch(re.sub(r"[\W_]", "", ascii_digits(text).upper()))
    return f"CA-{found[1]}-{found[2]}" if found else ""
