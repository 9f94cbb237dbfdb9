from django.core.management.base import BaseCommand
from django.utils.translation import override

from learningcity.services.reference import load_ground
from programmes.services.reference import load_offer


class Command(BaseCommand):
    help = (
        "Load the real Casablanca: territory, population, holidays, venues, organisations, courses. Harmless to repeat."
    )

    def handle(self, **options):
        with override("fr"):
            loaded = load_ground() | load_offer()
        for name, counts in loaded.items():
            self.stdout.write(
                f"{name:15}{counts['created']:6} created{counts['changed']:6} changed{counts['unchanged']:6} unchanged"
            )
