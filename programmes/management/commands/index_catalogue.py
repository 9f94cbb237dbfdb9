from django.core.management.base import BaseCommand, CommandError

from ...services import indexing

MOST_SHOWN = 10


class Command(BaseCommand):
    help = "Bring what the search reads in line with the offer; with --check only say whether it is."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 and show the first differences")

    def handle(self, *, check, **options):
        if check:
            self._check()
        else:
            mended = indexing.index_all()
            self.stdout.write("{entries} entries written, {gone} taken away, {words} words changed.".format(**mended))

    def _check(self):
        found = {kind: keys for kind, keys in indexing.differences().items() if keys}
        for kind, keys in found.items():
            self.stdout.write(f"{len(keys)} {kind}: {', '.join(map(str, keys[:MOST_SHOWN]))}")
        if found:
            raise CommandError("The catalogue is not what the search reads.", returncode=1)
        self.stdout.write("The search reads what is on offer.")
