"""What a text means, in both scripts: the closed table, and what it must not be taken for."""

import pytest

from ..services import replies

YES = [
    "OUI",
    "Oui merci",
    "oui, je prends la place",
    "Ouí !",
    "YES",
    "ok",
    "NAAM",
    "Na3am",
    "WAKHA",
    "wakha lla y7fdek",
]
YES += [
    "نعم",
    "نَعَم",
    "نعم شكرا",
    "اه",
    "آه",
    "أه",
    "ايه",
    "واخا",
    "وَاخَا",
    "موافق",
    "موافقة",
    "1",
    "١",
    "۱",
    " 1. ",
    "1\n",
]
NO = [
    "NON",
    "non merci",
    "NO",
    "no thanks",
    "No, thank you",
    "LA",
    "la, merci",
    "لا",
    "لا شكرا",
    "لاَ",
    "لا لا",
    "2",
    "٢",
]
NO += ["Non, je laisse la place"]
CANCEL = [
    "ANNULER",
    "Annuler ma place",
    "annulé",
    "CANCEL",
    "cancel please",
    "إلغاء",
    "الغاء",
    "إلغاء المقعد",
    "3",
    "٣",
]
UNCLEAR = [
    "",
    " ",
    "?",
    "👍",
    "bonjour",
    "salam",
    "oui non",
    "Oui mais annuler",
    "annuler non",
    "شكرا",
    "4",
    "10",
    "11",
]
UNCLEAR += ["La place m'intéresse", "no problem", "لا بأس", "لا مشكل", "2 places", "1 enfant", "3 enfants", "٣ أطفال"]
UNCLEAR += ["ouioui", "nonante", "je dis oui", "\u200f"]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        *((text, "yes") for text in YES),
        *((text, "no") for text in NO),
        *((text, "cancel") for text in CANCEL),
        *((text, None) for text in UNCLEAR),
    ],
)
def test_a_text_is_understood_in_both_scripts_or_not_at_all(text, meaning):
    assert replies.understand(text) == meaning
