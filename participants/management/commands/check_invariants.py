from django.core.management.base import BaseCommand, CommandError

from participants.services import invariants


class Command(BaseCommand):
    help = "Check seats, queue, ledger, places and messages against each other; exits 1 and names every breach."

    def handle(self, **options):
        breaches = 0
        for check in invariants.CHECKS:
            found = list(check())
            self.stdout.write(f"{'ok' if not found else 'BREACH':7} {check.__name__}")
            for sentence in found:
                self.stdout.write(f"        {sentence}")
            breaches += len(found)
        if breaches:
            raise CommandError(f"{breaches} breaches")
