from django.core.management.base import BaseCommand, CommandError

from participants.models import Draw
from participants.services import draw
from programmes.models import CourseRun


class Command(BaseCommand):
    help = "Draw the places of a group once enrolment has closed, or check a draw from its published list and seed."

    def add_arguments(self, parser):
        parser.add_argument("run", metavar="RUN", help="Code of the group.")
        parser.add_argument("--check", action="store_true", help="Exits 1 and names the first difference.")

    def handle(self, *, run, check, **options):
        group = CourseRun.objects.filter(code=run).first()
        if group is None:
            raise CommandError(f"No group has the code {run}.")
        (self.check_again if check else self.hold)(group)

    def hold(self, run):
        try:
            held = draw.hold(run, by=None)
        except draw.DrawRefused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"{len(held.order)} drawn for {held.seats} places with the seed {held.seed}.")

    def check_again(self, run):
        held = Draw.objects.filter(run=run).first()
        if held is None:
            raise CommandError("Nothing has been drawn for this group.")
        if difference := next(draw.differences(held), None):
            raise CommandError(difference)
        self.stdout.write(f"The list and the seed lead to the same {len(held.order)} places in order.")
