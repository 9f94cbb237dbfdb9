from celery import shared_task

from .services import alerts, drafts


@shared_task
def sweep_drafts():
    drafts.sweep()


@shared_task
def tell_alerts():
    alerts.tell()
