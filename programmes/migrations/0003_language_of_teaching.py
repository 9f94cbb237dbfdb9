"""The language of teaching becomes a code that can be searched; its words were the same in every row."""

from django.db import migrations

CODES = {
    "Darija": "darija",
    "Arabe": "arabic",
    "Français": "french",
    "Arabe et français": "both",
    "Anglais": "english",
    "Espagnol": "spanish",
    "Amazigh": "amazigh",
}


def to_codes(apps, editor):
    courses = apps.get_model("programmes", "Course").objects
    for words, code in CODES.items():
        courses.filter(teaching_language_fr=words).update(language=code)


def to_words(apps, editor):
    courses = apps.get_model("programmes", "Course").objects
    for words, code in CODES.items():
        courses.filter(language=code).update(teaching_language=words, teaching_language_fr=words)


class Migration(migrations.Migration):
    dependencies = [("programmes", "0002_the_whole_offer")]
    operations = [migrations.RunPython(to_codes, to_words)]
