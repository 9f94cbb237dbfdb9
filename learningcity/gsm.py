"""What a text costs as an SMS: the GSM-7 alphabet (3GPP TS 23.038), or 16-bit units when one letter is not in it."""

import unicodedata
from typing import NamedTuple

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")  # each takes two places
ROOM = {"GSM-7": (160, 153), "UCS-2": (70, 67)}  # units in a lone part, in each of several parts
PLAIN = str.maketrans(
    dict.fromkeys("’‘ʼ′`´", "'")
    | dict.fromkeys("«»“”„″", '"')
    | dict.fromkeys("‐‑‒–—−•·", "-")
    | dict.fromkeys("\u00a0\u202f\u2007\u2009\t", " ")
    | dict.fromkeys("\u200b\u200e\u200f\u2066\u2067\u2068\u2069\ufeff", "")
    | {"…": "...", "œ": "oe", "Œ": "OE", "ð": "d", "ł": "l", "Ł": "L", "ı": "i", "©": "(c)", "№": "no"}
)


class Segments(NamedTuple):
    encoding: str
    characters: int  # units of the encoding: `€` is 2 in GSM-7, an emoji 2 in UCS-2
    segments: int


def _sizes(text):
    if all(letter in BASIC or letter in EXTENDED for letter in text):
        return "GSM-7", [2 if letter in EXTENDED else 1 for letter in text]
    return "UCS-2", [2 if ord(letter) > 0xFFFF else 1 for letter in text]


def segments(text):
    """A letter of two units is never cut in half: the part before it stays one unit shorter."""
    encoding, sizes = _sizes(text)
    alone, joined = ROOM[encoding]
    total = sum(sizes)
    if total <= alone:
        return Segments(encoding, total, 1)
    parts, filled = 1, 0
    for size in sizes:
        if filled + size > joined:
            parts, filled = parts + 1, 0
        filled += size
    return Segments(encoding, total, parts)


def to_gsm(text):
    """French and English in the GSM-7 alphabet: `ê` becomes `e`, `œ` `oe`, `’` `'`. Other scripts stay as they are."""
    return "".join(_plain(letter) for letter in unicodedata.normalize("NFC", text).translate(PLAIN))


def _plain(letter):
    if letter in BASIC or letter in EXTENDED:
        return letter
    bare = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    return bare if bare and all(part in BASIC for part in bare) else letter
