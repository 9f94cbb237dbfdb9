"""Background work of the offer. Repeating any of it does no harm."""

import logging

from celery import shared_task
from django.http import QueryDict

from . import filters
from .services import demand, indexing

logger = logging.getLogger(__name__)


@shared_task
def note_search(asked, who=""):
    """`asked` is the query of the catalogue's address, `?q=…`, `who` a digest that tells one client from another."""
    demand.count_search(filters.read(QueryDict(asked.removeprefix("?"))), who=who)


@shared_task
def mend_catalogue():
    """Every ten minutes, by beat: services keep the catalogue up to date, this finds what one of them forgot."""
    mended = indexing.index_all()
    if any(mended.values()):
        logger.info("The catalogue was mended: %(entries)s written, %(gone)s taken away, %(words)s words.", mended)
