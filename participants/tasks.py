from celery import shared_task

from .services import alerts, drafts, queue


@shared_task
def sweep_drafts():
    drafts.sweep()


@shared_task
def sweep_queue():
    """Offers whose time has passed go on to the next in line."""
    queue.sweep()


@shared_task
def tell_alerts():
    alerts.tell()
