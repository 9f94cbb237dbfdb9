import pytest

from learningcity.gsm import segments, to_gsm

# The texts of the content design with their stated length and number of parts.
TEXTS = [
    ("Casablanca apprend : votre code est 48213. Il marche 15 minutes. Ne le donnez à personne.", 89, 1),
    ("رمزكم: 48213. صالح 15 دقيقة. لا تعطوه لأحد. الدار البيضاء تتعلّم", 64, 1),
    ("Casablanca apprend: your code is 48213. It works for 15 minutes. Do not give it to anyone.", 90, 1),
    (
        "C'est fait : Utiliser son téléphone, samedi 16 mai 10h30, Maison de quartier Attacharouk."
        " Réf. CA-7K3M-92. Changer ou annuler : apprend.example/i/7K3M92",
        152,
        1,
    ),
    (
        "تم التسجيل: استعمال الهاتف، السبت 16 ماي 10:30، دار الحي التشارك."
        " المرجع CA-7K3M-92. للتغيير: apprend.example/i/7K3M92",
        118,
        2,
    ),
    (
        "Liste d'attente, Couture 1 : vous avez le numéro 3. Nous vous écrivons si une place se libère."
        " Réf. CA-7K3M-92. Quitter : apprend.example/i/7K3M92",
        146,
        1,
    ),
    ("لائحة الانتظار، الخياطة 1: رتبتكم 3. نراسلكم إذا توفر مقعد.", 59, 1),
    ("مقعد متاح لكم: الخياطة 1، السبت 10:30. أجيبوا قبل الإثنين 4 ماي 18:00: apprend.example/o/7K3M92", 95, 2),
    ("أُلغيت حصة الخياطة 1 ليوم السبت 16 ماي. لا تحضروا. التفاصيل: apprend.example/i/7K3M92", 85, 2),
]


@pytest.mark.parametrize(("text", "characters", "parts"), TEXTS)
def test_texts_of_the_content_design_take_the_parts_it_states(text, characters, parts):
    assert segments(text)[1:] == (characters, parts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("GSM-7", 0, 1)),
        ("a" * 160, ("GSM-7", 160, 1)),
        ("a" * 161, ("GSM-7", 161, 2)),
        ("a" * 306, ("GSM-7", 306, 2)),
        ("a" * 307, ("GSM-7", 307, 3)),
        ("€" * 80, ("GSM-7", 160, 1)),
        ("€" * 81, ("GSM-7", 162, 2)),
        ("€" * 153, ("GSM-7", 306, 3)),  # 76 in a part: the 153rd place of each stays empty
        ("م" * 70, ("UCS-2", 70, 1)),
        ("م" * 71, ("UCS-2", 71, 2)),
        ("م" * 134, ("UCS-2", 134, 2)),
        ("م" * 135, ("UCS-2", 135, 3)),
        ("😀" * 35, ("UCS-2", 70, 1)),
        ("😀" * 67, ("UCS-2", 134, 3)),  # 33 in a part: no half emoji
    ],
)
def test_a_part_holds_160_or_70_units_and_153_or_67_when_joined(text, expected):
    assert segments(text) == expected


@pytest.mark.parametrize("letter", "êâîôûçœ«’\u00a0")
def test_one_letter_outside_the_alphabet_halves_the_room_unless_replaced(letter):
    text = "a" * 100 + letter
    assert segments(text) == ("UCS-2", 101, 2)
    assert segments(to_gsm(text)).encoding == "GSM-7"


def test_letters_of_the_alphabet_stay_and_the_others_lose_only_what_they_must():
    assert to_gsm("Éà é è ù ò Ç ñ €") == "Éà é è ù ò Ç ñ €"
    assert to_gsm("L’été, « forêt » : façade, cœur, Noël, À Aïn Chock…") == (
        'L\'été, " foret " : facade, coeur, Noel, A Ain Chock...'
    )


def test_decomposed_letters_are_composed_first():
    assert to_gsm("e\u0301te\u0301") == "été"


def test_arabic_letters_are_left_alone():
    assert to_gsm("محو الأمية") == "محو الأمية"
