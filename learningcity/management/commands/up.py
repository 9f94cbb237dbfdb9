import sys

from django.core.management.base import BaseCommand, CommandError

from learningcity.local.account import Refusal


class Command(BaseCommand):
    help = "Start the whole portal on this machine: database, broker, web, worker; Ctrl-C stops it."
    requires_system_checks = []

    def handle(self, **options):
        from learningcity.local import portal

        try:
            portal.run(self.say)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None

    def say(self, line):
        self.stdout.write(line)
        sys.stdout.flush()
