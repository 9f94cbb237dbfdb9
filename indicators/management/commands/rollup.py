from datetime import date

from django.core.management.base import BaseCommand, CommandError

from ... import rollup as figures


class Command(BaseCommand):
    help = "Recompute the figures of the months still open; or of `2026-11`, of `2024-11 2026-11`, of `--all`."

    def add_arguments(self, parser):
        parser.add_argument("months", nargs="*", metavar="YYYY-MM", help="first and last month")
        parser.add_argument("--all", action="store_true", help="everything again from the raw rows")

    def handle(self, *, months, all, **options):
        run = _compute([_month(text) for text in months], all)
        if run is None:
            self.stdout.write("Nothing computed: nothing was held yet, or another rollup is at work.")
        else:
            seconds = (run.finished_at - run.started_at).total_seconds()
            self.stdout.write(f"{run.facts} facts from {run} in {seconds:.1f} s.")


def _compute(months, everything):
    if everything:
        return figures.rebuild(cause="command")
    if not months:
        return figures.catch_up(cause="command")
    if len(months) > 2 or months[0] > months[-1]:
        raise CommandError("One month, or the first and the last.")
    return figures.rollup(months[0], months[-1], cause="command")


def _month(text):
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise CommandError(f"{text} is not a month such as 2026-11.") from error
