"""What was looked for, or asked for, and could not be had: counted by day, of nobody."""

import hmac
import logging

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from kombu.exceptions import KombuError
from redis import RedisError

from learningcity import clock

from .. import facets, filters, spelling
from ..models import DemandSignal, Word

logger = logging.getLogger(__name__)

ONCE_IN = 10 * 60  # seconds in which the same search of the same client counts once
COMMON_AFTER = 3  # clients that have to use a word that no course knows, on one day, before it is written down
REMEMBERED = 86_400  # seconds
LONGEST_NEW_WORD, LONGEST_WORDS, LONGEST_REASON = 20, 120, 40
COUNT = """
    INSERT INTO programmes_demandsignal AS known (day, kind, words, theme, district_id, reason, count)
    VALUES (%s, %s, %s, %s, %s, %s, 1)
    ON CONFLICT ON CONSTRAINT demand_once DO UPDATE SET count = known.count + 1
"""


def note_search(question, *, client=""):
    """Ask a worker to count a search that found nothing. Never fails: a page must not for want of a broker. `client`
    is an address that keeps one person from counting as several; nothing but its digest of the day is used."""
    asked, who = filters.address(question), _digest("client", client)
    try:
        if _is_first(ONCE_IN, "search", who, asked):
            current_app.send_task("programmes.tasks.note_search", [asked, who])
    except (KombuError, RedisError, OSError) as error:
        logger.warning("A search in vain was not counted: %s", type(error).__name__)


def count_search(question, *, who=""):
    """`who` is told apart from others, no more: see `note_search`."""
    districts = {district.slug: district.pk for district in facets.districts()}
    wanted = [districts.get(slug) for slug in question.chosen.get(facets.WHERE, ())]
    themes = list(question.chosen.get("theme", ()))
    _count(
        DemandSignal.Kind.SEARCH,
        words=" ".join(sorted(_anonymous(spelling.asked(question.text), who)))[:LONGEST_WORDS],
        theme=themes[0] if len(themes) == 1 else "",
        district=wanted[0] if len(wanted) == 1 else None,
        reason=",".join(name for name in question.parts() if name != "q")[:LONGEST_REASON],
    )


def note_refusal(run, code):
    """A place that could not be given, with the code of the refusal; in the transaction of the one who refuses."""
    reason = code[:LONGEST_REASON]
    _count(DemandSignal.Kind.REFUSAL, theme=run.course.theme, district=run.venue.district_id, reason=reason)


def _count(kind, *, words="", theme, district, reason):
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [clock.local_day(clock.now()), kind, words, theme, district, reason])


def _anonymous(words, who):
    """Words of the catalogue, and others only when several people use them: a name or a number is never kept."""
    words = [word for word in words if not word.isdigit()]
    known = set(Word.objects.filter(pk__in=words).values_list("pk", flat=True))
    return known | {word for word in words if word not in known and _is_common(word, who)}


def _is_common(word, who):
    if not word.isalpha() or len(word) > LONGEST_NEW_WORD:
        return False
    people = _digest("word", word)
    cache.add(people, 0, REMEMBERED)
    if _is_first(REMEMBERED, "word", who, word):
        return cache.incr(people) >= COMMON_AFTER
    return cache.get(people, 0) >= COMMON_AFTER


def _is_first(seconds, *parts):
    return cache.add(_digest(*parts), 1, seconds)


def _digest(*parts):
    """Another one each day: addresses change, so nobody can be followed or counted from one day to the next."""
    parts = [f"{clock.local_day(clock.now())}", *parts]
    return "demand:" + hmac.new(settings.SECRET_KEY.encode(), "\n".join(parts).encode(), "sha256").hexdigest()
