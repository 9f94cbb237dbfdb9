"""The optional questions about oneself. The first six are the Washington Group Short Set on Functioning, word for word
as its authors publish it (`data/washington_group_short_set.csv`): a language without their wording has no questions."""

import csv
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language

from learningcity import clock

from ..models import BackgroundAnswers
from . import consents
from .people import age_of, standing

SHORT_SET = Path(__file__).parents[1] / "data" / "washington_group_short_set.csv"
QUESTIONS = ("seeing", "hearing", "walking", "remembering", "self_care", "communicating")
DEGREES = ("none", "some", "lot", "cannot")
YOUNGEST = 5  # of whom the questions may be asked, say their authors


@cache
def wording(language, path=SHORT_SET):
    """{code: text}, or None when a text is missing in this language."""
    with path.open(encoding="utf-8") as lines:
        texts = {row["code"]: row[language] for row in csv.DictReader(lines)}
    return texts if all(texts.values()) else None


def may_be_asked(person, day):
    """In the language of the page. Asks the database nothing."""
    return settings.BACKGROUND_QUESTIONS and age_of(person, day) >= YOUNGEST and wording(get_language()) is not None


def is_open(person, day):
    """Whether she may be asked and has neither answered nor declined."""
    return may_be_asked(person, day) and not of(person).exists()


@transaction.atomic
def answer(participant, answers, *, by, **said):
    """Keep what was answered, the last time counts, and that she agreed to it. Nothing answered keeps nothing. Raises
    EnrolmentRefused for who was erased, as `decline`."""
    answers = {question: code for question, code in answers.items() if code}
    if answers:
        person = standing(participant)
        consents.give(person, consents.Purpose.BACKGROUND, by=by, **said)
        keep(person, answers=answers, is_declined=False)


@transaction.atomic
def decline(participant):
    """She is not asked again. Answers that were given stay: they are withdrawn among her data."""
    person = standing(participant)
    if not of(person).exists():
        keep(person, answers={}, is_declined=True)


def of(person):
    """What was said in each of her records; what was said last counts."""
    return BackgroundAnswers.objects.filter(participant__in=person.records())


def keep(person, **kept):
    kept |= {"at": clock.now(), "text_version": consents.TEXT_VERSION}
    BackgroundAnswers.objects.update_or_create(participant=person, defaults=kept)
