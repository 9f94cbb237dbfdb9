"""Background work of the ground. Every task takes a primary key or nothing, and repeating it does no harm."""

from celery import shared_task

from . import idempotency
from .services import delivery


@shared_task(time_limit=60)  # shorter than delivery.LEASE: an attempt is over before anyone repeats it
def deliver(pk):
    delivery.deliver(pk)


@shared_task(time_limit=60)
def sweep_outbox():
    delivery.sweep()


@shared_task(time_limit=60)
def forget_sent_forms():
    idempotency.forget()
