from django.core.management.base import BaseCommand
from django.db.models import Count

from learningcity.models import OutboxMessage
from learningcity.services import delivery


class Command(BaseCommand):
    help = "Count the messages by state; ask again for late ones; give dead ones another chance."

    def add_arguments(self, parser):
        parser.add_argument("--sweep", action="store_true", help="ask the workers for every late message")
        parser.add_argument(
            "--retry-dead",
            action="store_true",
            help="try dead messages again; if the outcome was unknown, it may arrive twice",
        )

    def handle(self, *, sweep, retry_dead, **options):
        if retry_dead:
            self.stdout.write(f"{delivery.retry_dead()} dead messages start anew")
        if sweep or retry_dead:
            self.stdout.write(f"{delivery.sweep()} messages asked for")
        counts = dict(OutboxMessage.objects.order_by().values_list("state").annotate(Count("pk")))
        for state in OutboxMessage.State:
            self.stdout.write(f"{state:<10}{counts.get(state, 0)}")
