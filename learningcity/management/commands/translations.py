from django.core.management.base import BaseCommand, CommandError

from learningcity import catalogues
from learningcity.i18n import compile_catalogues


class Command(BaseCommand):
    help = "Bring the translations in line with the sources and compile them; --check only says what is wrong."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 when anything is missing")

    def handle(self, *, check, **options):
        if not check:
            for language in catalogues.LANGUAGES:
                catalogues.merge(language)
            compile_catalogues()
        faults = [fault for language in catalogues.LANGUAGES for fault in catalogues.faults(language)]
        for fault in faults:
            self.stdout.write(fault)
        if faults and check:
            raise CommandError(f"{len(faults)} faults in the translations")
        self.stdout.write(f"{len(faults)} faults in the translations")
