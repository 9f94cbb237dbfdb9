from celery import shared_task

from .services import drafts


@shared_task
def sweep_drafts():
    drafts.sweep()
